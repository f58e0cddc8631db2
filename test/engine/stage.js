'use strict';

const express = require('express');
const flatted = require('flatted');

const { ACTION, TestCredentials, credentialFor, newCredential, nodeTypes } = require('./engine');
const { ExecutionLifecycleHooks, WebhookContext, WorkflowExecute } = require('n8n-core');
const { createRunExecutionData, Workflow } = require('n8n-workflow');

const { sign } = require('../gateway/sign');
const { parameters: callParameters } = require('./calls');

/**
 * As much of n8n as a waiting execution needs: it is saved when it parks, its webhook is looked up, checked and treated
 * the way n8n treats it (409 while running and after the end, 401 without the token, 500 for what throws and for a second
 * resumption), and it goes on in n8n-core's own engine. Nothing but the saved text outlives the parking.
 */

const TOKEN = 'resume-token';
const running = new Set();

/** Brings its items back to the node before it, as many rounds as the test says; the items count them. */
const again = (rounds) => ({
	description: { name: 'again', inputs: ['main'], outputs: ['main'], properties: [], group: ['output'] },
	async execute() {
		const items = this.getInputData().map(({ json: { phone, round = 1 } }) => ({ json: { phone, round: round + 1 } }));
		return [items.filter(({ json }) => json.round <= rounds)];
	},
});

class Execution {
	constructor(id, setup) {
		Object.assign(this, { id, setup, status: 'new', saved: undefined, enqueued: undefined, result: undefined, runs: 0 });
		this.changed = [];
	}

	set(status) {
		this.status = status;
		for (const check of this.changed.splice(0)) check();
	}

	/** Resolves once the execution has one of these statuses. */
	async until(...statuses) {
		while (!statuses.includes(this.status)) {
			if (['success', 'error', 'canceled', 'crashed'].includes(this.status)) throw new Error(`the execution is ${this.status}: ${this.error?.message}`);
			await new Promise((resolve) => this.changed.push(resolve));
		}
		return this;
	}

	/** What was parked: the node's stored state, the input it was left with, and the deadline. */
	get parked() {
		const { data } = flatted.parse(this.saved);
		return {
			state: data.executionData.contextData['node:Voice']?.waiting,
			context: data.executionData.contextData['node:Voice'],
			input: data.executionData.nodeExecutionStack[0].data.main[0],
			waitTill: new Date(data.waitTill),
			metadata: data.resultData.metadata ?? {},
		};
	}

	get task() {
		return this.result.data.resultData.runData.Voice?.at(-1);
	}

	get error() {
		return this.result.data.resultData.error ?? this.task?.error;
	}

	/** Json of each output of the node. */
	get outputs() {
		return (this.task?.data?.main ?? []).map((output) => (output ?? []).map(({ json }) => json));
	}

	get items() {
		return this.task?.data?.main ?? [];
	}

	/** Json of what the node behind the first output got, and how often it ran. */
	get downstream() {
		const runs = this.result.data.resultData.runData.Done ?? [];
		return runs.map(({ data }) => data.main[0].map(({ json }) => json));
	}

	get upstream() {
		return this.result.data.resultData.runData.Source[0].data.main[0].map(({ json }) => json);
	}
}

class Stage {
	constructor(gateway, { credential = {}, patienceMs } = {}) {
		Object.assign(this, { gateway, patienceMs });
		this.credential = credentialFor(gateway, credential);
		this.executions = new Map();
		/** What the webhook's sender saw. */
		this.answers = [];
		this.thrown = [];
		this.count = 0;
		this.processes = [];
		/** How many of the next resumptions n8n does not carry out. */
		this.failingResumes = 0;
	}

	/** From now on the webhooks of a run's items go to this many processes in turn, none of which knows what another heard. */
	spreadWebhooks(count) {
		this.processes = Array.from({ length: count }, () => {
			let type;
			jest.isolateModules(() => {
				const { CognigyVoiceGateway } = require('../../dist/nodes/CognigyVoiceGateway/CognigyVoiceGateway.node.js');
				type = new CognigyVoiceGateway();
			});
			return type;
		});
	}

	workflow({ parameters, settings, name = 'Voice', rounds = 1, items }) {
		const node = (title, type) => ({ id: title, name: title, type, typeVersion: 1, position: [0, 0], parameters: {} });
		const action = {
			...node(name, ACTION), id: 'action-id', parameters: { resource: 'call', operation: 'createAndWait', ...callParameters(parameters) },
			credentials: { cognigyVoiceGatewayApi: newCredential() }, ...settings,
		};
		const known = nodeTypes(items);
		const brings = again(rounds);
		const to = (target) => [{ node: target, type: 'main', index: 0 }];
		return new Workflow({
			id: 'workflow-id', name: 'Test', active: true, staticData: {}, settings: { executionOrder: 'v1' },
			nodes: [node('Source', 'source'), action, node('Done', 'sink'), node('Failed', 'sink'), node('Again', 'again')],
			connections: {
				Source: { main: [to(name)] },
				[name]: { main: [to('Done'), to('Failed')] },
				Done: { main: [to('Again')] },
				Again: { main: [to(name)] },
			},
			nodeTypes: { ...known, getByName: (type) => (type === 'again' ? brings : known.getByName(type)), getByNameAndVersion: (type) => (type === 'again' ? brings : known.getByName(type)) },
		});
	}

	additionalData(execution, more = {}) {
		const { mode = 'trigger' } = execution.setup;
		return {
			credentialsHelper: new TestCredentials(this.credential, this.patienceMs),
			hooks: new ExecutionLifecycleHooks(mode, execution.id, { id: 'workflow-id', name: 'Test', nodes: [], connections: {} }),
			executionId: execution.id, currentNodeParameters: undefined, restApiUrl: '', instanceBaseUrl: '', variables: {},
			webhookBaseUrl: `${this.url}/webhook`, webhookWaitingBaseUrl: `${this.url}/webhook-waiting`,
			webhookTestBaseUrl: `${this.url}/webhook-test`, formWaitingBaseUrl: `${this.url}/form-waiting`,
			sendDataToUI: () => {},
			...more,
		};
	}

	/**
	 * Starts a run of source -> Voice -> sinks, and resolves when it has parked or finished.
	 *
	 * @param {object} setup items, parameters, settings, mode, name, rounds, signal
	 */
	async run(setup) {
		const execution = new Execution(`execution-${++this.count}-${Math.random().toString(36).slice(2)}`, setup);
		this.executions.set(execution.id, execution);
		const workflow = this.workflow(setup);
		const data = createRunExecutionData({
			resumeToken: TOKEN,
			executionData: { nodeExecutionStack: [{ node: workflow.getNode('Source'), data: { main: [[{ json: {} }]] }, source: null }] },
		});
		await this.engine(execution, workflow, data);
		return execution;
	}

	async engine(execution, workflow, data) {
		execution.set('running');
		execution.runs++;
		const going = new WorkflowExecute(this.additionalData(execution), execution.setup.mode ?? 'trigger', data).processRunExecutionData(workflow);
		execution.setup.signal?.addEventListener('abort', () => going.cancel());
		execution.result = await going;
		execution.saved = flatted.stringify({ data: execution.result.data });
		execution.set(execution.result.status);
	}

	/** The time is over: n8n goes on with what it saved. */
	async timeOut(execution) {
		if (execution.status !== 'waiting') throw new Error(`the execution is ${execution.status}`);
		await this.engine(execution, this.workflow(execution.setup), flatted.parse(execution.saved).data);
		return execution;
	}

	/**
	 * "Retry" of an execution that crashed while it went on: n8n has what it handed to the worker, and no more.
	 *
	 * @param {Execution} crashed
	 * @param {boolean} loadWorkflow with the nodes of the workflow as they are now
	 */
	async retry(crashed, loadWorkflow) {
		const execution = new Execution(`${crashed.id}-retry`, { ...crashed.setup, mode: 'retry' });
		this.executions.set(execution.id, execution);
		const workflow = this.workflow(execution.setup);
		const { data } = flatted.parse(crashed.enqueued);
		if (loadWorkflow) for (const entry of data.executionData.nodeExecutionStack) entry.node = workflow.getNode(entry.node.name);
		await this.engine(execution, workflow, data);
		return execution;
	}

	async webhook(execution, request, response) {
		if (request.query.signature !== TOKEN) return { status: 401 };
		if (execution.status !== 'waiting') return { status: 409 };
		const { data } = flatted.parse(execution.saved);
		const [entry] = data.executionData.nodeExecutionStack;
		entry.node.disabled = true;
		data.waitTill = undefined;
		const workflow = this.workflow(execution.setup);
		const node = workflow.getNode(execution.setup.name ?? 'Voice');
		const context = new WebhookContext(
			workflow, node, this.additionalData(execution, { httpRequest: request, httpResponse: response }), execution.setup.mode ?? 'trigger',
			{ webhookDescription: { name: 'default' }, isTest: false }, [], data,
		);
		const type = this.processes[Number(request.query.item) % this.processes.length] ?? workflow.nodeTypes.getByName(ACTION);
		const { workflowData, webhookResponse, noWebhookResponse } = await type.webhook.call(context);
		if (workflowData === undefined) return noWebhookResponse ? {} : { status: 200, text: webhookResponse };
		if (execution.status !== 'waiting') return { status: 500, text: 'resumed already' };
		if (this.failingResumes > 0) {
			this.failingResumes -= 1;
			return { status: 500, text: 'shutting down' };
		}
		entry.data.main = workflowData;
		entry.metadata = { ...entry.metadata, forwardAllOutputs: true };
		// The time is no longer over at this deadline; the engine takes the execution for one that waited.
		data.resultData.runData[node.name].pop();
		execution.enqueued = flatted.stringify({ data });
		void this.engine(execution, workflow, data);
		return { status: 200, text: 'resumed' };
	}

	async listen() {
		const app = express();
		app.use(express.raw({ type: () => true, limit: '16mb' }));
		app.all('/webhook-waiting/:id', async (request, response) => {
			request.rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
			request.body = undefined;
			response.on('finish', () => this.answers.push({ status: response.statusCode, execution: request.params.id }));
			try {
				const execution = this.executions.get(request.params.id);
				const { status, text = '' } = execution === undefined ? { status: 404 } : await this.webhook(execution, request, response);
				if (status !== undefined) response.status(status).send(text);
			} catch (error) {
				this.thrown.push(error);
				response.status(500).end();
			}
		});
		this.server = await new Promise((resolve) => {
			const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
		});
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		running.add(this);
		return this;
	}

	async close() {
		running.delete(this);
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** The waiting address that a placed call was given. */
	hookOf = (placed) => placed.body.notifyUrl.split('#')[0];

	/** Sends a webhook by hand to a placed call's address; signed with the account's secret unless told. */
	async send(placed, fields = {}, { secret = this.gateway.world.accounts[0].webhook_secret, at = Date.now() / 1000, headers = {}, query = {}, body } = {}) {
		const url = new URL(this.hookOf(placed));
		for (const [key, value] of Object.entries(query)) {
			if (value === null) url.searchParams.delete(key);
			else url.searchParams.set(key, value);
		}
		const text = body ?? JSON.stringify({
			call_sid: placed.sid, direction: 'outbound', from: placed.from, to: placed.to, call_id: placed.callId, sip_status: 200, sip_reason: 'OK',
			call_status: 'completed', account_sid: placed.account_sid, trace_id: 't', duration: 7, call_termination_by: 'caller', customerData: placed.body.tag, ...fields,
		});
		const given = { 'Content-Type': 'application/json', 'Jambonz-Signature': sign(secret, text, Math.floor(at)), ...headers };
		const answer = await fetch(url, { method: 'POST', headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), body: text });
		return { status: answer.status, text: await answer.text() };
	}
}

const startStage = async (gateway, options) => await new Stage(gateway, options).listen();
const closeStages = async () => await Promise.all([...running].map(async (stage) => await stage.close()));

/** A live call of the emulator is answered now, and talks until a test ends it; answering-machine events are up to the test. */
function answerCall(gateway, sid) {
	const call = [...gateway.calls.live].find((live) => live.sid === sid);
	call.body = { ...call.body, amd: undefined };
	call.outcome = { talk: 600, endedBy: 'caller', ...call.outcome };
	gateway.calls.answer(call);
}

/** Ends a live call of the emulator now: hung up by the callee, or refused with a SIP status. */
function endCall(gateway, sid, refusal) {
	const call = [...gateway.calls.live].find((live) => live.sid === sid);
	if (call === undefined) throw new Error(`no live call ${sid}`);
	if (refusal === undefined) {
		if (call.answeredAt === undefined) answerCall(gateway, sid);
		gateway.calls.hangUp(call, 'caller', 5);
	} else if (call.answeredAt === undefined) gateway.calls.fail(call, ...refusal);
	else throw new Error(`call ${sid} was answered and cannot be refused any more`);
}

/** Resolves with the next delivery that passes. */
const delivery = (gateway, passes) =>
	new Promise((resolve) => {
		const look = (entry) => {
			if (!passes(entry)) return;
			gateway.off('delivered', look);
			resolve(entry);
		};
		gateway.on('delivered', look);
	});

module.exports = { TOKEN, answerCall, closeStages, delivery, endCall, startStage };
