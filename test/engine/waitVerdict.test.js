'use strict';

const { phones } = require('./calls');
const { answerCall, delivery, endCall } = require('./stage');
const { stagePerTest } = require('./stagePerTest');

let gateway;
let stage;
stagePerTest((fresh) => ({ gateway, stage } = fresh));

const RINGS = '+12025550180';
const park = async ({ items = phones(RINGS), parameters: { options, ...parameters } = {}, ...setup } = {}) => {
	const execution = await stage.run({ items, ...setup, parameters: { ...parameters, options: { timeout: 600, detectAnsweringMachine: true, ...options } } });
	if (execution.status !== 'waiting') throw new Error(`the run is ${execution.status}: ${execution.error?.message}`);
	return { execution, placed: gateway.placed.at(-1) };
};
const amd = (type) => ({ type, call_status: 'in-progress', reason: 'r' });
const metadataOfCall = (sid) => [...gateway.calls.live].find((call) => call.sid === sid)?.tag;

describe('Resume When "verdict"', () => {
	test.each([
		['amd_human_detected', 'human'], ['amd_machine_detected', 'machine'], ['amd_no_speech_detected', 'unknown'], ['amd_decision_timeout', 'unknown'], ['amd_error', 'unknown'], ['amd_stopped', 'unknown'],
	])('%s: goes on while the call is alive, answered_by %s', async (type, answeredBy) => {
		const { execution, placed } = await park({ parameters: { resumeWhen: 'verdict' } });
		answerCall(gateway, placed.sid);
		expect((await stage.send(placed, amd(type))).text).toBe('resumed');
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ sid: placed.sid, answered_by: answeredBy, outcome: null, final: false, call_status: 'in-progress', timed_out: false }]);
		expect([...gateway.calls.live].some(({ sid }) => sid === placed.sid)).toBe(true);
	});

	test.each([['answered', { call_status: 'in-progress' }], ['the beep', amd('amd_tone_detected')], ['the end of the greeting', amd('amd_machine_stopped_speaking')]])('%s alone is no verdict', async (_what, fields) => {
		const { execution, placed } = await park({ parameters: { resumeWhen: 'verdict' } });
		expect((await stage.send(placed, fields)).status).toBe(200);
		expect(execution.status).toBe('waiting');
	});

	test('a call that ends without a verdict ends the wait', async () => {
		const { execution, placed } = await park({ parameters: { resumeWhen: 'verdict' } });
		endCall(gateway, placed.sid, [486, 'Busy Here']);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ outcome: 'busy', answered_by: 'unknown', final: true }]);
	});

	test('in the emulator\'s own course of a call: the machine is known before the call ends', async () => {
		const { execution, placed } = await park({ items: phones('+12025550293'), parameters: { resumeWhen: 'verdict' } });
		const sent = jest.spyOn(gateway.webhooks, 'send');
		gateway.clock.advanceTo(() => sent.mock.calls.some(([{ event }]) => event === 'amd_machine_detected'));
		await execution.until('success');
		expect(execution.downstream).toMatchObject([[{ sid: placed.sid, answered_by: 'machine', outcome: null }]]);
	});
});

describe('Resume When "ended" with detection on', () => {
	test.each([['291', 'machine'], ['292', 'human'], ['293', 'machine'], ['294', 'unknown'], ['296', 'unknown']])('…%s: answered_by %s, metadata unchanged', async (digits, answeredBy) => {
		const { execution, placed } = await park({ items: phones(`+12025550${digits}`), parameters: { options: { metadataJson: '{"contact":7,"deep":{"a":[1]}}' } } });
		gateway.clock.go();
		await execution.until('success');
		expect(execution.downstream).toMatchObject([[{ sid: placed.sid, outcome: 'answered', answered_by: answeredBy }]]);
		expect(execution.downstream[0][0].tag).toEqual({ contact: 7, deep: { a: [1] } });
		expect(execution.saved).not.toContain('n8n_answered_by');
	});

	test.each([['with metadata', '{"contact":7}', { contact: 7 }], ['without metadata', '{}', null]])('the verdict survives the process that heard it, %s', async (_what, metadataJson, tag) => {
		const { execution, placed } = await park({ parameters: { options: { metadataJson } } });
		answerCall(gateway, placed.sid);
		for (const event of [amd('amd_human_detected'), amd('amd_stopped')]) expect((await stage.send(placed, event)).status).toBe(200);
		expect(execution.status).toBe('waiting');
		expect(metadataOfCall(placed.sid)).toMatchObject({ ...tag, n8n_answered_by: 'human' });
		stage.spreadWebhooks(1);
		endCall(gateway, placed.sid);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ outcome: 'answered', answered_by: 'human' }]);
		expect(execution.downstream[0][0].tag).toEqual(tag);
	});

	test('a verdict that cannot be left at the gateway hurts nothing', async () => {
		const { execution, placed } = await park();
		answerCall(gateway, placed.sid);
		gateway.setFaults([{ kind: '500', operation: 'updateCall' }]);
		expect((await stage.send(placed, amd('amd_machine_detected'))).status).toBe(200);
		endCall(gateway, placed.sid);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ outcome: 'answered' }]);
		expect(['machine', 'unknown']).toContain(execution.downstream[0][0].answered_by);
	});

	test('of two calls the one that ended first keeps its verdict', async () => {
		const { execution } = await park({ items: phones(RINGS, '+12025551180') });
		const [first, second] = gateway.placed;
		for (const { sid } of [first, second]) answerCall(gateway, sid);
		await stage.send(first, amd('amd_machine_detected'));
		await stage.send(second, amd('amd_human_detected'));
		const heard = delivery(gateway, ({ call_sid: sid, event, status }) => sid === first.sid && event === 'completed' && status === 200);
		endCall(gateway, first.sid);
		await heard;
		endCall(gateway, second.sid);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ sid: first.sid, answered_by: 'machine' }, { sid: second.sid, answered_by: 'human' }]);
	});

	test('a forged verdict is not believed', async () => {
		const { execution, placed } = await park();
		answerCall(gateway, placed.sid);
		expect((await stage.send(placed, amd('amd_machine_detected'), { secret: 'guess' })).status).toBe(401);
		expect(gateway.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
		endCall(gateway, placed.sid);
		await execution.until('success');
		expect(execution.downstream[0][0].answered_by).not.toBe('machine');
	});

	test('a verdict for another call, or of an earlier wait, is left nowhere', async () => {
		const { placed } = await park();
		await stage.send(placed, { ...amd('amd_machine_detected'), call_sid: 'another' });
		await stage.send(placed, amd('amd_machine_detected'), { query: { nonce: 'f'.repeat(32) } });
		expect(gateway.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
	});
});
