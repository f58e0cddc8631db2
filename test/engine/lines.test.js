'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { watchMachine } = require('./machine');

/** Max Active Calls, watched from the gateway's side. A gateway of its own for each test: what is known of an account is kept by the process. */

let gateway;
let most;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.1 });
	gateway.world.rate_limit = 1e6;
	most = 0;
	gateway.on('placed', () => (most = Math.max(most, gateway.calls.live.size)));
});
afterEach(() => gateway.close());

/** Answered after 0.15 s, and over 0.2 s later. */
const numbers = (count, digits = '200') => Array.from({ length: count }, (_, index) => `+12025${String(index).padStart(3, '0')}${digits}`);
const counts = () => gateway.requests.filter(({ path }) => path.endsWith('/CallCount')).map(({ at }) => at);
const dial = async (items, options, setup = {}) => await call(gateway, { items: phones(...items), parameters: { options: { callsInParallel: 10, ...options } }, ...setup });
const mostIn = (times, ms) => Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));

test('never more than allowed at once, and no busy polling', async () => {
	const machine = watchMachine();
	// None ends before the lines are full.
	gateway.clock.stop();
	gateway.on('placed', () => gateway.calls.live.size === 3 && gateway.clock.go());
	const { status, outputs } = await dial(numbers(6), { maxActiveCalls: 3 });
	expect(status).toBe('success');
	expect(most).toBe(3);
	expect(outputs[0].map(({ sid }) => sid).sort()).toEqual(gateway.placed.map(({ sid }) => sid).sort());
	// Once at the beginning, then about once a second.
	expect(mostIn(counts(), 950 - machine.longest())).toBeLessThanOrEqual(2);
	machine.stop();
	const seconds = (counts().at(-1) - counts()[0]) / 1000;
	expect(counts().length).toBeLessThanOrEqual(seconds * 1.1 + 2);
});

test('two runs at once in one process share the lines', async () => {
	const runs = await Promise.all([dial(numbers(3), { maxActiveCalls: 3 }), dial(numbers(6).slice(3), { maxActiveCalls: 3 })]);
	expect(runs.map(({ status }) => status)).toEqual(['success', 'success']);
	expect(gateway.placed).toHaveLength(6);
	expect(most).toBeLessThanOrEqual(3);
});

test('calls of others count', async () => {
	const [application] = gateway.world.applications;
	const account = gateway.world.accounts[0].account_sid;
	for (let index = 0; index < 2; index++) gateway.calls.place({ ...gateway.world.accounts[0] }, { application_sid: application.application_sid, from: '1', to: { type: 'phone', number: '+12025550220' }, account_sid: account }, {});
	await dial(numbers(2), { maxActiveCalls: 3 });
	expect(most).toBeLessThanOrEqual(3);
	expect(gateway.placed).toHaveLength(4);
});

test.each([
	['403', { kind: '403' }, /insufficient permissions/], ['500', { kind: '500' }, /HTTP 500/], ['an HTML page', { kind: 'html' }, /cannot be read/], ['no connection', { kind: 'reset' }, /did not answer/],
])('a count that cannot be read (%s): nothing is dialled, and the error says why', async (_what, fault, message) => {
	gateway.setFaults([{ ...fault, operation: 'other' }]);
	const { status, error } = await dial(numbers(3), { maxActiveCalls: 3 });
	expect(status).toBe('error');
	expect(error.message).toMatch(/^The number of live calls cannot be read, so nothing is dialled\./);
	expect(error.message).toMatch(message);
	expect(error.message).toMatch(/\[item \d\]$/);
	expect(gateway.placed).toEqual([]);
});

test('with Continue each item says so', async () => {
	gateway.setFaults([{ kind: '403', operation: 'other' }]);
	const { outputs } = await dial(numbers(3), { maxActiveCalls: 3 }, { settings: { onError: 'continueRegularOutput' } });
	expect(outputs[0]).toMatchObject([0, 1, 2].map((item) => ({ outcome: 'failed', sid: null, error: expect.stringMatching(new RegExp(`live calls cannot be read.*\\[item ${item}\\]$`)) })));
	expect(gateway.placed).toEqual([]);
});

test('calls that are refused give their line back', async () => {
	gateway.setFaults([{ kind: '480', count: 4 }]);
	const { outputs } = await dial(numbers(6), { maxActiveCalls: 2, callsInParallel: 1 }, { settings: { onError: 'continueRegularOutput' } });
	expect(outputs[0].filter(({ outcome }) => outcome === 'failed')).toHaveLength(4);
	expect(gateway.placed).toHaveLength(2);
	expect(counts().length).toBeLessThanOrEqual(2);
});

test('without the option the gateway is not asked', async () => {
	await dial(numbers(2), {});
	expect(counts()).toEqual([]);
});
