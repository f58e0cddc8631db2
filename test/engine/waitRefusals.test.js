'use strict';

const { startGateway } = require('../gateway');
const { ACTION, runAction, credentialFor } = require('./engine');
const { parameters: callParameters, phones } = require('./calls');
const { compiled } = require('../unit/compiled');
const { NODE, strict } = require('../unit/strictContext');
const { closeStages, startStage } = require('./stage');

let gateway;
let stage;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01 });
	gateway.world.rate_limit = 1e6;
	// Whoever is called goes on ringing.
	gateway.clock.stop();
	stage = await startStage(gateway);
});
afterEach(async () => {
	await closeStages();
	await gateway.close();
});

const numbers = (count) => Array.from({ length: count }, (_, index) => `+12025${String(index).padStart(3, '0')}180`);
const OPTIONS = { timeout: 600, callsInParallel: 50 };

test('100 items park', async () => {
	const execution = await stage.run({ items: phones(...numbers(100)), parameters: { options: OPTIONS } });
	expect(execution.status).toBe('waiting');
	expect(gateway.placed).toHaveLength(100);
});

describe('refused before anything is dialled', () => {
	const refusals = [
		['more than 100 items', { items: phones(...numbers(101)), parameters: { options: OPTIONS } }, {}, /101 items.*100/, /batch size/],
		['the verdict of two items', { items: phones(...numbers(2)), parameters: { resumeWhen: 'verdict', options: { ...OPTIONS, detectAnsweringMachine: true } } }, {}, /one item per run/, /batch size 1/],
		['a secret that cannot be read', { items: phones(...numbers(2)), parameters: { options: OPTIONS } }, { kind: '403', operation: 'webhookSecret' }, /webhook secret cannot be read/, /into the credential/],
		['a gateway without a secret', { items: phones(...numbers(2)), parameters: { options: OPTIONS } }, 'no secret', /no webhook secret/, /into the credential/],
	];
	const prepare = (fault) => {
		if (fault === 'no secret') gateway.world.accounts[0].webhook_secret = null;
		else gateway.setFaults(fault.kind === undefined ? [] : [fault]);
	};

	test.each(refusals)('%s: Stop', async (_what, setup, fault, message, description) => {
		prepare(fault);
		const execution = await stage.run(setup);
		expect(execution.status).toBe('error');
		expect(execution.error.message).toMatch(message);
		expect(execution.error.message).toMatch(/Nothing was dialled/);
		expect(execution.error.description).toMatch(description);
		expect(gateway.placed).toEqual([]);
	});

	test.each(refusals)('%s: Continue, one output per item', async (_what, setup, fault, message) => {
		prepare(fault);
		const execution = await stage.run({ ...setup, settings: { onError: 'continueRegularOutput' } });
		expect(execution.status).toBe('success');
		expect(execution.outputs[0]).toHaveLength(setup.items.length);
		for (const output of execution.outputs[0]) expect(output).toMatchObject({ outcome: 'failed', sid: null, error: expect.stringMatching(message) });
		expect(gateway.placed).toEqual([]);
	});

	test.each(refusals)('%s: error output', async (_what, setup, fault, message) => {
		prepare(fault);
		const execution = await stage.run({ ...setup, settings: { onError: 'continueErrorOutput' } });
		expect(execution.outputs[0]).toEqual([]);
		expect(execution.outputs[1]).toHaveLength(setup.items.length);
		expect(execution.outputs[1][0]).toMatchObject({ phone: setup.items[0].json.phone, error: expect.stringMatching(message) });
	});

	test('a secret in the credential needs none of the gateway', async () => {
		const own = await startStage(gateway, { credential: { webhookSecret: gateway.world.accounts[0].webhook_secret } });
		gateway.setFaults([{ kind: '403', operation: 'webhookSecret' }]);
		const execution = await own.run({ items: phones(...numbers(1)), parameters: { options: OPTIONS } });
		expect(execution.status).toBe('waiting');
		expect((await own.send(gateway.placed[0])).text).toBe('resumed');
	});

	test('an address of n8n that a cloud gateway cannot reach', async () => {
		const credential = { ...credentialFor(gateway), environment: 'trialEu', baseUrl: '' };
		const own = await startStage(gateway, { credential: { ...credential, webhookSecret: 'own-secret-of-the-account' } });
		const execution = await own.run({ items: phones(...numbers(1)), parameters: { options: OPTIONS } });
		expect(execution.status).toBe('error');
		expect(execution.error.message).toMatch(/Address of this n8n: the gateway cannot reach 127\.0\.0\.1/);
		expect(execution.error.description).toMatch(/Nothing was dialled/);
	});
});

describe('as a tool', () => {
	const tool = (more) =>
		strict({
			getNode: () => ({ ...NODE, type: `${ACTION}Tool` }),
			getNodeParameter: (name, _index, fallback) => ({ resource: 'call', operation: 'createAndWait' })[name] ?? fallback,
			getCredentials: async () => credentialFor(gateway),
			continueOnFail: () => false,
			getInputData: () => [{ json: { toolCallId: 'call_1' } }],
			putExecutionToWait: async () => {},
			...more,
		});
	const { runOperation } = compiled('operations/index.js');

	test.each([
		['of an agent that runs its tools itself, in n8n 2', { isToolExecution: () => true }],
		['of an agent that runs its tools itself, in n8n 1', { isToolExecution: undefined, getInputData: () => [{ json: { phone: '+12025550200' } }] }],
		['of an engine that cannot wait', { isToolExecution: () => false, putExecutionToWait: undefined }],
	])('%s it refuses with a sentence that an agent understands', async (_what, more) => {
		const [[{ json }]] = await runOperation(tool(more));
		expect(json).toMatchObject({ outcome: 'failed', call_sid: null, error: expect.stringMatching(/cannot let a tool wait.*Nothing was dialled/), message: expect.stringMatching(/operation Create/) });
		expect(json).not.toHaveProperty('toolCallId');
		expect(gateway.requests).toEqual([]);
	});

	test('set to stop the workflow, it does', async () => {
		const node = { ...NODE, type: `${ACTION}Tool`, onError: 'stopWorkflow' };
		const error = await runOperation(tool({ getNode: () => node, isToolExecution: () => true })).catch((thrown) => thrown);
		expect(error.message).toMatch(/cannot let a tool wait/);
	});

	test('of the calls that one turn asks for it refuses each, and not those of the next turn', async () => {
		const context = {};
		// What the engine has entered for the node when its runs begin, turn by turn.
		const refusals = [];
		for (const entered of [1, 3, 3, 4, 7, 7, 7, 8]) {
			const [[{ json }]] = await runOperation(
				tool({
					isToolExecution: () => false,
					getContext: () => context,
					getWorkflowDataProxy: () => ({ $node: { [NODE.name]: { runIndex: entered - 1 } } }),
					// The first thing after the refusals that this is about.
					getCredentials: async () => {
						throw Object.assign(new Error('may wait'), { description: '' });
					},
				}),
			);
			refusals.push(/(\d+) were asked for at once\. Nothing was dialled|may wait/.exec(json.error)[1] ?? 'may wait');
		}
		expect(refusals).toEqual(['may wait', '2', '2', 'may wait', '3', '3', '3', 'may wait']);
		expect(gateway.requests).toEqual([]);
	});
});

test('a webhook to a node that is set to another operation is answered and does nothing', async () => {
	const execution = await stage.run({ items: phones(...numbers(1)), parameters: { options: OPTIONS } });
	execution.setup.parameters = { ...execution.setup.parameters, operation: 'create' };
	expect(await stage.send(gateway.placed[0])).toMatchObject({ status: 200 });
	expect(execution.status).toBe('waiting');
});

test('Create does not wait', async () => {
	const { status, outputs } = await runAction({ credential: credentialFor(gateway), parameters: callParameters(), items: phones(...numbers(1)) });
	expect(status).toBe('success');
	expect(outputs[0]).toMatchObject([{ outcome: null, final: false }]);
});
