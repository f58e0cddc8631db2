'use strict';

const crypto = require('node:crypto');
const http = require('node:http');

const { bodies, forgeries, TYPES } = require('../attack/arbitraries');
const { fc, seed } = require('../attack/fc');
const { KEY, SECRET, ECHOES } = require('../attack/hostile');
const { answering, startServer } = require('../engine/servers');
const { startGateway } = require('../gateway');
const { sign } = require('../gateway/sign');
const { attacksWith } = require('./attack/attacks');
const { heapProbe } = require('./attack/heap');
const { send } = require('./attack/sending');
const { tracesIn } = require('./attack/traces');
const { installN8n } = require('./install');
const { startN8nWithPackage } = require('./lib/n8n-with-package');
const { userFolderOf } = require('./lib/places');
const { until } = require('./lib/until');
const { communityPackage, release } = require('./suite/session');
const { newNumber, publishWaiting, startDownstream, waitNode } = require('./suite/waiting');
const { ACTION, callNode, node, triggerNode, webhookNode, workflow } = require('./suite/workflows');

/**
 * Attacks on a real n8n of its own: on the trigger's address and on that of a waiting run, and by a gateway that sends
 * the secrets back. Its expressions are evaluated by n8n's simpler engine, which is several times as fast: what is
 * attacked here is not the expressions.
 */

const ATTACK_MS = 120_000;
const FUZZED = Number(process.env.ATTACK_BODIES ?? 10_000);
console.log(`measured: the fuzzed bodies come from the seed ${seed} (ATTACK_SEED)`);

/**
 * n8n reads these itself, before any node is asked, and leaves some that are broken without an answer: of forms in parts,
 * and of XML that comes in several requests at once, which share one reader.
 */
const READ_BY_N8N = /^multipart|xml/;

/**
 * Where n8n itself answers now this, now that: its reader of XML remembers the errors of earlier texts, and what is too
 * large meets a closed connection when it comes faster than the answer.
 */
const REFUSED_BY_N8N = { '17 MB': [500], XML: [415, 422], 'XML that grows': [415, 422] };

/** Growth by the last 4,000 bodies: 500 bytes for each of them. n8n's own ups and downs are a quarter of that. */
const FLAT_MB = 2;

const TYPE = 'cognigyVoiceGatewayApi';
const SECRETS = { 'API key': KEY, 'webhook secret': SECRET };

let gateway;
let evil;
let server;
let client;
let userFolder;
let heap;
let downstream;
/** Of the credential for the emulated gateway, and for one that echoes whatever it gets. */
let credentials;
let echoed;
let echo;
let hook;
let target;
let waiting;
const workflowIds = [];

async function credentialFor(name, baseUrl) {
	const [{ account_sid: accountSid }] = gateway.world.accounts;
	const { id } = await client.createCredential(TYPE, name, { environment: 'onPremises', baseUrl, accountSid, apiKey: KEY, webhookSecret: SECRET });
	return { [TYPE]: { id, name } };
}

async function publish(name, nodes) {
	const { id } = await client.createWorkflow(workflow(name, nodes));
	await client.publish(id);
	workflowIds.push(id);
	return id;
}

const event = (fields = {}) => ({
	call_sid: crypto.randomUUID(), direction: 'outbound', from: '+12025550100', to: '+12025550200', call_id: crypto.randomUUID(), sip_status: 200, sip_reason: 'OK',
	call_status: 'completed', account_sid: gateway.world.accounts[0].account_sid, application_sid: gateway.world.applications[0].application_sid, duration: 3, customerData: { a: 1 }, ...fields,
});
const post = async (url, body, at) => await send(url, { body, headers: { 'Content-Type': 'application/json', 'Jambonz-Signature': sign(SECRET, body, at) } });

/** The end of the call that is waited for, as the gateway would send it. */
const endOfCall = () => event({ call_sid: waiting.sid });

beforeAll(async () => {
	gateway = await startGateway({ port: 0, world: 'demo', timeScale: 1, quiet: true });
	const [account] = gateway.world.accounts;
	account.webhook_secret = SECRET;
	gateway.world.api_keys.find(({ account_sid: sid }) => sid === account.account_sid).token = KEY;
	// The call that is waited for talks until a test ends it.
	gateway.setFaults([{ kind: 'webhook-drop', event: 'completed' }]);
	evil = await startServer(answering(200, {}));
	echo = await startServer((request, response) => {
		const [kind, status] = /^\/v1\/[^?]*/.test(request.url) ? echo.how : ['as JSON words', 400];
		ECHOES[kind](status, request, response);
	});
	downstream = await startDownstream();
	userFolder = userFolderOf(`attack-${release}`);
	heap = await heapProbe();
	const n8n = await installN8n(release, { onProgress() {} });
	({ server, client } = await startN8nWithPackage({ n8n, communityPackage, userFolder, environment: { N8N_EXPRESSION_ENGINE: 'legacy', ...heap.environment } }));
	credentials = await credentialFor('Gateway', gateway.url);
	echoed = await credentialFor('Echo', echo.url);

	const trigger = triggerNode(credentials, { listenFor: 'all' });
	const id = await publish('Trigger', [trigger, downstream.step('heard')]);
	target = { id, url: `${client.url}/webhook/${trigger.webhookId}/call-status` };

	// n8n's own: whatever it refuses is refused by n8n, before any node is asked.
	const webhook = node('n8n-nodes-base.webhook', 'Webhook', { httpMethod: 'POST', path: 'plain', responseMode: 'onReceived', options: {} }, { typeVersion: 2, webhookId: crypto.randomUUID() });
	await publish('Plain', [webhook]);
	hook = `${client.url}/webhook/plain`;

	const flow = await publishWaiting({ client, downstream }, [waitNode(credentials)]);
	workflowIds.push(flow.id);
	await flow.send([newNumber('220')]);
	const execution = await flow.reached('waiting');
	const { body, sid } = gateway.placed.at(-1);
	waiting = { flow, execution, sid, url: (body.notifyUrl.url ?? body.notifyUrl).replace(/#.*/, '') };
}, 180_000);

afterAll(async () => {
	await server?.stop();
	await gateway.close();
	await evil.close();
	await echo.close();
	await downstream.close();
});

/** Nothing has been started, and nothing ended; n8n is well. */
async function expectNothingHappened() {
	expect(await client.executions(target.id)).toEqual([]);
	expect(downstream.runs('heard')).toEqual([]);
	expect((await client.executions(waiting.flow.id)).map(({ id, status }) => [id, status])).toEqual([[waiting.execution.id, 'waiting']]);
	expect(waiting.flow.runs()).toEqual([]);
	expect(await send(`${client.url}/healthz`, { method: 'GET' })).toBe(200);
}

test('one attack after the other starts nothing, ends nothing, and meets no error of ours', async () => {
	const attacks = { trigger: attacksWith(SECRET, event), waiting: attacksWith(SECRET, endOfCall) };
	for (const name of Object.keys(attacks.trigger)) {
		// One by one: n8n's reading of XML gets confused by two at once.
		const [ofN8n] = [await attacks.trigger[name](hook)].flat();
		const ours = [await attacks.trigger[name](target.url), await attacks.waiting[name](waiting.url)].flat();
		// What n8n refuses for its own Webhook node it refuses before ours are asked, some of it with 500. All else is answered by ours.
		const refused = REFUSED_BY_N8N[name] ?? (ofN8n === undefined ? [] : ofN8n >= 400 ? [ofN8n] : [400, 401, 413, 415]);
		expect([name, ours.filter((status) => !refused.includes(status))]).toEqual([name, []]);
	}
	await expectNothingHappened();
}, ATTACK_MS);

test('n8n itself answers 500 for what is larger than its limit, and for gzip that is none', async () => {
	const attacks = attacksWith(SECRET, event);
	for (const name of ['17 MB', 'garbage that is said to be gzip', 'a bomb of 30 MB in gzip']) {
		const [status = 500] = [await attacks[name](hook)].flat();
		expect([name, status]).toEqual([name, 500]);
	}
});

test('10,000 fuzzed bodies start nothing, end nothing, and leave nothing in memory', async () => {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
	const requests = fc.sample(fc.tuple(bodies, fc.constantFrom(...TYPES.filter((type) => !READ_BY_N8N.test(type))), forgeries(SECRET)), { numRuns: FUZZED, seed });
	const seen = {};
	let next = 0;
	const work = async (end) => {
		while (next < end) {
			const index = next++;
			const [body, type, forge] = requests[index];
			const signature = forge(body);
			// Every fourth one to the waiting run.
			const url = index % 4 === 3 ? waiting.url : target.url;
			const status = await send(url, { body, agent, headers: { 'Content-Type': type, ...(signature === undefined ? {} : { 'Jambonz-Signature': signature }) } });
			const key = `${index % 4 === 3 ? 'waiting' : 'trigger'} ${status}`;
			seen[key] = (seen[key] ?? 0) + 1;
		}
	};
	const memory = [];
	const began = Date.now();
	// What each body leaves behind shows later on: in the beginning n8n still gets ready for bodies.
	for (const part of [0.4, 0.5, 0.6, 1]) {
		await Promise.all(Array.from({ length: 8 }, () => work(part * requests.length)));
		memory.push(await heap.megabytes());
	}
	agent.destroy();
	console.log(`measured: ${FUZZED} fuzzed bodies in ${Math.round((Date.now() - began) / 1000)} s: ${JSON.stringify(seen)}; memory in use, MB: ${memory.map((each) => each.toFixed(1)).join(' ')}`);
	expect(Object.keys(seen).filter((key) => !/ (?:200|400|401|415|422)$/.test(key))).toEqual([]);
	// 200 is the answer to a status that a waiting run is not waiting for; whoever sends it learns and changes nothing.
	expect(seen['trigger 200']).toBeUndefined();
	await expectNothingHappened();
	// Some of it n8n lets go only when it has nothing to do.
	const middle = Math.min(...memory.slice(0, -1));
	await until('the memory to be given back', async () => (await heap.megabytes()) - middle < FLAT_MB, { everyMs: 1_000, describe: () => memory });
}, 240_000);

test('sent again, and sent again after its time, a genuine event starts one execution', async () => {
	const body = JSON.stringify(event({ customerData: { again: true } }));
	const at = Math.floor(Date.now() / 1000) - 280;
	const answers = await Promise.all(Array.from({ length: 10 }, async () => await post(target.url, body, at)));
	expect(answers).toEqual(Array(10).fill(200));
	await until('the execution', () => downstream.runs('heard').length >= 1);
	const old = JSON.stringify(event());
	expect(await post(target.url, old, at - 100)).toBe(401);
	expect(await post(target.url, body, at)).toBe(200);
	// Sent last: once it has its execution, everything before it has been decided.
	expect(await post(target.url, JSON.stringify({ ...event(), constructor: { prototype: { polluted: 1 } }, customerData: JSON.parse('{"last":true,"__proto__":{"polluted":1}}') }))).toBe(200);
	await until('the last one', () => downstream.runs('heard').some(({ items }) => items[0].tag.last));
	expect(downstream.runs('heard').map(({ items }) => items[0].tag)).toEqual([{ again: true }, { last: true }]);
	expect(await client.executions(target.id)).toHaveLength(2);
});

test('the real end of the call ends the wait', async () => {
	const body = JSON.stringify(endOfCall());
	expect(await post(waiting.url, body)).toBe(200);
	expect((await waiting.flow.ended()).map(({ status }) => status)).toEqual(['success']);
	expect(waiting.flow.runs()).toHaveLength(1);
	expect(waiting.flow.runs()[0].items[0]).toMatchObject({ call_sid: waiting.sid, outcome: 'answered', duration: 3 });
	expect(await post(waiting.url, body)).toBe(409);
});

/** The HTTP Request node, with the credential chosen there. */
const requestNode = (name, url, nodeCredentials, more = {}) =>
	node('n8n-nodes-base.httpRequest', name, { url, authentication: 'predefinedCredentialType', nodeCredentialType: TYPE, options: {} }, { typeVersion: 4.2, credentials: nodeCredentials, ...more });

test('with the credential chosen in an HTTP Request node, the key goes to its gateway only', async () => {
	const [{ account_sid: sid }] = gateway.world.accounts;
	const id = await publish('Request', [
		webhookNode('request'),
		requestNode('Own', `${gateway.url}/v1/Accounts/${sid}/CallCount`, credentials),
		requestNode('Foreign', `${evil.url}/x`, credentials, { onError: 'continueRegularOutput' }),
		requestNode('Trick', `${gateway.url.replace('http://', 'http://x@')}@${new URL(evil.url).host}/x`, credentials, { onError: 'continueRegularOutput' }),
	]);
	await client.callWebhook('request', {});
	const [{ execution }] = await client.waitForRuns(id, 'Trick', 1);
	const outputOf = (name) => execution.data.resultData.runData[name][0].data.main[0][0].json;
	expect(outputOf('Own')).toMatchObject({ outbound: expect.any(Number) });
	expect(JSON.stringify(outputOf('Foreign'))).toMatch(/sends its API key to/);
	expect(evil.requests).toEqual([]);
});

test('a gateway that sends the secrets back: they are in no database, log, file or execution', async () => {
	const sid = 'cdc00000-0000-4000-8000-000000000001';
	const byId = { __rl: true, mode: 'id', value: sid };
	const marker = '+12025559876';
	const common = { credentials: echoed, onError: 'continueRegularOutput' };
	const action = (name, parameters) => node(ACTION, name, { options: { requestTimeout: 5 }, ...parameters }, common);
	const nodes = () => [
		{ ...callNode(echoed, { toNumber: marker, statusUpdates: 'none', onError: 'continueRegularOutput' }), name: 'Create' },
		action('Get', { resource: 'call', operation: 'get', call: byId }),
		action('Hang Up', { resource: 'call', operation: 'hangUp', call: byId }),
		action('History', { resource: 'callHistory', operation: 'getMany', timeRange: 'days', days: 1, returnAll: true, filters: {} }),
		action('Recording', { resource: 'callHistory', operation: 'getRecording', call: byId, binaryPropertyName: 'data' }),
		action('Applications', { resource: 'application', operation: 'getMany', returnAll: true, filters: {} }),
	];
	const going = await publish('Echo', [webhookNode('echo'), ...nodes()]);
	const stopping = await publish('Echo and stop', [webhookNode('echo-stop'), { ...nodes()[1], onError: undefined }]);
	for (const kind of Object.keys(ECHOES)) {
		for (const status of [201, 400]) {
			echo.how = [kind, status];
			await client.callWebhook('echo', {});
			await client.callWebhook('echo-stop', {});
		}
		for (const methodName of ['searchApplications', 'searchPhoneNumbers', 'searchCalls']) {
			await client.searchList({ nodeType: ACTION, path: 'parameters.application', methodName, credentials: echoed }).catch(() => undefined);
		}
	}
	// n8n tries several times to publish what cannot be published, which takes long: once is enough.
	echo.how = ['as JSON words', 403];
	const trigger = triggerNode(echoed, { listenFor: 'all', calls: 'application', application: { __rl: true, mode: 'id', value: gateway.world.applications[0].application_sid } });
	const { id: refused } = await client.createWorkflow(workflow('Refused', [trigger]));
	workflowIds.push(refused);
	await expect(client.publish(refused)).rejects.toThrow(/cannot be read/);
	const count = Object.keys(ECHOES).length * 2;
	await until('the executions', async () => (await client.executions(going)).length >= count && (await client.executions(stopping)).length >= count);
	expect(echo.requests.filter(({ headers }) => headers.authorization === `Bearer ${KEY}`).length).toBeGreaterThan(count * 5);

	const { looked, traces, holds } = await tracesIn(userFolder, client, workflowIds, SECRETS);
	expect(traces).toEqual([]);
	// The search would have found them: it finds what does stand there.
	expect(looked.filter((name) => /database\.sqlite$|n8n\.log$/.test(name))).toHaveLength(2);
	expect(holds(marker).filter((name) => /^execution|database\.sqlite/.test(name)).length).toBeGreaterThan(count);
}, ATTACK_MS);
