'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');

// The logger that n8n-core gives to its nodes, which may be another copy than this package's.
const { Logger } = require(require.resolve('@n8n/backend-common', { paths: [require.resolve('n8n-core')] }));
const { forgetProcessed, rows, startProcessed } = require('./processed');
const { closeStages, startStage } = require('./stage');

/** Stopping a run while it dials: nothing rings afterwards, and what was placed is told. */

let gateway;
let warnings;
beforeAll(startProcessed);
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.1 });
	gateway.world.rate_limit = 1e6;
	warnings = [];
	jest.spyOn(Logger.prototype, 'warn').mockImplementation((text) => warnings.push(text));
});
afterEach(async () => {
	jest.restoreAllMocks();
	forgetProcessed();
	await closeStages();
	await gateway.close();
});

const numbers = (count) => Array.from({ length: count }, (_, index) => `+1202555${String(index).padStart(2, '0')}01`);

/** In two steps: between them a machine that stood still lets in what had arrived. */
const soon = (act, ms) => setTimeout(() => setTimeout(act, 20), ms);

/** Runs until so many calls were placed, stops, and tells how long the run went on. */
async function stopAfter(placed, options, { items = phones(...numbers(20)), settings, wait = 0, operation = 'create', faults = [] } = {}) {
	const stop = new AbortController();
	let stoppedAt;
	gateway.setFaults(faults);
	const abort = () =>
		soon(() => {
			stoppedAt = Date.now();
			stop.abort();
		}, wait);
	let seen = 0;
	if (placed === 0) abort();
	gateway.on('placed', () => ++seen === placed && abort());
	const result = await call(gateway, { items, parameters: { operation, options }, settings, signal: stop.signal });
	const after = Date.now() - stoppedAt;
	const count = gateway.placed.length;
	const requests = gateway.requests.length;
	await new Promise((resolve) => setTimeout(resolve, 700));
	return { ...result, after, rangLater: gateway.placed.length - count, askedLater: gateway.requests.length - requests };
}

/** Each waits for twenty seconds or more. */
const WAITS = [
	['for its turn', 1, { callsPerSecond: 0.05, callsInParallel: 3 }, { wait: 300 }],
	['for a free line', 1, { maxActiveCalls: 1, callsInParallel: 5 }, { wait: 300, items: phones('+12025550220', ...numbers(4)) }],
	['for a second try', 1, { retriesIfNotPlaced: 5, callsInParallel: 5 }, { wait: 300, faults: [{ kind: '429', retryAfter: 20, number: '^(?!.*0220)' }], items: phones('+12025550220', ...numbers(4)) }],
];

test.each(WAITS)('while the run waits %s: it ends long before that, nothing rings later, and the placed calls are told', async (_what, placed, options, more) => {
	const { status, after, rangLater, askedLater, outputs, error } = await stopAfter(placed, options, more);
	expect(status).toBe('canceled');
	expect(after).toBeLessThan(15_000);
	expect([rangLater, askedLater]).toEqual([0, 0]);
	expect(gateway.placed).toHaveLength(placed);
	const said = `${warnings.join(' ')} ${error?.description ?? ''}`;
	for (const { sid } of gateway.placed) expect(said).toContain(sid);
	const out = JSON.stringify(outputs);
	if (outputs.length > 0) for (const { sid } of gateway.placed) expect(out).toContain(sid);
});

test('what was not dialled says so, and is not taken for a failed call', async () => {
	const { outputs } = await stopAfter(1, { callsInParallel: 1, callsPerSecond: 0.05 }, { items: phones(...numbers(3)), settings: { onError: 'continueRegularOutput' }, wait: 300 });
	expect(outputs[0]).toMatchObject([{ sid: gateway.placed[0].sid }, { sid: null, outcome: 'skipped', skip_reason: 'stopped', message: expect.stringMatching(/stopped before/) }, { sid: null, outcome: 'skipped' }]);
});

test('a call under way when the run is stopped is told too, and not repeated', async () => {
	const { outputs, rangLater } = await stopAfter(1, { callsInParallel: 1 }, { faults: [{ kind: 'slow-after-placing', ms: 400 }], settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 } });
	expect(rangLater).toBe(0);
	expect(gateway.placed).toHaveLength(1);
	// n8n cuts the request off, so that the answer with the sid may be lost: then it is in doubt, never "not placed".
	const [{ sid, outcome }] = outputs[0];
	expect([[gateway.placed[0].sid, null], [null, 'unknown']]).toContainEqual([sid, outcome]);
	expect(warnings.join()).toMatch(/item 0: (?:unknown, may have been placed|[0-9a-f-]{36})/);
});

test('Do Not Call Again forgets the calls that were not placed, and keeps those that were', async () => {
	const doNotCallAgain = { settings: { key: '', period: 24, scope: 'node' } };
	const items = numbers(6);
	await stopAfter(1, { callsPerSecond: 0.05, callsInParallel: 4, doNotCallAgain }, { items: phones(...items), wait: 300 });
	expect(new Set([...rows.values()].flat()).size).toBe(9);
	gateway.removeAllListeners('placed');
	const { outputs } = await call(gateway, { items: phones(...items), parameters: { options: { doNotCallAgain, callsInParallel: 6 } } });
	expect(outputs[0].filter(({ outcome }) => outcome === 'skipped')).toHaveLength(1);
	for (const number of items) expect(gateway.rang(number)).toBe(1);
});

test('Create and Wait, stopped while it dials, does not park', async () => {
	const stage = await startStage(gateway);
	const stop = new AbortController();
	gateway.once('placed', () => soon(() => stop.abort(), 300));
	const execution = await stage.run({ items: phones('+12025550220', ...numbers(5)), parameters: { options: { callsInParallel: 1, callsPerSecond: 0.05 } }, signal: stop.signal });
	expect(execution.status).toBe('canceled');
	expect(execution.result.waitTill).toBeUndefined();
	expect(execution.result.data.waitTill).toBeUndefined();
	expect(gateway.placed).toHaveLength(1);
	expect(`${warnings.join(' ')} ${JSON.stringify(execution.outputs)}`).toContain(gateway.placed[0].sid);
});
