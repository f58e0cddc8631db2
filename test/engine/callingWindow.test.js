'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01 });
});
beforeEach(() => {
	gateway.world.rate_limit = 1e6;
});
afterEach(() => {
	jest.restoreAllMocks();
	gateway.reset();
});
afterAll(() => gateway.close());

const ALL = [1, 2, 3, 4, 5, 6, 7];
const NUMBERS = ['+12025550201', '+12025550205', '+12025550206'];
/** The process's clock, moved to a moment; it goes on from there. */
function clockAt(iso) {
	const offset = Date.parse(iso) - Date.now();
	const real = Date.now.bind(Date);
	let more = 0;
	jest.spyOn(Date, 'now').mockImplementation(() => real() + offset + more);
	return { jump: (ms) => (more += ms) };
}
const windowed = (window, options) => ({ options: { callsInParallel: 1, callingWindow: { window: { days: ALL, from: '09:00', to: '18:00', timeZone: 'Europe/Berlin', ...window } }, ...options } });

describe('outside the window', () => {
	const SKIPPED = { outcome: 'skipped', final: true, skip_reason: 'outside calling window', next_window_at: '2026-11-24T09:00:00.000+01:00', sid: null, call_status: null };

	test.each([['Stop', {}], ['Continue', { onError: 'continueRegularOutput' }], ['error output', { onError: 'continueErrorOutput' }]])('skip, %s: an output, not an error', async (_mode, settings) => {
		clockAt('2026-11-23T20:00:00+01:00');
		const { status, outputs } = await call(gateway, { items: phones(...NUMBERS), parameters: windowed({}), settings });
		expect(status).toBe('success');
		expect(outputs[0]).toMatchObject(NUMBERS.map((to, id) => ({ ...SKIPPED, id, to })));
		for (const output of outputs[0]) expect(output).not.toHaveProperty('error');
		expect(gateway.requests).toEqual([]);
	});

	test('error, Stop: says which item, when it opens, and what was placed', async () => {
		clockAt('2026-11-23T20:00:00+01:00');
		const items = phones(...NUMBERS).map(({ json }, index) => ({ json: { ...json, zone: index === 1 ? 'Europe/Berlin' : 'America/New_York' } }));
		const { status, error } = await call(gateway, { items, parameters: windowed({ outside: 'error', timeZone: '={{ $json.zone }}' }) });
		expect(status).toBe('error');
		expect(error.message).toMatch(/^Outside the calling window.*\[item 1\]$/);
		expect(error.context.itemIndex).toBe(1);
		expect(error.description).toMatch(/opens next at 2026-11-24T09:00:00\.000\+01:00/);
		expect(error.description).toContain(`item 0: ${gateway.placed[0].sid}`);
		expect(gateway.placed.map(({ number }) => number)).toEqual([NUMBERS[0]]);
	});

	test.each([['Continue', { onError: 'continueRegularOutput' }, 0], ['error output', { onError: 'continueErrorOutput' }, 1]])('error, %s: zones per item, the others are dialled', async (_mode, settings, output) => {
		clockAt('2026-11-23T20:00:00+01:00');
		const items = phones(...NUMBERS).map(({ json }, index) => ({ json: { ...json, zone: index === 1 ? 'Europe/Berlin' : 'America/New_York' } }));
		const { status, outputs } = await call(gateway, { items, parameters: windowed({ outside: 'error', timeZone: '={{ $json.zone }}' }), settings });
		expect(status).toBe('success');
		expect(outputs[output].find(({ id }) => id === 1)).toMatchObject({ error: expect.stringMatching(/^Outside the calling window.*\[item 1\]$/) });
		expect(outputs[0].filter(({ id }) => id !== 1)).toMatchObject(gateway.placed.map(({ sid }) => ({ sid, outcome: null })));
		expect(gateway.placed.map(({ number }) => number)).toEqual([NUMBERS[0], NUMBERS[2]]);
	});
});

test('a run that is paced past the end of its window skips the rest', async () => {
	const clock = clockAt('2026-11-23T17:59:00+01:00');
	gateway.on('placed', () => clock.jump(45_000));
	const { outputs } = await call(gateway, { items: phones(...NUMBERS), parameters: windowed({}) });
	gateway.removeAllListeners('placed');
	expect(outputs[0].map(({ outcome }) => outcome)).toEqual([null, null, 'skipped']);
	expect(gateway.placed).toHaveLength(2);
});

test.each([['pacing', { callsPerSecond: 0.1 }, []], ['a free line', { maxActiveCalls: 1 }, []], ['a second try', { retriesIfNotPlaced: 3 }, [{ kind: '429', retryAfter: 0, number: '0205', count: 1 }]]])(
	'is asked after waiting for %s, not before', async (_what, options, faults) => {
		const clock = clockAt('2026-11-23T17:59:00+01:00');
		gateway.setFaults(faults);
		if (faults.length === 0) gateway.once('placed', () => setTimeout(() => clock.jump(120_000), 100));
		else gateway.on('answered', ({ status }) => status === 429 && clock.jump(120_000));
		const { outputs } = await call(gateway, { items: phones(NUMBERS[0], NUMBERS[1]), parameters: windowed({}, options) });
		expect(outputs[0]).toMatchObject([{ outcome: null }, { outcome: 'skipped', skip_reason: 'outside calling window' }]);
		expect(gateway.rang(NUMBERS[1])).toBe(0);
		gateway.removeAllListeners('answered');
	},
);

test('the workflow\'s zone is the standard, an expression gives each item its own', async () => {
	clockAt('2026-11-23T20:00:00+01:00');
	const items = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'].map((zone, id) => ({ json: { phone: NUMBERS[id], zone, id } }));
	const { outputs } = await call(gateway, { items, parameters: windowed({ timeZone: '={{ $json.zone }}' }) });
	expect(outputs[0]).toMatchObject([{ next_window_at: '2026-11-24T09:00:00.000+01:00' }, { outcome: null }, { next_window_at: '2026-11-24T09:00:00.000+09:00' }]);
});

test.each([['timeZone', 'Berlin', /"Berlin" is not a time zone/], ['from', '9 Uhr', /From "9 Uhr"/], ['excludedDates', '24.12.', /"24\.12\."/]])('a wrong %s is an error of its item before anything rings', async (field, value, message) => {
	const items = phones(NUMBERS[0], NUMBERS[1]).map(({ json }, index) => ({ json: { ...json, value: index === 1 ? value : '' } }));
	const { error } = await call(gateway, { items, parameters: windowed({ [field]: '={{ $json.value }}' }) });
	expect(error.message).toMatch(message);
	expect(error.message).toMatch(/\[item 1\]$/);
	expect(gateway.placed).toEqual([]);
});
