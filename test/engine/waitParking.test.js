'use strict';

const { startGateway } = require('../gateway');
const { phones } = require('./calls');
const { closeStages, endCall, startStage } = require('./stage');

let gateway;
let stage;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01 });
	stage = await startStage(gateway);
});
beforeEach(() => {
	gateway.world.rate_limit = 1e6;
	// A call rings until a test ends it, or lets the time go on.
	gateway.clock.stop();
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await closeStages();
	await gateway.close();
});

/** Answered, and long. */
const LONG = '+12025550220';
const OPTIONS = { timeout: 600 };

test.each(['trigger', 'manual', 'webhook'])('a run in mode "%s" parks, without an error, and says what it waits for', async (mode) => {
	const execution = await stage.run({ items: phones(LONG), parameters: { options: OPTIONS }, mode });
	expect(execution.status === 'error' ? execution.error.message : execution.status).toBe('waiting');
	expect(Object.entries(execution.parked.metadata).join()).toMatch(/wait.*call/i);
	expect(gateway.rang(LONG)).toBe(1);
});

describe('the deadline', () => {
	const seconds = (execution, started) => (execution.parked.waitTill - started) / 1000;

	test.each([
		['ring timeout 60 s, one hour and two minutes, unless told', {}, {}, 60 + 3600 + 120],
		['ring timeout and maximum duration of the call', {}, { timeout: 30, timeLimit: 100 }, 250],
		['minutes, when set', { waitAtMost: 5 }, { timeout: 600, timeLimit: 80_000 }, 300],
		['minutes from an expression, as text', { waitAtMost: '={{ "1.5" }}' }, {}, 90],
		['0 stands for none of its own', { waitAtMost: 0 }, { timeLimit: 10 }, 190],
	])('%s', async (_what, parameters, options, expected) => {
		const started = Date.now();
		const execution = await stage.run({ items: phones(LONG), parameters: { ...parameters, options } });
		expect(seconds(execution, started)).toBeGreaterThanOrEqual(expected - 0.01);
		expect(seconds(execution, Date.now())).toBeLessThanOrEqual(expected);
	});

	test('is that of the call that may take longest', async () => {
		const items = [30, 500, 40].map((limit, id) => ({ json: { phone: LONG, id, limit } }));
		const started = Date.now();
		const execution = await stage.run({ items, parameters: { options: { timeout: 60, timeLimit: '={{ $json.limit }}' } } });
		expect(seconds(execution, started)).toBeGreaterThanOrEqual(60 + 500 + 120 - 0.01);
		expect(seconds(execution, Date.now())).toBeLessThanOrEqual(60 + 500 + 120);
	});

	test.each([
		['negative', -5], ['not a number', 'soon'], ['too far away for a date', 1e15], ['infinite', '={{ Infinity }}'], ['an expression that cannot be evaluated', '={{ $("Nobody").item.json.x }}'],
	])('%s: the call rings once, whatever tries there are, and its sid is not lost', async (_what, waitAtMost) => {
		const execution = await stage.run({
			items: phones(LONG), parameters: { waitAtMost, options: OPTIONS }, settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(gateway.rang(LONG)).toBeLessThanOrEqual(1);
		const said = execution.status === 'waiting' ? execution.parked.input.map(({ json }) => json.sid) : [execution.error.description];
		for (const { sid } of gateway.placed) expect(said.join()).toContain(sid);
	});

	test('with Continue, a deadline that cannot be used does not make a ringing call look failed', async () => {
		const execution = await stage.run({ items: phones(LONG), parameters: { waitAtMost: 1e15, options: OPTIONS }, settings: { onError: 'continueRegularOutput' } });
		const [item] = execution.status === 'waiting' ? execution.parked.input.map(({ json }) => json) : execution.outputs[0];
		expect(gateway.placed.map(({ sid }) => sid)).toEqual(item.sid === null ? [] : [item.sid]);
	});
});

describe('when the time is over', () => {
	test('the run goes on with outcome unknown, timed_out and the sid; fields and binary data of the input are kept', async () => {
		const binary = { note: { data: 'AAAA', mimeType: 'text/plain', fileName: 'a.txt' } };
		const items = [{ json: { phone: LONG, name: 'Ann', message: 'mine' }, binary }];
		const execution = await stage.run({ items, parameters: { options: OPTIONS } });
		await stage.timeOut(execution);
		const [{ sid, callId }] = gateway.placed;
		expect(execution.status).toBe('success');
		expect(execution.outputs[0]).toMatchObject([{ name: 'Ann', sid, callid: callId, call_sid: sid, outcome: 'unknown', final: false, timed_out: true, to: LONG, message: expect.stringMatching(/look it up/) }]);
		expect(execution.items[0][0].binary).toEqual(binary);
		expect(execution.items[0][0].pairedItem).toMatchObject({ item: 0 });
		expect(execution.downstream).toHaveLength(1);
	});

	test('the items of the node before stay as they were', async () => {
		const execution = await stage.run({ items: phones(LONG, LONG), parameters: { options: OPTIONS } });
		await stage.timeOut(execution);
		expect(execution.upstream).toEqual([{ phone: LONG, id: 0 }, { phone: LONG, id: 1 }]);
	});

	test('skipped and failed items come out as what they are, calls that ended before parking with their outcome', async () => {
		gateway.clock.go();
		const ended = new Promise((resolve) => gateway.once('ended', resolve));
		gateway.setFaults([{ kind: 'slow-after-placing', number: '0220', ms: 80 }, { kind: '480', number: '0201' }]);
		const execution = await stage.run({
			items: phones('+12025550486', '+12025550201', LONG), parameters: { options: OPTIONS }, settings: { onError: 'continueRegularOutput' },
		});
		await ended;
		await stage.timeOut(execution);
		expect(execution.outputs[0]).toMatchObject([
			{ id: 0, outcome: 'busy', sip_status: 486, final: true, timed_out: false },
			{ id: 1, outcome: 'failed', sid: null, error: expect.stringMatching(/no available feature servers/) },
			{ id: 2, outcome: 'unknown', timed_out: true },
		]);
		expect(execution.outputs[0][0]).not.toHaveProperty('error');
	});
});

describe('calls that are over before the run can park', () => {
	beforeEach(() => gateway.clock.go());

	test('are not waited for', async () => {
		gateway.setFaults([{ kind: 'slow-after-placing', ms: 60 }, { kind: 'webhook-drop' }]);
		const execution = await stage.run({ items: phones('+12025550486', '+12025550603', '+12025550404'), parameters: {} });
		expect(execution.status).toBe('success');
		expect(execution.outputs[0]).toMatchObject([
			{ outcome: 'busy', sip_status: 486, timed_out: false, final: true }, { outcome: 'declined', sip_status: 603 }, { outcome: 'failed', sip_status: 404 },
		]);
		expect(execution.outputs[0].map(({ sid }) => sid)).toEqual(['486', '603', '404'].map((end) => gateway.placed.find(({ number }) => number.endsWith(end)).sid));
		expect(execution.downstream).toHaveLength(1);
	});

	test('with Resume When "answered", a call that talks already is not waited for', async () => {
		gateway.setFaults([{ kind: 'slow-after-placing', ms: 60 }, { kind: 'webhook-drop' }]);
		const execution = await stage.run({ items: phones(LONG), parameters: { resumeWhen: 'answered' } });
		expect(execution.status).toBe('success');
		expect(execution.outputs[0]).toMatchObject([{ call_status: 'in-progress', outcome: null, final: false, timed_out: false, sid: gateway.placed[0].sid }]);
	});

	test('a run without any call does not wait', async () => {
		const windows = { callingWindow: { window: { days: [1], excludedDates: '', from: '00:00', to: '00:01', timeZone: 'UTC' } } };
		const parameters = { options: { ...windows, callingWindow: { window: { ...windows.callingWindow.window, days: [((new Date().getUTCDay() + 2) % 7) + 1] } } } };
		const execution = await stage.run({ items: phones(LONG), parameters });
		expect(execution.status).toBe('success');
		expect(execution.outputs[0]).toMatchObject([{ outcome: 'skipped', sid: null }]);
		expect(gateway.placed).toEqual([]);
	});

	test('of a repeated try: what the first try parked for is not waited for any more', async () => {
		// The first item fails, so that n8n runs the node again; the second one's call ends between the tries.
		gateway.once('placed', ({ sid }) => setTimeout(() => endCall(gateway, sid), 100));
		const execution = await stage.run({
			items: phones('nonsense', LONG), parameters: { options: OPTIONS },
			settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 2, waitBetweenTries: 400 },
		});
		expect(gateway.rang(LONG)).toBe(1);
		if (execution.status === 'waiting') await stage.timeOut(execution);
		expect(execution.outputs[0][1]).toMatchObject({ sid: gateway.placed[0].sid, outcome: 'answered', timed_out: false });
	});
});

test('the state that is saved holds no secret', async () => {
	const execution = await stage.run({ items: phones(LONG), parameters: { options: OPTIONS } });
	const { webhook_secret: secret } = gateway.world.accounts[0];
	expect(execution.saved).not.toContain(secret);
	expect(execution.saved).not.toContain(stage.credential.apiKey);
	expect(execution.parked.state.nonce).toMatch(/^[0-9a-f]{32}$/);
});
