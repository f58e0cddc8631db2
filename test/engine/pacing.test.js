'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { mostInASecond, watchMachine } = require('./machine');

let gateway;
let machine;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01 });
});
beforeEach(async () => {
	gateway.world.rate_limit = 1e6;
	// The first request of a process is slower than the others.
	await call(gateway);
	gateway.placed.length = 0;
	gateway.requests.length = 0;
	machine = watchMachine();
});
afterEach(() => {
	machine.stop();
	gateway.reset();
});
afterAll(() => gateway.close());

const numbers = (count) => Array.from({ length: count }, (_, index) => `+12025550${String(index).padStart(3, '0')}`).filter((number) => !number.endsWith('999'));
const begun = () => gateway.placed.map(({ at }) => at).sort((a, b) => a - b);
/** Two requests take differently long from node to gateway; test/unit/pace.test.js is exact. Milliseconds. */
const JITTER_MS = 25;
const rate = (times) => (times.length - 1) / ((times.at(-1) - times[0] - machine.total()) / 1000);

test.each([[10, 40, 5], [20, 60, 20]])('%d per second over %d calls, %d in parallel, by the gateway\'s clock', async (callsPerSecond, count, callsInParallel) => {
	const { status } = await call(gateway, { items: phones(...numbers(count)), parameters: { options: { callsPerSecond, callsInParallel } } });
	expect(status).toBe('success');
	expect(begun()).toHaveLength(count);
	expect(mostInASecond(begun(), machine, JITTER_MS)).toBeLessThanOrEqual(callsPerSecond);
	expect(rate(begun())).toBeGreaterThanOrEqual(0.95 * callsPerSecond);
});

test('tries of a call that was not placed keep the pace too', async () => {
	gateway.setFaults([{ kind: '429', retryAfter: 0, count: 6 }]);
	await call(gateway, { items: phones(...numbers(6)), parameters: { options: { callsPerSecond: 5, callsInParallel: 6, retriesIfNotPlaced: 1 } } });
	const times = gateway.requests.filter(({ method }) => method === 'POST').map(({ at }) => at);
	expect(times).toHaveLength(12);
	expect(mostInASecond(times, machine, JITTER_MS)).toBeLessThanOrEqual(5);
	expect(gateway.placed).toHaveLength(6);
});

test.each([
	['callsPerSecond', 0, /^Calls per Second: "0".*\[item 0\]/], ['callsPerSecond', 'fast', /^Calls per Second: "fast"/], ['callsPerSecond', -1, /^Calls per Second/],
	['callsPerSecond', '={{ Infinity }}', /^Calls per Second/], ['callsInParallel', 0, /^Calls in Parallel: "0"/], ['callsInParallel', 0.5, /^Calls in Parallel/],
	['maxActiveCalls', 0, /^Max Active Calls: "0"/], ['maxActiveCalls', 'x', /^Max Active Calls/], ['retriesIfNotPlaced', -1, /^Retries If Not Placed: "-1"/],
	['retriesIfNotPlaced', '={{ NaN }}', /^Retries If Not Placed/],
])('%s %p is refused, nothing is dialled', async (option, value, message) => {
	const { status, error } = await call(gateway, { parameters: { options: { [option]: value } } });
	expect(status).toBe('error');
	expect(error.message).toMatch(message);
	expect(error.description).toMatch(/Nothing was dialled/);
	expect(gateway.placed).toEqual([]);
});

test.each(['', '={{ null }}', '={{ undefined }}'])('an option that is empty (%j) has its standard value', async (callsPerSecond) => {
	const { status } = await call(gateway, { parameters: { options: { callsPerSecond } } });
	expect(status).toBe('success');
});
