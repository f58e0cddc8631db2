'use strict';

const { newNumber, publishWaiting } = require('../suite/waiting');
const { callNode } = require('../suite/workflows');
const { until } = require('../lib/until');
const { mostInASecond, watchMachine } = require('../../engine/machine');
const { openBench, PLACED_BY, START_MS } = require('./bench');
const { measured } = require('./measured');

const SHARED_MS = 300_000;
const AGAIN = { doNotCallAgain: { settings: { key: '', period: 24, scope: 'node' } } };

describe('two workers dial at once', () => {
	let bench;
	let gateway;
	/** While set, steps behind Create do not come to an end, and their workers take no other execution. */
	let held;
	beforeAll(async () => {
		// One execution per worker at a time: two at once are sure to run in different processes.
		bench = await openBench({ timeScale: 0.5, concurrency: 1, hold: () => held });
		({ gateway } = bench);
	}, START_MS);
	afterAll(async () => await bench?.close());

	const publish = async (options) => {
		const call = callNode(bench.credentials, { toNumber: '={{ $json.phone }}', statusUpdates: 'none', options: { ...PLACED_BY, ...options } });
		return await publishWaiting(bench, [call]);
	};
	const rang = (phones) => phones.map((phone) => gateway.rang(phone));
	const numbers = (count, digits = '486') => Array.from({ length: count }, () => newNumber(digits));
	const placed = (phones) => gateway.placed.filter(({ number }) => phones.includes(number));
	const workersOf = (phones) => new Set(placed(phones).map(({ body }) => body.tag.placed_by));

	test('Do Not Call Again, one after the other: the second worker knows whom the first one called', async () => {
		const flow = await publish(AGAIN);
		const phones = numbers(3);
		let release;
		held = new Promise((resolve) => (release = resolve));
		await flow.send(phones);
		await until('the first run', () => flow.runs().length === 1, { timeoutMs: 60_000 });
		await flow.send(phones);
		await until('the second run', () => flow.runs().length === 2, { timeoutMs: 60_000 });
		held = undefined;
		release();
		const [first, second] = flow.runs();
		expect(first.process).not.toBe(second.process);
		expect(second.items.map(({ outcome, skip_reason: reason }) => [outcome, reason])).toEqual(phones.map(() => ['skipped', 'duplicate']));
		expect(rang(phones)).toEqual([1, 1, 1]);
		await flow.ended(2);
	}, SHARED_MS);

	test('Do Not Call Again, different numbers at the same moment: no worker forgets whom the other one called', async () => {
		const flow = await publish({ ...AGAIN, callsInParallel: 10 });
		const [some, others] = [numbers(25), numbers(25)];
		await Promise.all([flow.send(some), flow.send(others)]);
		await flow.ended(2, SHARED_MS);
		expect(new Set([...workersOf(some), ...workersOf(others)]).size).toBe(2);
		await flow.send([...some, ...others]);
		await flow.ended(3, SHARED_MS);
		const twice = rang([...some, ...others]).filter((times) => times > 1).length;
		measured(`50 numbers called by two workers at once and asked for again later: ${twice} rang twice`);
		expect(rang([...some, ...others])).toEqual([...some, ...others].map(() => 1));
	}, SHARED_MS);

	test('Do Not Call Again, the same number at the same moment: one worker dials', async () => {
		const flow = await publish(AGAIN);
		const phones = numbers(20);
		for (const [index, phone] of phones.entries()) {
			await Promise.all([flow.send([phone]), flow.send([phone])]);
			await flow.ended(2 * index + 2, 60_000);
		}
		const twice = rang(phones).filter((times) => times > 1).length;
		measured(`20 numbers, each in two executions that start on two workers at the same moment: ${twice} rang twice`);
		const batch = numbers(20);
		await Promise.all([flow.send(batch), flow.send(batch)]);
		await flow.ended(2 * phones.length + 2, 60_000);
		measured(`the same list of 20 numbers in two executions at the same moment: ${rang(batch).filter((times) => times > 1).length} rang twice`);
		// Not exactly once, because n8n's storage may take longer than half a second for a change on a busy machine.
		for (const times of rang([...phones, ...batch])) expect([1, 2]).toContain(times);
		expect(rang([...phones, ...batch]).filter((times) => times > 1).length).toBeLessThanOrEqual(2);
	}, SHARED_MS);

	test('Calls per Second is kept by each run, so that two runs add up', async () => {
		const flow = await publish({ callsPerSecond: 4 });
		const [one, two] = [numbers(12), numbers(12)];
		const machine = watchMachine();
		await Promise.all([flow.send(one), flow.send(two)]);
		await flow.ended(2, SHARED_MS);
		const mostPerSecond = (phones) => mostInASecond(placed(phones).map(({ at }) => at), machine);
		// One more than four: on a busy machine requests take differently long to arrive.
		for (const phones of [one, two]) expect(mostPerSecond(phones)).toBeLessThanOrEqual(5);
		measured(`two runs with 4 calls per second each, on two workers: at most ${mostPerSecond([...one, ...two])} calls began in one second`);
		machine.stop();
	}, SHARED_MS);

	test('Max Active Calls: what the account sees of one run, and of two on two workers', async () => {
		const most = async (...lists) => {
			const flow = await publish({ maxActiveCalls: 4, callsInParallel: 4 });
			await gateway.idle();
			let alive = 0;
			const count = () => (alive = Math.max(alive, gateway.calls.live.size));
			gateway.on('placed', count);
			await Promise.all(lists.map(async (list) => await flow.send(list)));
			await flow.ended(lists.length, SHARED_MS);
			gateway.off('placed', count);
			expect(rang(lists.flat())).toEqual(lists.flat().map(() => 1));
			return alive;
		};
		const [one, two] = [await most(numbers(12, '001')), await most(numbers(12, '001'), numbers(12, '001'))];
		measured(`Max Active Calls 4: at most ${one} live calls with one run, ${two} with two runs on two workers at once`);
		expect(one).toBeLessThanOrEqual(4);
		expect(two).toBeLessThanOrEqual(8);
	}, SHARED_MS);
});
