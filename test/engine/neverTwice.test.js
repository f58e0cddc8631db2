'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { forgetProcessed, startProcessed } = require('./processed');
const { closeStages, endCall, startStage } = require('./stage');

/** Retry On Fail and n8n's own second run, with every protection on at once: counted by how often each number rang. */

let gateway;
let stage;
beforeAll(async () => {
	await startProcessed();
	gateway = await startGateway({ world: 'demo', timeScale: 0.1 });
	stage = await startStage(gateway);
});
beforeEach(() => {
	gateway.world.rate_limit = 1e6;
	// A call rings until a test ends it.
	gateway.clock.stop();
});
afterEach(() => {
	forgetProcessed();
	gateway.reset();
});
afterAll(async () => {
	await closeStages();
	await gateway.close();
});

const NUMBERS = ['+12025550180', '+12025551180', '+12025552180', '+12025553180', '+12025554180'];
const RETRY = { retryOnFail: true, maxTries: 5, waitBetweenTries: 1 };
const MODES = [['Stop', {}], ['Continue', { onError: 'continueRegularOutput' }], ['error output', { onError: 'continueErrorOutput' }]];
const EVERYTHING = {
	timeout: 600, callsInParallel: 3, callsPerSecond: 200, retriesIfNotPlaced: 1,
	doNotCallAgain: { settings: { key: '={{ $json.id }}', period: 1, scope: 'workflow' } },
	callingWindow: { window: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00', timeZone: 'UTC' } },
};
/** The first is refused at every try, the second at some, the third and fourth are in doubt although they ring. */
const FAULTS = [
	{ kind: '429', retryAfter: 0, number: '50180' }, { kind: '429', retryAfter: 0, number: '51180', count: 3 }, { kind: 'reset-after-placing', number: '52180' }, { kind: '500-after-placing', number: '53180' },
];
const rang = () => NUMBERS.map((number) => gateway.rang(number));

describe.each(MODES)('%s', (mode, settings) => {
	test('Create: nobody rings twice, and what was placed at any try comes out, or stands in the error', async () => {
		gateway.setFaults(FAULTS);
		const { outputs, error } = await call(gateway, { items: phones(...NUMBERS), parameters: { options: EVERYTHING }, settings: { ...settings, ...RETRY } });
		expect(Math.max(...rang())).toBe(1);
		expect(gateway.rang(NUMBERS[0])).toBe(0);
		const said = mode === 'Stop' ? error.description : JSON.stringify(outputs);
		for (const { sid, number } of gateway.placed) if (!/5[23]180$/.test(number)) expect(said).toContain(sid);
		if (mode === 'Stop') return;
		expect(rang()).toEqual([0, 1, 1, 1, 1]);
		expect(outputs.flat().filter(({ outcome }) => outcome === 'unknown').map(({ id }) => id)).toEqual([2, 3]);
		expect(outputs.flat().filter(({ outcome }) => outcome === 'skipped')).toEqual([]);
	});

	test('Create and Wait: the same', async () => {
		gateway.setFaults(FAULTS);
		const execution = await stage.run({ items: phones(...NUMBERS), parameters: { options: EVERYTHING }, settings: { ...settings, ...RETRY } });
		expect(Math.max(...rang())).toBe(1);
		if (mode === 'Stop') {
			expect(execution.status).toBe('error');
			for (const { sid, number } of gateway.placed) if (!/5[23]180$/.test(number)) expect(execution.error.description).toContain(sid);
			return;
		}
		expect(execution.status).toBe('waiting');
		expect(JSON.stringify(execution.parked.input)).not.toContain('number is empty');
		const waiting = [...gateway.calls.live].map(({ sid }) => sid);
		for (const sid of waiting) endCall(gateway, sid, [486, 'Busy Here']);
		await execution.until('success');
		expect(rang()).toEqual([0, 1, 1, 1, 1]);
		expect(execution.outputs.flat().map(({ sid }) => sid).filter(Boolean)).toEqual(expect.arrayContaining([NUMBERS[1], NUMBERS[4]].map((number) => gateway.placed.find((placed) => placed.number === number).sid)));
		expect(execution.runs).toBe(2);
		// The other calls' last webhooks are still under way.
		await gateway.idle();
	});
});

test('the second try gives the first one\'s sid, and leaves the gateway alone', async () => {
	const items = [{ json: { phone: 'nonsense' } }, ...phones(NUMBERS[0])];
	const { outputs } = await call(gateway, { items, settings: { ...RETRY, onError: 'continueRegularOutput' } });
	expect(outputs[0][1]).toMatchObject({ sid: gateway.placed[0].sid, outcome: null });
	expect(gateway.requests).toHaveLength(1);
});

test('the second try gives the first one\'s "unknown", with its reason', async () => {
	gateway.setFaults([{ kind: 'reset-after-placing', count: 1 }]);
	const items = [{ json: { phone: 'nonsense' } }, ...phones(NUMBERS[0])];
	const { outputs } = await call(gateway, { items, settings: { ...RETRY, onError: 'continueRegularOutput' } });
	expect(outputs[0][1]).toMatchObject({ sid: null, outcome: 'unknown', message: expect.stringMatching(/did not answer.*may have been placed/) });
	expect(gateway.rang(NUMBERS[0])).toBe(1);
});

test.each(['create', 'createAndWait'])('a loop\'s later rounds are rounds of their own, and dial (%s)', async (operation) => {
	gateway.setFaults([{ kind: 'webhook-drop' }]);
	const execution = await stage.run({ items: phones(NUMBERS[0]), rounds: 3, parameters: { operation, options: { timeout: 600 } }, settings: RETRY });
	for (let round = 1; operation === 'createAndWait' && round <= 3; round++) {
		expect(gateway.rang(NUMBERS[0])).toBe(round);
		await stage.send(gateway.placed.at(-1));
		await execution.until(round < 3 ? 'waiting' : 'success');
	}
	expect(execution.status).toBe('success');
	expect(gateway.rang(NUMBERS[0])).toBe(3);
	expect(new Set(execution.downstream.map(([{ sid }]) => sid)).size).toBe(3);
});

test('with Do Not Call Again, a loop\'s second round does not dial the same number', async () => {
	const execution = await stage.run({ items: phones(NUMBERS[0]), rounds: 2, parameters: { operation: 'create', options: { doNotCallAgain: { settings: { key: '', period: 1, scope: 'node' } } } } });
	expect(execution.status).toBe('success');
	expect(gateway.rang(NUMBERS[0])).toBe(1);
	expect(execution.downstream[1]).toMatchObject([{ outcome: 'skipped', skip_reason: 'duplicate', duplicate_of: gateway.placed[0].sid }]);
});

describe('n8n starts one execution twice, as it may when the execution arrives while n8n itself is starting', () => {
	const SECOND_START = /^n8n has started this execution a second time\. Nothing was dialled by it\./;
	let count = 0;
	let executionId;
	beforeEach(() => {
		executionId = `started-twice-${++count}`;
	});
	const twice = async (setups) => await Promise.all(setups.map(async (setup) => await call(gateway, { executionId, items: phones(...NUMBERS), ...setup })));

	test.each([
		['at the same moment', {}],
		['while the first still dials', { parameters: { options: { callsPerSecond: 20 } } }],
	])('%s: each number rings once', async (_what, setup) => {
		const runs = await twice([setup, setup]);
		expect(rang()).toEqual([1, 1, 1, 1, 1]);
		const [[fine], [refused]] = [runs.filter(({ status }) => status === 'success'), runs.filter(({ status }) => status === 'error')];
		expect(fine.outputs[0].map(({ sid }) => sid).sort()).toEqual(gateway.placed.map(({ sid }) => sid).sort());
		expect(refused.error.message).toMatch(SECOND_START);
		expect(refused.error.description).toMatch(/placed by the first start/);
	});

	test('when the first is over already: each number rings once', async () => {
		const [{ status }] = await twice([{}]);
		const [{ error }] = await twice([{}]);
		expect(status).toBe('success');
		expect(error.message).toMatch(SECOND_START);
		expect(rang()).toEqual([1, 1, 1, 1, 1]);
	});

	test('with Retry On Fail the tries of the first start are no second start, and the second one stays refused', async () => {
		const bad = NUMBERS[0];
		gateway.setFaults({ kind: '401', number: bad.slice(1), count: 1 });
		const [{ status }, { error }] = await twice([{ settings: RETRY }, { settings: RETRY }]);
		expect([status, rang()]).toEqual(['success', [1, 1, 1, 1, 1]]);
		expect(error.message).toMatch(SECOND_START);
	});
});
