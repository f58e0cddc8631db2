'use strict';

const { phones } = require('./calls');
const { delivery, endCall } = require('./stage');
const { stagePerTest } = require('./stagePerTest');

let gateway;
let stage;
stagePerTest((fresh) => ({ gateway, stage } = fresh));

/** Rings until a test ends it. */
const LONG = '+12025550180';
const park = async (setup = {}) => {
	const { options, ...parameters } = setup.parameters ?? {};
	const execution = await stage.run({ items: phones(LONG), ...setup, parameters: { ...parameters, options: { timeout: 600, ...options } } });
	if (execution.status !== 'waiting') throw new Error(`the run is ${execution.status}: ${execution.error?.message}`);
	return { execution, placed: gateway.placed.at(-1) };
};

describe('the final event', () => {
	test.each([
		['answered, the callee hangs up', undefined, { outcome: 'answered', call_status: 'completed', hung_up_by: 'callee', duration: 5, sip_status: 200 }],
		['busy', [486, 'Busy Here'], { outcome: 'busy', sip_status: 486, sip_reason: 'Busy Here', duration: null }],
		['declined', [603, 'Decline'], { outcome: 'declined', sip_status: 603 }],
		['no answer', [487, 'Request Terminated'], { outcome: 'no-answer', sip_status: 487 }],
		['failed', [404, 'Not Found'], { outcome: 'failed', sip_status: 404 }],
	])('%s: the run goes on once, with one complete record', async (_what, refusal, expected) => {
		const binary = { note: { data: 'AAAA', mimeType: 'text/plain', fileName: 'a.txt' } };
		const tag = { contact: 7, nested: { deep: ['x'] } };
		const { execution, placed } = await park({ items: [{ json: { phone: LONG, name: 'Ann' }, binary }], parameters: { options: { metadataJson: JSON.stringify(tag) } } });
		endCall(gateway, placed.sid, refusal);
		await execution.until('success', 'error');
		await gateway.idle();
		expect(execution.status).toBe('success');
		expect(execution.downstream).toEqual([[{
			phone: LONG, name: 'Ann', sid: placed.sid, callid: placed.callId, call_sid: placed.sid, call_id: placed.callId, from: '+12025550100', to: LONG,
			direction: 'outbound', final: true, timed_out: false, answered_by: 'unknown', hung_up_by: null, tag, application_sid: placed.body.application_sid,
			call_status: expect.any(String), sip_reason: expect.any(String), duration: null, ...expected,
		}]]);
		expect(execution.items[0][0].binary).toEqual(binary);
		expect(execution.items[0][0].pairedItem).toMatchObject({ item: 0 });
		expect(gateway.rang(LONG)).toBe(1);
	});

	test('leaves the input\'s own fields as they are, also one that is called "message" or "error"', async () => {
		const { execution, placed } = await park({ items: [{ json: { phone: LONG, message: 'Your table is ready', error: '' } }] });
		endCall(gateway, placed.sid);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ message: 'Your table is ready', error: '' }]);
	});

	test.each(['Voice', 'Voice "Gateway"', 'L\'appel', 'Anruf über Köln 📞', 'back\\slash', 'a $1 {b}', 'call }} end'])('reaches a node that is called %j', async (name) => {
		const { execution, placed } = await park({ name });
		const { status } = await stage.send(placed);
		expect(status).toBe(200);
		expect(execution.status).not.toBe('waiting');
		await execution.until('success');
	});

	test('that is lost is no hung run: the deadline ends the wait, a late event is answered and does nothing', async () => {
		const { execution, placed } = await park();
		await stage.timeOut(execution);
		expect(execution.outputs[0]).toMatchObject([{ outcome: 'unknown', timed_out: true, sid: placed.sid }]);
		expect((await stage.send(placed)).status).toBe(409);
		expect(execution.downstream).toHaveLength(1);
	});

	test('that comes again after the run went on starts nothing', async () => {
		gateway.setFaults([{ kind: 'webhook-duplicate', times: 3, event: 'completed' }]);
		const { execution, placed } = await park();
		endCall(gateway, placed.sid);
		await execution.until('success');
		await gateway.idle();
		expect(execution.runs).toBe(2);
		expect(execution.downstream).toHaveLength(1);
	});

	test('that comes three times at the same moment resumes once, and nobody sees an error', async () => {
		const { execution, placed } = await park();
		const answers = await Promise.all([stage.send(placed), stage.send(placed), stage.send(placed)]);
		await execution.until('success');
		expect(answers.filter(({ text }) => text === 'resumed')).toHaveLength(1);
		expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
		expect(execution.runs).toBe(2);
		expect(execution.downstream).toHaveLength(1);
	});

	test('that was missed because the run was not parked yet comes again, thanks to the retries asked for', async () => {
		const { execution, placed } = await park();
		const first = delivery(gateway, ({ event, status }) => event === 'completed' && status === 409);
		const { status } = execution;
		execution.set('running');
		endCall(gateway, placed.sid);
		await first;
		execution.set(status);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ outcome: 'answered', sid: placed.sid }]);
	});
});

describe('what does not end the wait', () => {
	test.each([
		['ringing', { call_status: 'ringing', sip_status: 180 }],
		['answered', { call_status: 'in-progress' }],
		['a status nobody knows', { call_status: 'sleeping' }],
		['the end of a child leg', { call_sid: 'another', parent_call_sid: 'the sid' }],
		['a child leg that has the sid of its parent', { parent_call_sid: 'the sid' }],
		['the end of another call', { call_sid: '00000000-0000-4000-8000-000000000001' }],
		['an answering-machine event', { type: 'amd_human_detected', call_status: 'in-progress' }],
		['an answering-machine event that says completed', { type: 'amd_stopped', call_status: 'completed' }],
	])('%s: 200, and the run waits on', async (_what, fields) => {
		const { execution, placed } = await park();
		expect((await stage.send(placed, fields)).status).toBe(200);
		expect(execution.status).toBe('waiting');
		await stage.send(placed);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ sid: placed.sid, outcome: 'answered', duration: 7 }]);
	});

	test.each([
		['a wrong nonce', { query: { nonce: 'f'.repeat(32) } }, 200], ['no nonce', { query: { nonce: null } }, 200], ['a nonce cut short', { query: { nonce: 'a' } }, 200],
		['no item', { query: { item: null } }, 200], ['an item that does not exist', { query: { item: '7' } }, 200], ['an item by another name', { query: { item: 'constructor' } }, 200],
		['a negative item', { query: { item: '-1' } }, 200], ['half an item', { query: { item: '0.5' } }, 200],
		['a forged signature', { secret: 'not-the-secret' }, 401], ['no signature', { headers: { 'Jambonz-Signature': undefined } }, 401], ['an old signature', { at: 1000 }, 401],
		['no token of n8n', { query: { signature: null } }, 401],
	])('%s: %#', async (_what, how, expected) => {
		const { execution, placed } = await park();
		expect((await stage.send(placed, {}, how)).status).toBe(expected);
		expect(execution.status).toBe('waiting');
		expect(execution.downstream).toEqual([]);
	});

	test.each([
		['no JSON', '{'], ['nothing', ''], ['a list', '[]'], ['null', 'null'], ['a number', '7'], ['no sid', '{"call_status":"completed"}'], ['an empty sid', '{"call_sid":"","call_status":"completed"}'],
		['a sid that is an object', '{"call_sid":{},"call_status":"completed"}'], ['a status that is a list', '{"call_sid":"x","call_status":["completed"]}'],
		['a prototype', '{"__proto__":{"call_sid":"x"},"constructor":1}'], ['bytes', '\u0000\uffff'], ['a text of a megabyte', JSON.stringify({ call_sid: 'x', call_status: 'y', z: 'x'.repeat(1_100_000) })],
	])('nonsense with a good signature (%s): an answer, no throw, no run', async (_what, body) => {
		const { execution, placed } = await park();
		const { status } = await stage.send(placed, {}, { body });
		expect([200, 400, 413, 415]).toContain(status);
		expect(stage.thrown).toEqual([]);
		expect(execution.status).toBe('waiting');
	});

	test('strange types in a real event: no throw, and the outcome stays right', async () => {
		const { execution, placed } = await park();
		const { status } = await stage.send(placed, { sip_status: { a: 1 }, sip_reason: 5, duration: '12', customerData: 'text', call_termination_by: [], from: null, direction: 7, application_sid: {} });
		expect(status).toBe(200);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ outcome: 'answered', duration: 12, from: '+12025550100', direction: 'outbound', tag: null }]);
	});

	test('real forged, lost and late webhooks of a transferred call, with a child leg: one run, right outcome', async () => {
		gateway.setFaults([{ kind: 'webhook-forged', event: 'in-progress', count: 1 }, { kind: 'webhook-late', event: 'ringing', ms: 50 }, { kind: 'webhook-drop', event: 'trying' }]);
		const { execution, placed } = await park({ items: phones('+12025550240') });
		gateway.clock.go();
		await execution.until('success');
		await gateway.idle();
		expect(gateway.deliveries.some(({ forged }) => forged)).toBe(true);
		expect(gateway.deliveries.filter(({ forged, status }) => forged && status === 200)).toEqual([]);
		expect(execution.downstream).toEqual([[expect.objectContaining({ sid: placed.sid, outcome: 'answered', duration: 6 })]]);
	});

	test('without Verify Signature the nonce alone proves the sender', async () => {
		const { execution, placed } = await park({ parameters: { verifySignature: false } });
		const unsigned = { headers: { 'Jambonz-Signature': undefined } };
		expect((await stage.send(placed, {}, { ...unsigned, query: { nonce: 'f'.repeat(32) } })).status).toBe(401);
		expect(execution.status).toBe('waiting');
		expect((await stage.send(placed, {}, unsigned)).text).toBe('resumed');
		await execution.until('success');
	});
});

describe('two waits in one execution', () => {
	test('a loop\'s second round dials again, and a late event of the first does not end the second', async () => {
		const { execution, placed: first } = await park({ rounds: 2 });
		await stage.send(first);
		await execution.until('waiting', 'success', 'error');
		expect(gateway.rang(LONG)).toBe(2);
		expect(execution.status).toBe('waiting');
		const second = gateway.placed[1];
		expect(new URL(stage.hookOf(second)).searchParams.get('nonce')).not.toBe(new URL(stage.hookOf(first)).searchParams.get('nonce'));
		expect(await stage.send(first)).toMatchObject({ status: 200 });
		expect(await stage.send(first, {}, { query: { nonce: new URL(stage.hookOf(second)).searchParams.get('nonce') } })).toMatchObject({ status: 200 });
		expect(execution.status).toBe('waiting');
		await stage.send(second, { duration: 2 });
		await execution.until('success');
		expect(execution.downstream).toMatchObject([[{ sid: first.sid, duration: 7 }], [{ sid: second.sid, duration: 2 }]]);
	});
});

describe('a call in doubt', () => {
	test.each(['500-after-placing', 'reset-after-placing', 'broken-json'])('%s: its own webhook tells the sid and the outcome', async (kind) => {
		gateway.setFaults([{ kind }]);
		const { execution, placed } = await park();
		expect(execution.parked.input[0].json).toMatchObject({ sid: null, outcome: 'unknown', timed_out: true });
		endCall(gateway, placed.sid);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ sid: placed.sid, call_sid: placed.sid, callid: placed.callId, outcome: 'answered', timed_out: false, final: true }]);
		expect(execution.downstream[0][0]).not.toHaveProperty('message');
		expect(gateway.rang(LONG)).toBe(1);
	});

	test('that is certainly not alive is not waited for, and is not dialled again', async () => {
		gateway.setFaults([{ kind: '500' }]);
		const execution = await stage.run({ items: phones(LONG), parameters: {}, settings: { retryOnFail: true, waitBetweenTries: 1 } });
		expect(execution.status).toBe('success');
		expect(execution.outputs[0]).toMatchObject([{ outcome: 'unknown', sid: null, timed_out: false, message: expect.stringMatching(/may have been placed/) }]);
		expect(gateway.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	test('whose child leg reports first keeps waiting for its own end', async () => {
		gateway.setFaults([{ kind: 'reset-after-placing' }]);
		const { execution, placed } = await park();
		await stage.send(placed, { call_sid: 'leg', parent_call_sid: placed.sid });
		expect(execution.status).toBe('waiting');
		await stage.send(placed);
		await execution.until('success');
		expect(execution.downstream[0]).toMatchObject([{ sid: placed.sid }]);
	});
});

test('every request for a webhook of a parked run leaves the key and the secret out of every answer', async () => {
	const { placed } = await park();
	const texts = await Promise.all([stage.send(placed, {}, { secret: 'x' }), stage.send(placed, {}, { body: '{' }), stage.send(placed, { call_status: 'ringing' })]);
	for (const { text } of texts) {
		expect(text).not.toContain(stage.credential.apiKey);
		expect(text).not.toContain(gateway.world.accounts[0].webhook_secret);
	}
});

test('a resume that n8n does not carry out (it is shutting down) is made good by the same event, once it may be tried again', async () => {
	const { execution, placed } = await park();
	stage.failingResumes = 1;
	const now = Date.now();
	const clock = jest.spyOn(Date, 'now');
	try {
		const at = now / 1000;
		const send = async (laterMs) => {
			clock.mockImplementation(() => now + laterMs);
			return (await stage.send(placed, { call_status: 'busy', sip_status: 486 }, { at })).status;
		};
		expect(await send(0)).toBe(500);
		// Perhaps n8n is only slow: not 200, or the event would be lost, and not resumed a second time.
		expect(await send(1_900)).toBe(503);
		expect(execution.status).toBe('waiting');
		expect(await send(2_100)).toBe(200);
	} finally {
		clock.mockRestore();
	}
	await execution.until('success');
	expect(execution.downstream[0]).toMatchObject([{ sid: placed.sid, outcome: 'busy' }]);
	expect(execution.runs).toBe(2);
});
