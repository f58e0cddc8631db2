'use strict';

const { until } = require('../lib/until');
const { newNumber, publishWaiting, waitNode } = require('../suite/waiting');
const { openBench, PLACED_BY, START_MS } = require('./bench');
const { WORKERS } = require('./cluster');
const { measured } = require('./measured');

/** n8n notices a killed worker after half a minute or so, and on this time scale calls last as long as real ones. */
const A_CRASH_MS = 300_000;
const NOTICED_MS = 150_000;

const AGAIN = { doNotCallAgain: { settings: { key: '', period: 24, scope: 'node' } } };

describe('processes of a cluster are killed', () => {
	let bench;
	let client;
	let cluster;
	let gateway;
	/** While set, steps behind Create and Wait do not come to an end. */
	let held;
	beforeAll(async () => {
		bench = await openBench({ timeScale: 1, hold: () => held });
		({ client, cluster, gateway } = bench);
	}, START_MS);
	afterEach(() => gateway.clearFaults());
	afterAll(async () => await bench?.close());

	const publish = async (options = {}, parameters = {}) =>
		await publishWaiting(bench, [waitNode(bench.credentials, { ...parameters, options: { ...PLACED_BY, ...options } })]);
	const rang = (phones) => phones.map((phone) => gateway.rang(phone));
	const once = (phones) => phones.map(() => 1);
	const outcomes = (flow) => flow.runs().map(({ items }) => items.map(({ outcome }) => outcome));
	const workerOf = (phone) => gateway.placed.find(({ number }) => number === phone).body.tag.placed_by;

	/** "Retry" of the executions list; n8n answers when the new execution has ended or waits. */
	const retry = async (id, loadWorkflow = false) =>
		await client.request('POST', `/executions/${id}/retry`, { loadWorkflow }).then(
			() => 'started',
			(error) => error.message,
		);

	test('while it dials: the execution ends as an error, nothing of it is dialled again, and a retry respects Do Not Call Again', async () => {
		const guarded = await publish({ ...AGAIN, callsInParallel: 2 });
		const unguarded = await publish({ callsInParallel: 2 });
		const numbers = () => Array.from({ length: 8 }, () => newNumber('486'));
		const runs = [{ flow: guarded, phones: numbers() }, { flow: unguarded, phones: numbers() }];
		gateway.setFaults({ kind: 'slow-after-placing', ms: 1_500 });
		for (const { flow, phones } of runs) await flow.send(phones);
		await until('some calls of both', () => runs.every(({ phones }) => rang(phones).filter(Boolean).length >= 3));
		await cluster.kill(...WORKERS);
		const before = runs.map(({ phones }) => rang(phones));
		for (const counts of before) expect([Math.max(...counts), counts.includes(0)]).toEqual([1, true]);
		gateway.clearFaults();
		await cluster.startAgain(...WORKERS);
		const crashed = [];
		for (const { flow } of runs) crashed.push((await flow.ended(1, NOTICED_MS))[0]);
		await gateway.idle();
		expect(crashed.map(({ status }) => ['error', 'crashed'].includes(status))).toEqual([true, true]);
		expect(runs.map(({ phones }) => rang(phones))).toEqual(before);
		expect(runs.map(({ flow }) => flow.runs())).toEqual([[], []]);

		const answers = [];
		for (const { id } of crashed) answers.push(await retry(id));
		measured(`a worker is killed while it dials: executions end as ${crashed.map(({ status }) => status)}, a retry is answered: ${[...new Set(answers)].join('; ')}`);
		if (answers[0] === 'started') await guarded.ended(2, NOTICED_MS);
		if (answers[1] === 'started') await unguarded.ended(2, NOTICED_MS);
		await gateway.idle();
		const [again, without] = runs.map(({ phones }) => rang(phones));
		measured(`... after the retry with Do Not Call Again ${again}, without it ${without} calls per number; ${JSON.stringify(outcomes(guarded))}`);
		expect(Math.max(...again)).toBe(1);
	}, A_CRASH_MS);

	test('the worker that dialled, while the run waits: another one goes on', async () => {
		const flow = await publish();
		const phones = ['220', '200', '486'].map(newNumber);
		await flow.send(phones);
		await flow.reached('waiting');
		const worker = workerOf(phones[0]);
		await cluster.kill(worker);
		await client.executions(flow.id);
		const long = gateway.placed.find(({ number }) => number === phones[0]);
		await until('the other calls', () => gateway.calls.live.size === 1);
		gateway.calls.hangUp(gateway.calls.sessions.get(long.sid), 'caller');
		expect((await flow.ended(1, 60_000))[0].status).toBe('success');
		await gateway.idle();
		expect([outcomes(flow), rang(phones)]).toEqual([[['answered', 'answered', 'busy']], once(phones)]);
		expect(flow.runs()[0].process).not.toBe(worker);
		await cluster.startAgain(worker);
	}, A_CRASH_MS);

	test('both workers, just when the last final event has come: never twice, and what went on has the right outcome', async () => {
		const RIGHT = ['busy', 'answered'];
		const flows = [];
		for (let index = 0; index < 4; index++) flows.push({ flow: await publish(), phones: [newNumber('486'), newNumber('220')] });
		for (const { flow, phones } of flows) await flow.send(phones);
		for (const { flow } of flows) await flow.reached('waiting');
		await until('the short calls', () => gateway.calls.live.size === flows.length);
		// All of them end at once; the first answer says that n8n has taken one event and lets a run go on.
		const delivered = gateway.deliveries.length;
		const answers = () => gateway.deliveries.slice(delivered).map(({ event, status, error }) => [event, status ?? error]);
		for (const call of [...gateway.calls.live]) gateway.calls.hangUp(call, 'caller');
		await until('the first answer', () => answers().some(([event, status]) => event === 'completed' && status === 200), { everyMs: 2, describe: answers });
		await cluster.kill(...WORKERS);
		await cluster.startAgain(...WORKERS);
		const ended = [];
		for (const { flow } of flows) ended.push((await flow.ended(1, NOTICED_MS))[0]);
		await gateway.idle();
		measured(`both workers are killed when the last final events of ${flows.length} runs come: executions end as ${ended.map(({ status }) => status)}`);
		for (const [index, { flow, phones }] of flows.entries()) {
			const { id, status } = ended[index];
			expect(rang(phones)).toEqual(once(phones));
			// Killed in the step behind, or before n8n had saved its end, a run has put out its outcome and counts as crashed.
			const before = outcomes(flow);
			expect(status === 'success' ? [[RIGHT]] : [[], [RIGHT]]).toContainEqual(before);
			if (status === 'success') continue;
			// By turns with the workflow as it was, and as it is now: then the node itself runs again.
			const answer = await retry(id, index % 2 === 1);
			if (answer === 'started') await flow.ended(2, NOTICED_MS);
			await gateway.idle();
			measured(`... ${status}, retry (workflow ${index % 2 === 1 ? 'as it is now' : 'as it was'}): ${answer}; the step behind got ${JSON.stringify(outcomes(flow))}`);
			expect(rang(phones)).toEqual(once(phones));
			// A crashed one has its data, and goes on. Once n8n has found the job stalled, it is an error without data: nothing to go on with.
			expect([before, [...before, RIGHT]]).toContainEqual(outcomes(flow));
		}
	}, A_CRASH_MS);

	test.each([
		['as it was', false],
		['with the workflow as it is now', true],
	])('the worker that goes on, in the step behind: an error; the retry %s goes on without dialling', async (_how, loadWorkflow) => {
		const flow = await publish();
		const phones = ['486', '200'].map(newNumber);
		let release;
		held = new Promise((resolve) => (release = resolve));
		await flow.send(phones);
		await until('the step behind', () => flow.runs().length === 1, { timeoutMs: 60_000 });
		const worker = flow.runs()[0].process;
		await cluster.kill(worker);
		held = undefined;
		release();
		await cluster.startAgain(worker);
		const [{ id, status }] = await flow.ended(1, NOTICED_MS);
		await gateway.idle();
		expect(['error', 'crashed']).toContain(status);
		const answer = await retry(id, loadWorkflow);
		if (answer === 'started') await flow.ended(2, 60_000);
		await gateway.idle();
		measured(`a worker is killed in the step behind the wait: ${status}; retry (workflow ${loadWorkflow ? 'as it is now' : 'as it was'}): ${answer}; the step got ${JSON.stringify(outcomes(flow))}`);
		expect(rang(phones)).toEqual(once(phones));
	}, A_CRASH_MS);

	test('the main process, while runs wait: they go on without it, and a deadline is kept when it is back', async () => {
		const flow = await publish();
		const silent = await publish({}, { waitAtMost: 0.05 });
		const [phone, unheard] = [newNumber('001'), newNumber('230')];
		await silent.send([unheard]);
		await flow.send([phone]);
		await flow.reached('waiting');
		await silent.reached('waiting');
		await cluster.kill('main');
		await until('the step behind', () => flow.runs().length === 1, { timeoutMs: 60_000 });
		await cluster.startAgain('main');
		expect((await flow.ended(1, 60_000))[0].status).toBe('success');
		expect((await silent.ended(1, NOTICED_MS))[0].status).toBe('success');
		await gateway.idle();
		expect([outcomes(flow), outcomes(silent), rang([phone, unheard])]).toEqual([[['answered']], [['unknown']], [1, 1]]);
	}, A_CRASH_MS);
});
