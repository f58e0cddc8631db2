'use strict';

const { advanceTo, setUp } = require('./helpers');

let env;
beforeEach(async () => {
	env = await setUp();
	// A call stays as it is while a test works on it.
	env.gateway.clock.stop();
});
afterEach(() => env.close());

const reaches = (sid, status) => advanceTo(env.gateway, sid, status);
const ends = () => {
	env.gateway.clock.go();
	return env.gateway.idle();
};
const placed = async (number, more) => (await (await env.create(number, more)).json()).sid;
const text = async (answer) => [answer.status, await answer.text()];

describe('live call control', () => {
	test.each([
		[
			{ call_status: 'completed', mute_status: 'mute' },
			400,
			'{"msg":"multiple options are not allowed in updateCall"}',
		],
		[{ conf_hold_status: 'hold', waitHook: '/w' }, 202, 'Accepted'],
		[{ mute_status: 'x' }, 400, '{"msg":"invalid mute_status"}'],
		[
			{ sip_request: { method: 'INFO' } },
			400,
			'{"msg":"sip_request requires method, content_type and content properties"}',
		],
		[{ sip_request: { method: 'INFO', content_type: 'a/b', content: 'c' } }, 200, '{"status":200,"reason":"OK"}'],
		[
			{ record: { action: 'startCallRecording' } },
			400,
			'{"msg":"record requires siprecServerURL property when starting recording"}',
		],
		[{ record: { action: 'stopCallRecording', siprecServerURL: 'sip:r@x.test' } }, 202, 'Accepted'],
		[{ dtmf: {} }, 400, '{"msg":"invalid dtmf"}'],
		[
			{ conferenceParticipantAction: { action: 'coach' } },
			400,
			'{"msg":"conferenceParticipantAction requires tag property when action is \'coach\'"}',
		],
		[{ media_path: 'full-media' }, 202, 'Accepted'],
		[{ mute_status: 'mute', whisper: { verb: 'say', text: 'hi' } }, 202, 'Accepted'],
		[{ call_status_hook: 'https://x.test' }, 400, '{"msg":"no valid options supplied to updateCall"}'],
	])('PUT %j', async (body, status, answer) => {
		const sid = await placed('+15089084220');
		reaches(sid, 'in-progress');
		expect(await text(await env.api('PUT', `/Calls/${sid}`, body))).toEqual([status, answer]);
		expect(await text(await env.api('POST', `/Calls/${sid}`, body))).toEqual([status, answer]);
	});

	test('call_status_hook needs call_hook beside another option', async () => {
		const sid = await placed('+15089084220');
		const body = { mute_status: 'mute', call_status_hook: 'https://x.test' };
		expect(await text(await env.api('PUT', `/Calls/${sid}`, body))).toEqual([
			400,
			`{"msg":"call_status_hook can be updated only when call_hook is also being updated for call_sid ${sid}"}`,
		]);
	});

	test('what was accepted is kept, what was refused is not', async () => {
		const sid = await placed('+15089084220');
		await reaches(sid, 'in-progress');
		await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' });
		await env.api('PUT', `/Calls/${sid}`, { mute_status: 'x' });
		await env.api('PUT', `/Calls/${sid}`, { call_status: 'no-answer' });
		const kept = [{ call_sid: sid, body: { mute_status: 'mute' } }];
		expect(env.gateway.updates).toMatchObject(kept);
		expect(await (await fetch(`${env.gateway.url}/control/updates`)).json()).toMatchObject(kept);
		env.gateway.reset();
		expect(env.gateway.updates).toEqual([]);
	});

	test('a fault that strikes after an update hides it, and leaves a refusal alone', async () => {
		const sid = await placed('+15089084220');
		await reaches(sid, 'in-progress');
		env.gateway.setFaults({ kind: '500-after-placing', operation: 'updateCall' });
		expect(await text(await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' }))).toEqual([500, 'Internal Server Error']);
		expect(env.gateway.updates).toHaveLength(1);
		expect((await env.api('PUT', '/Calls/00000000-0000-4000-8000-0000000000ff', { mute_status: 'mute' })).status).toBe(404);
	});

	test('cancelling a ringing call: the record says no-answer, no webhook does', async () => {
		const sid = await placed('+15089084180');
		reaches(sid, 'ringing');
		expect((await env.api('PUT', `/Calls/${sid}`, { call_status: 'no-answer' })).status).toBe(202);
		await ends();
		expect(await (await env.api('GET', `/Calls/${sid}`)).json()).toMatchObject({
			call_status: 'no-answer',
			sip_status: 487,
		});
		expect(env.receiver.got.map((g) => g.body.call_status)).toEqual(['trying', 'ringing']);
		expect(await text(await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' }))).toEqual([
			422,
			`call session is gone for call_sid ${sid}`,
		]);
	});

	test('a refused call can still be spoken to for a moment', async () => {
		const sid = await placed('+15089084486');
		reaches(sid, 'busy');
		expect((await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' })).status).toBe(202);
		// Five seconds of the scaled clock later it is gone.
		env.gateway.clock.advance(5000 * env.gateway.timeScale);
		expect((await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' })).status).toBe(422);
	});

	test('DELETE forgets the record, the call goes on and comes back', async () => {
		const sid = await placed('+15089084200');
		reaches(sid, 'in-progress');
		expect((await env.api('DELETE', `/Calls/${sid}`)).status).toBe(204);
		expect((await env.api('GET', `/Calls/${sid}`)).status).toBe(404);
		await ends();
		expect(env.receiver.got.at(-1).body.call_status).toBe('completed');
		const back = await (await env.api('GET', `/Calls/${sid}`)).json();
		expect(back.call_status).toBe('completed');
		expect(back).not.toHaveProperty('service_url');
		expect(await (await env.api('GET', '/Calls')).json()).toEqual([]);
	});
});

describe('records of calls', () => {
	test('expire: {} in the list, 404 by sid, and a filter hides them', async () => {
		const sid = await placed('+15089084486');
		await ends();
		env.gateway.expireRecords(sid);
		expect(await (await env.api('GET', '/Calls')).json()).toEqual([{}]);
		expect(await (await env.api('GET', '/Calls?direction=outbound')).json()).toEqual([]);
		expect((await env.api('GET', `/Calls/${sid}`)).status).toBe(404);
	});

	test('live 12 h until answered, then 1 h after the last change', async () => {
		const sid = await placed('+15089084220');
		const left = () => Math.round((env.gateway.records.records.get(sid).expiresAt - Date.now()) / 60000);
		reaches(sid, 'ringing');
		expect(left()).toBe(720);
		reaches(sid, 'in-progress');
		expect(left()).toBe(60);
	});

	test('CallCount counts the live ones', async () => {
		const sid = await placed('+15089084220');
		expect(await (await env.api('GET', '/CallCount')).json()).toEqual({ inbound: 0, outbound: 1 });
		reaches(sid, 'in-progress');
		await env.api('PUT', `/Calls/${sid}`, { call_status: 'completed' });
		await ends();
		expect(await (await env.api('GET', '/CallCount')).json()).toEqual({ inbound: 0, outbound: 0 });
	});
});
