'use strict';

const { N8nClient } = require('../lib/n8n-client');
const { until } = require('../lib/until');
const { newNumber, publishWaiting, splitNode, waitNode } = require('../suite/waiting');
const { node, workflow } = require('../suite/workflows');
const { openBench, PLACED_BY, START_MS } = require('./bench');
const { measured } = require('./measured');

const A_MINUTE_LATE_MS = 150_000;
/** Calls live this much faster than real ones; where a test needs them alive once the run is parked, they do not. */
const TIME_SCALE = 0.2;
const AS_REAL = 1;

describe('Create and Wait, in a cluster: the webhook process resumes what a worker parked', () => {
	let bench;
	let gateway;
	beforeAll(async () => {
		bench = await openBench({ timeScale: TIME_SCALE });
		({ gateway } = bench);
	}, START_MS);
	afterEach(() => {
		gateway.clearFaults();
		gateway.timeScale = TIME_SCALE;
	});
	afterAll(async () => await bench?.close());

	const publish = async ({ options = {}, ...parameters } = {}) =>
		await publishWaiting(bench, [waitNode(bench.credentials, { options: { ...PLACED_BY, ...options }, ...parameters })]);

	/** Lets one execution run to its end; all webhooks of its calls have been sent then. */
	async function run(flow, phones) {
		await flow.send(phones);
		const [execution] = await flow.ended(1, 90_000);
		await gateway.idle();
		expect(execution.status).toBe('success');
		expect(phones.map((phone) => gateway.rang(phone))).toEqual(phones.map(() => 1));
		expect(flow.runs()).toHaveLength(1);
		const [{ items }] = flow.runs();
		for (const { tag } of items) expect(tag.placed_by).toMatch(/^worker-/);
		return items;
	}

	const FATES = { 200: 'answered', 486: 'busy', 603: 'declined', 487: 'no-answer', 404: 'failed' };

	test.each(Object.entries(FATES))('number …%s: %s', async (digits, outcome) => {
		const items = await run(await publish(), [newNumber(digits)]);
		expect(items).toEqual([expect.objectContaining({ outcome, final: true, timed_out: false })]);
	});

	test('twenty items: one run, the results in the order of the input, and few requests', async () => {
		const phones = Array.from({ length: 20 }, (_, index) => newNumber(Object.keys(FATES)[index % 5]));
		gateway.timeScale = AS_REAL;
		const before = gateway.requests.length;
		const items = await run(await publish({ options: { callsInParallel: 20 } }), phones);
		expect(items.map(({ to, outcome }) => [to, outcome])).toEqual(phones.map((phone) => [phone, FATES[phone.slice(-3)]]));
		const requests = gateway.requests.length - before;
		measured(`20 calls in one run: ${requests} requests, ${requests / 20} per call, the one that places it included`);
		// All end within a second or two: each event then asks about eight other calls at most, and for one list. That is linear still.
		expect(requests).toBeLessThanOrEqual(11 * 20);
	});

	test('calls that end before the run is parked', async () => {
		const phones = ['404', '486', '200'].map(newNumber);
		// The last one is placed when the others have ended long ago.
		gateway.setFaults({ kind: 'slow', ms: 2_000, number: phones[2].slice(1) });
		const items = await run(await publish({ options: { callsInParallel: 1 } }), phones);
		expect(items.map(({ outcome }) => outcome)).toEqual(['failed', 'busy', 'answered']);
		const [refused] = await run(await publish(), [newNumber('404')]);
		expect(refused.outcome).toBe('failed');
	});

	test('Resume When answered, and the verdict of the answering machine detection, while the call is alive', async () => {
		const [answered] = await run(await publish({ resumeWhen: 'answered' }), [newNumber('001')]);
		expect(answered).toMatchObject({ call_status: 'in-progress', final: false });
		const detect = { detectAnsweringMachine: true };
		const [machine] = await run(await publish({ resumeWhen: 'verdict', options: detect }), [newNumber('291')]);
		expect(machine).toMatchObject({ answered_by: 'machine', final: false });
		gateway.timeScale = AS_REAL;
		const ended = await run(await publish({ options: detect }), [newNumber('292'), newNumber('291'), newNumber('486')]);
		expect(ended.map(({ outcome, answered_by: by }) => [outcome, by])).toEqual([['answered', 'human'], ['answered', 'machine'], ['busy', 'unknown']]);
	});

	test('nothing is heard: the main process ends the wait, with what is known', async () => {
		const phones = [newNumber('404'), newNumber('230')];
		gateway.setFaults({ kind: 'slow', ms: 1_000, number: phones[1].slice(1) });
		const flow = await publish({ waitAtMost: 0.05, options: { callsInParallel: 1 } });
		await flow.send(phones);
		await flow.ended(1, A_MINUTE_LATE_MS - 20_000);
		expect(flow.runs().map(({ items }) => items.map(({ outcome, timed_out: late }) => [outcome, late]))).toEqual([[['failed', false], ['unknown', true]]]);
		expect(phones.map((phone) => gateway.rang(phone))).toEqual([1, 1]);
	}, A_MINUTE_LATE_MS);

	test('a manual run is placed by a worker too, of a workflow that was never published', async () => {
		const { client, credentials, downstream } = bench;
		const phones = [newNumber('200'), newNumber('603')];
		const start = node('n8n-nodes-base.manualTrigger', 'Start', {});
		const list = node('n8n-nodes-base.set', 'List', { mode: 'raw', jsonOutput: JSON.stringify({ body: { calls: phones.map((phone) => ({ phone })) } }), options: {} }, { typeVersion: 3.4 });
		const name = `manual-${Date.now()}`;
		const call = waitNode(credentials, { options: PLACED_BY });
		const { id } = await client.createWorkflow(workflow(name, [start, list, splitNode(), call, downstream.step(name)]));
		const { executionId } = await client.runManually(id, 'Start');
		const execution = await until('the end of the run', async () => {
			const one = await client.execution(executionId);
			return one.status === 'success' && one;
		}, { timeoutMs: 90_000, everyMs: 200 });
		await gateway.idle();
		expect(downstream.runs(name).map(({ items }) => items.map(({ outcome }) => outcome))).toEqual([['answered', 'declined']]);
		for (const { tag } of N8nClient.outputOf(execution, call.name)) expect(tag.placed_by).toMatch(/^worker-/);
		expect(phones.map((phone) => gateway.rang(phone))).toEqual([1, 1]);
	});

	test('the workflow is deactivated while the run waits', async () => {
		const flow = await publish();
		const phone = newNumber('001');
		gateway.timeScale = AS_REAL;
		await flow.send([phone]);
		await flow.reached('waiting');
		await bench.client.unpublish(flow.id);
		await flow.ended(1, 60_000);
		expect(flow.runs().map(({ items }) => items[0].outcome)).toEqual(['answered']);
		expect(gateway.rang(phone)).toBe(1);
	});
});
