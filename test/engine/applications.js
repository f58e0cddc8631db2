'use strict';

const { HookContext } = require('n8n-core');
const { Workflow } = require('n8n-workflow');

const { locator } = require('./calls');
const { TestCredentials, TRIGGER, credentialFor, nodeTypes } = require('./engine');
const { startServer } = require('./servers');

/** A workflow with triggers that listen to applications, as n8n publishes and unpublishes it. */

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const OTHER_APPLICATION = 'a9900000-0000-4000-8000-000000000002';
const STORED = 'cognigyVoiceGatewayApplications';

/** An endpoint's webhook, with everything that must come back as it was. */
const ENDPOINT_HOOK = {
	webhook_sid: 'beef0000-0000-4000-8000-0000000000ff', url: 'https://endpoint.example.test/3f9a77bcd01e5562aa/status?key=s3cr3t', method: 'GET', username: 'hookuser', password: 'hookpass',
};

const applicationIn = (gateway, sid = APPLICATION) => gateway.world.applications.find(({ application_sid: found }) => found === sid);
const hookOf = (gateway, sid) => applicationIn(gateway, sid).call_status_hook;

/** Gives an application a status webhook of somebody else. */
function giveHook(gateway, hook = ENDPOINT_HOOK, sid = APPLICATION) {
	const row = { ...hook };
	gateway.world.webhooks.push(row);
	applicationIn(gateway, sid).call_status_hook = row;
	return row;
}

const triggerOf = (parameters = {}, more = {}) => ({
	id: 'trigger-id', name: 'Call events', type: TRIGGER, typeVersion: 1, position: [0, 0], webhookId: '11111111-1111-4111-8111-111111111111',
	parameters: { calls: 'application', application: locator(APPLICATION, 'id'), listenFor: 'final', verification: 'none', filters: {}, options: {}, ...parameters },
	credentials: { cognigyVoiceGatewayApi: { id: '1', name: 'Gateway' } },
	...more,
});

/**
 * What n8n calls for one trigger of a workflow. As n8n does, every activation and deactivation starts from the stored
 * data that were saved last, and saves them only if it succeeds.
 *
 * @param {object} gateway an emulator, or anything with its URL and world
 * @param {object} [setup]
 * @param {object[]} [setup.nodes] triggers of the workflow; the first one is meant
 */
function published(gateway, { parameters, nodes = [triggerOf(parameters)], credential = {}, stored = {}, workflowId = 'workflow-1', base = 'https://n8n.example.com', instance, mode = 'trigger', activation = 'activate', patienceMs } = {}) {
	const log = { warn: [], error: [] };
	const state = { stored };
	const run = async (method) => {
		const staticData = structuredClone(state.stored);
		const workflow = new Workflow({ id: workflowId, name: 'Test', active: true, nodes: structuredClone(nodes), connections: {}, nodeTypes: nodeTypes([]), staticData, settings: {} });
		const additionalData = {
			credentialsHelper: new TestCredentials(credentialFor(gateway, credential), patienceMs), currentNodeParameters: undefined, variables: {},
			webhookBaseUrl: `${base}/webhook`, webhookTestBaseUrl: `${base}/webhook-test`,
		};
		const webhookData = { isTest: mode === 'manual', webhookDescription: { name: 'default' } };
		const context = new HookContext(workflow, workflow.getNode(nodes[0].name), additionalData, mode, mode === 'manual' ? 'manual' : activation, webhookData);
		if (instance !== undefined) context.getInstanceId = () => instance;
		const write = (level) => (message, about) => log[level].push(`${message} ${JSON.stringify(about ?? {})}`);
		Object.defineProperty(context, 'logger', { value: { warn: write('warn'), error: write('error'), debug() {}, info() {} } });
		const result = await nodeTypes([]).getByName(TRIGGER).webhookMethods.default[method].call(context);
		state.stored = JSON.parse(JSON.stringify(staticData));
		return result;
	};
	return {
		log,
		get stored() {
			return state.stored.global?.[STORED] ?? {};
		},
		state,
		checkExists: () => run('checkExists'),
		create: () => run('create'),
		remove: () => run('delete'),
		/** As n8n activates: only what is not there yet; a failure is cleaned up after. */
		async publish() {
			if (await run('checkExists')) return;
			try {
				await run('create');
			} catch (error) {
				await run('delete');
				throw error;
			}
		},
		/** The error that publishing ends in. */
		async refusal() {
			return await this.publish().then(() => { throw new Error('it was published'); }, (error) => error);
		},
	};
}

/**
 * A gateway in front of the emulator that changes what comes through.
 *
 * @param {object} gateway
 * @param {(request: {method: string, path: string, body: any}, forward: () => Promise<{status: number, text: string}>) => Promise<{status: number, text?: string}|'cut'>} alter
 */
async function between(gateway, alter) {
	const server = await startServer(async (request, response) => {
		const { method, url: path, headers, text } = request;
		const forward = async (body = text) => {
			const { authorization } = headers;
			const answer = await fetch(gateway.url + path, { method, headers: { authorization, 'Content-Type': 'application/json' }, body: method === 'GET' ? undefined : body });
			return { status: answer.status, text: await answer.text() };
		};
		const answer = await alter({ method, path, body: text === '' ? undefined : JSON.parse(text) }, forward);
		if (answer === 'cut') return request.socket.destroy();
		response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.status === 204 ? undefined : answer.text ?? '');
	});
	return { url: server.url, world: gateway.world, requests: server.requests };
}

module.exports = { APPLICATION, ENDPOINT_HOOK, OTHER_APPLICATION, applicationIn, between, giveHook, hookOf, published, triggerOf };
