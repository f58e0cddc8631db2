'use strict';

// Before n8n-core is loaded: what a run logs about an error that a test provokes is no news.
process.env.N8N_LOG_LEVEL ??= 'silent';
require('reflect-metadata');
const { ExecutionLifecycleHooks, InstanceSettings, WorkflowExecute } = require('n8n-core');
// The one that n8n-core itself uses.
const { Container } = require(require.resolve('@n8n/di', { paths: [require.resolve('n8n-core')] }));
const { createRunExecutionData, ICredentialsHelper, Workflow } = require('n8n-workflow');

const dist = '../../dist';
const { CognigyVoiceGateway } = require(`${dist}/nodes/CognigyVoiceGateway/CognigyVoiceGateway.node.js`);
const {
	CognigyVoiceGatewayTrigger,
} = require(`${dist}/nodes/CognigyVoiceGateway/CognigyVoiceGatewayTrigger.node.js`);
const { CognigyVoiceGatewayApi } = require(`${dist}/credentials/CognigyVoiceGatewayApi.credentials.js`);

/** Runs the compiled nodes in n8n-core's own engine, with n8n-core's own HTTP helpers; only the storage around it is made up. */

const main = ['main'];

/** Puts out the items that the test hands in. */
const source = (items) => ({
	description: { name: 'source', inputs: [], outputs: main, properties: [], group: ['trigger'] },
	execute: async () => [items.map((item, index) => ({ pairedItem: { item: index }, ...item }))],
});

/** Passes on what it gets. */
const sink = {
	description: { name: 'sink', inputs: main, outputs: main, properties: [], group: ['output'] },
	async execute() {
		return [this.getInputData()];
	},
};

const ACTION = 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGateway';
const TRIGGER = 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGatewayTrigger';

const nodeTypes = (items) => {
	const known = {
		source: source(items),
		sink,
		[ACTION]: new CognigyVoiceGateway(),
		// n8n makes this type out of the other.
		[`${ACTION}Tool`]: new CognigyVoiceGateway(),
		[TRIGGER]: new CognigyVoiceGatewayTrigger(),
	};
	return {
		getByName: (name) => known[name],
		getByNameAndVersion: (name) => known[name],
		getKnownTypes: () => ({}),
	};
};

let credentials = 0;
/** What a node says of its credential. Each is one of its own: nodes remember by its id what is in it. */
const newCredential = () => ({ id: String(++credentials), name: 'Gateway' });

/** The one credential of the test, used the way n8n uses it: through the credential type's own authenticate function. */
class TestCredentials extends ICredentialsHelper {
	/**
	 * @param {object} data of the credential
	 * @param {number} [patienceMs] shortens the node's own time limits, so that a test need not wait for a minute
	 */
	constructor(data, patienceMs) {
		super();
		this.data = data;
		this.patienceMs = patienceMs;
		this.type = new CognigyVoiceGatewayApi();
	}

	getParentTypes() {
		return [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async authenticate(credentials, _typeName, requestOptions) {
		const request = await this.type.authenticate(credentials, requestOptions);
		return this.patienceMs === undefined ? request : { ...request, timeout: this.patienceMs };
	}

	async preAuthentication() {
		return undefined;
	}

	async getCredentials() {
		throw new Error('not defined in this test');
	}

	async getDecrypted() {
		return { ...this.data };
	}

	async updateCredentials() {
		throw new Error('not defined in this test');
	}

	async updateCredentialsOauthTokenData() {
		throw new Error('not defined in this test');
	}

	getCredentialsProperties() {
		return this.type.properties;
	}
}

/** What the emulated gateway's first account needs to be used. */
function credentialFor(gateway, overrides = {}) {
	const [account] = gateway.world.accounts;
	const { token } = gateway.world.api_keys.find((key) => key.account_sid === account.account_sid);
	return {
		environment: 'onPremises',
		baseUrl: gateway.url,
		accountSid: account.account_sid,
		apiKey: token,
		webhookSecret: '',
		...overrides,
	};
}

let executions = 0;

/**
 * Runs one action node over items: source -> action -> sink(s).
 *
 * @param {object} setup
 * @param {object} setup.credential data of the credential
 * @param {object} setup.parameters the action node's parameters
 * @param {object[]} [setup.items] input items, each with json and perhaps binary
 * @param {object} [setup.settings] the action node's settings: onError, retryOnFail, maxTries
 * @param {object} [setup.staticData] the workflow's stored data, e.g. a trigger's URL
 * @param {object[]} [setup.extraNodes] further nodes of the workflow, not connected
 * @param {string} [setup.mode] of the execution
 * @param {AbortSignal} [setup.signal] stops the execution
 * @param {number} [setup.patienceMs] how long a request may take
 * @param {string} [setup.executionId] each run is an execution of its own unless told
 * @returns {Promise<object>} status, outputs (json of each output), items (whole), error, hints, runs
 */
async function runAction({ credential, parameters, items = [{ json: {} }], settings = {}, staticData = {}, extraNodes = [], mode = 'trigger', signal, patienceMs, executionId = `execution-${++executions}` }) {
	const action = {
		id: 'action-id',
		name: 'Voice',
		type: ACTION,
		typeVersion: 1,
		position: [200, 0],
		parameters: { resource: 'call', operation: 'create', ...parameters },
		credentials: { cognigyVoiceGatewayApi: newCredential() },
		...settings,
	};
	const node = (name, type) => ({ id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {} });
	const workflow = new Workflow({
		id: 'workflow-id',
		name: 'Test',
		active: true,
		nodes: [node('Source', 'source'), action, node('Done', 'sink'), node('Failed', 'sink'), ...extraNodes],
		connections: {
			Source: { main: [[{ node: 'Voice', type: 'main', index: 0 }]] },
			Voice: { main: [[{ node: 'Done', type: 'main', index: 0 }], [{ node: 'Failed', type: 'main', index: 0 }]] },
		},
		nodeTypes: nodeTypes(items),
		staticData,
		settings: {},
	});
	const additionalData = {
		credentialsHelper: new TestCredentials(credential, patienceMs),
		hooks: new ExecutionLifecycleHooks('trigger', executionId, { id: 'workflow-id', name: 'Test', nodes: [], connections: {} }),
		executionId,
		currentNodeParameters: undefined,
		restApiUrl: '',
		instanceBaseUrl: '',
		webhookBaseUrl: 'http://n8n.test/webhook',
		webhookWaitingBaseUrl: 'http://n8n.test/webhook-waiting',
		webhookTestBaseUrl: 'http://n8n.test/webhook-test',
		formWaitingBaseUrl: 'http://n8n.test/form-waiting',
		variables: {},
	};
	const run = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [
				{ node: workflow.getNode('Source'), data: { main: [[{ json: {} }]] }, source: null },
			],
		},
	});
	const execution = new WorkflowExecute(additionalData, mode, run).processRunExecutionData(workflow);
	signal?.addEventListener('abort', () => execution.cancel());
	const result = await execution;
	const { runData, error } = result.data.resultData;
	const task = runData.Voice?.at(-1);
	const outputs = task?.data?.main ?? [];
	return {
		status: result.status,
		error: error ?? task?.error,
		items: outputs,
		outputs: outputs.map((output) => (output ?? []).map(({ json }) => json)),
		hints: task?.hints ?? [],
		tries: runData.Voice?.length ?? 0,
		data: result.data,
	};
}

/** Lets n8n-core take this process for a worker of queue mode while something runs. */
async function onWorker(run) {
	const settings = Container.get(InstanceSettings);
	const before = settings.instanceType;
	settings.instanceType = 'worker';
	try {
		return await run();
	} finally {
		settings.instanceType = before;
	}
}

module.exports = { ACTION, TRIGGER, TestCredentials, credentialFor, newCredential, nodeTypes, onWorker, runAction };
