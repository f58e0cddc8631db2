'use strict';

const { compiled } = require('./compiled');
const { letPass } = require('./fakeClock');

const { Pace } = compiled('dialling/pace.js');

const never = () => false;

beforeEach(() => jest.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => jest.useRealTimers());

/** The most that began in any one second. */
const mostInASecond = (times, ms = 1000) => Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));

/** Lets `parallel` workers place `count` calls that take `latency` each; returns when each began, from the start. */
async function run(perSecond, count, { parallel = 5, latency = 5, canceled = never } = {}) {
	const pace = new Pace(perSecond);
	const started = Date.now();
	const times = [];
	let next = 0;
	const worker = async () => {
		while (next < count) {
			next++;
			await pace.turn(canceled);
			times.push(Date.now() - started);
			await new Promise((resolve) => setTimeout(resolve, latency));
		}
	};
	await letPass(Promise.all(Array.from({ length: parallel }, worker)), 1);
	return times;
}

describe('never more than allowed in any second, and at least 95 % of the allowed rate', () => {
	test.each([[1, 6, 5], [2, 8, 1], [5, 20, 5], [10, 40, 5], [10, 40, 20], [20, 60, 5], [20, 60, 20], [50, 120, 20], [100, 250, 50]])('%d per second, %d calls, %d in parallel', async (perSecond, count, parallel) => {
		const times = await run(perSecond, count, { parallel });
		expect(mostInASecond(times)).toBeLessThanOrEqual(perSecond);
		expect((count - 1) / (times.at(-1) / 1000)).toBeGreaterThanOrEqual(0.95 * perSecond);
		expect(times[0]).toBe(0);
	});

	test.each([[0.5, 4], [0.1, 3], [0.25, 3]])('a part of one: %d per second', async (perSecond, count) => {
		const times = await run(perSecond, count);
		for (const [index, at] of times.slice(1).entries()) expect(at - times[index]).toBeGreaterThanOrEqual(1000 / perSecond);
		expect((count - 1) / (times.at(-1) / 1000)).toBeGreaterThanOrEqual(0.95 * perSecond);
	});

	test.each([[1.5, 9, 2], [2.5, 15, 2]])('a broken number: %d per second is kept over the run', async (perSecond, count, seconds) => {
		const times = await run(perSecond, count);
		expect(mostInASecond(times, seconds * 1000)).toBeLessThanOrEqual(Math.ceil(perSecond * seconds));
		expect((count - 1) / (times.at(-1) / 1000)).toBeGreaterThanOrEqual(0.95 * perSecond);
	});
});

test.each([[10, 20, 1500], [20, 20, 700], [5, 10, 5000]])('%d per second, %d in parallel: after the process stood still for a while, the second holds', async (perSecond, parallel, stall) => {
	const pace = new Pace(perSecond);
	const times = [];
	let next = 0;
	const worker = async () => {
		while (next++ < 60) {
			await pace.turn(never);
			times.push(Date.now());
		}
	};
	const all = Promise.all(Array.from({ length: parallel }, worker));
	await jest.advanceTimersByTimeAsync(1300);
	// All timers that were due in the meantime go off at once.
	jest.setSystemTime(Date.now() + stall);
	await letPass(all, 1);
	expect(times).toHaveLength(60);
	expect(mostInASecond(times)).toBeLessThanOrEqual(perSecond);
});

test('slow calls do not make up for lost time all at once', async () => {
	const times = await run(10, 30, { parallel: 10, latency: 2500 });
	expect(mostInASecond(times)).toBeLessThanOrEqual(10);
});

test('a stop ends every wait within a second', async () => {
	let stopped = false;
	const pace = new Pace(0.01);
	const turns = Promise.all([1, 2, 3].map(async () => await pace.turn(() => stopped)));
	let done = false;
	turns.then(() => (done = true));
	await jest.advanceTimersByTimeAsync(5000);
	expect(done).toBe(false);
	stopped = true;
	await jest.advanceTimersByTimeAsync(999);
	expect(done).toBe(true);
});
