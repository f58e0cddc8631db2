'use strict';

const jambonz = require('@jambonz/node-client');
const { startGateway } = require('../../gateway');
const { setUp, waitFor, ACCOUNT, KEY, APPLICATION } = require('./helpers');

const PROVIDER_KEY = 'c0ffee00-0000-4000-8000-0000000005b1';
const ADMIN_KEY = '38700987-c7a4-4685-a5bb-af378f9734de';

let env;
beforeEach(async () => {
	env = await setUp();
});
afterEach(() => env.close());

const reaches = (sid, status) =>
	waitFor(env.gateway, 'event', () => env.gateway.records.get(ACCOUNT, sid)?.call_status === status);
const placed = async (number, more) => (await (await env.create(number, more)).json()).sid;
const text = async (answer) => [answer.status, await answer.text()];
const get = async (path, key = KEY) => {
	const answer = await fetch(`${env.gateway.url}/v1${path}`, { headers: { Authorization: `Bearer ${key}` } });
	return [answer.status, await answer.text().then((t) => (/^[[{]/.test(t) ? JSON.parse(t) : t))];
};

describe('create', () => {
	test("answers the documented callid and the platform's callId", async () => {
		const body = await (await env.create('+15089084486')).json();
		expect(body).toEqual({ sid: expect.any(String), callid: expect.any(String), callId: body.callid });
		expect(env.gateway.placed[0]).toMatchObject({
			sid: body.sid,
			callId: body.callid,
			account_sid: ACCOUNT,
			from: '+15083778299',
			number: '+15089084486',
		});
	});

	const plain500 = [500, 'Internal Server Error'];
	test.each([
		['from that is no string', { from: 5 }, plain500],
		['from of 257 characters', { from: 'x'.repeat(257) }, plain500],
		['timeout as text', { timeout: '5' }, plain500],
		['timeout 1.5', { timeout: 1.5 }, plain500],
		['timeLimit as text', { timeLimit: '9' }, plain500],
		['tag as list', { tag: [] }, plain500],
		['amd without actionHook', { amd: {} }, plain500],
		['amd with an unknown field', { amd: { actionHook: 'https://x.test', bogus: 1 } }, plain500],
		['headers as text', { headers: 'X' }, plain500],
		['notifyUrl as number', { notifyUrl: 5 }, plain500],
		['an unknown field of to', { to: { type: 'phone', number: '1', bogus: 1 } }, plain500],
		['auth without password', { to: { type: 'sip', sipUri: 'sip:a@b.test', auth: { username: 'u' } } }, plain500],
		['teams', { to: { type: 'teams', number: '1' } }, plain500],
		[
			'number missing',
			{ to: { type: 'phone' } },
			[400, '{"msg":"missing or invalid to property: {\\"type\\":\\"phone\\"}"}'],
		],
		['to as text', { to: '+1' }, [400, '{"msg":"missing or invalid to property: \\"+1\\""}']],
		['to null', { to: null }, [400, '{"msg":"missing or invalid to property: null"}']],
		['application_sid as number', { application_sid: 7 }, [400, '{"msg":"application_sid not found 7"}']],
	])('%s', async (name, more, expected) => {
		expect(await text(await env.create('+15089084200', more))).toEqual(expected);
		expect(env.gateway.placed).toEqual([]);
	});

	test('nulls vanish, and an empty number is a number', async () => {
		expect((await env.create('', { tag: null, timeout: null, callerName: null })).status).toBe(201);
	});

	test.each([
		['user', { type: 'user', name: 'alice' }, 'alice@acme.sip.example.test'],
		['user with realm', { type: 'user', name: 'bob@else.test' }, 'bob@else.test'],
		['sip', { type: 'sip', sipUri: 'sip:bob@1.2.3.4', auth: { username: 'u', password: 'p' } }, 'sip:bob@1.2.3.4'],
	])('to a %s', async (name, to, party) => {
		await env.create('', { to });
		expect(env.gateway.placed[0].to).toBe(party);
	});

	test('speech settings without application need a call_hook', async () => {
		const speech = {
			speech_synthesis_vendor: 'a',
			speech_synthesis_language: 'b',
			speech_synthesis_voice: 'c',
			speech_recognizer_vendor: 'd',
			speech_recognizer_language: 'e',
		};
		const body = { ...speech, application_sid: undefined };
		expect(await text(await env.create('1', body))).toEqual([
			400,
			'{"msg":"either call_hook or application_sid required"}',
		]);
		expect(await text(await env.create('1', { ...body, call_hook: '/rel' }))).toEqual([
			400,
			'{"msg":"call_hook url be an absolute url"}',
		]);
		expect((await env.create('1', { ...body, call_hook: 'wss://app.example.test' })).status).toBe(201);
	});

	test("a service provider's key may not call, the admin's may", async () => {
		const as = (key) =>
			env.api(
				'POST',
				'/Calls',
				{ application_sid: APPLICATION, from: '1', to: { type: 'phone', number: '1' } },
				{ Authorization: `Bearer ${key}` },
			);
		expect(await text(await as(PROVIDER_KEY))).toEqual([
			400,
			`{"msg":"unauthorized createCall request for account ${ACCOUNT}"}`,
		]);
		expect((await as(ADMIN_KEY)).status).toBe(201);
	});

	test('a body over 100 kB', async () => {
		expect(await text(await env.create('1', { tag: { x: 'y'.repeat(110000) } }))).toEqual([
			413,
			'{"msg":"request entity too large"}',
		]);
	});

	test('GET of an account with a query string is malformed', async () => {
		expect(await get(`/Accounts/${ACCOUNT}?x=1`)).toEqual([400, { msg: 'Bad request' }]);
	});
});

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
		await reaches(sid, 'in-progress');
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

	test('cancelling a ringing call: the record says no-answer, no webhook does', async () => {
		const sid = await placed('+15089084180');
		await reaches(sid, 'ringing');
		expect((await env.api('PUT', `/Calls/${sid}`, { call_status: 'no-answer' })).status).toBe(202);
		await env.gateway.idle();
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
		await reaches(sid, 'busy');
		expect((await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' })).status).toBe(202);
		// Five seconds of the scaled clock later it is gone.
		env.gateway.calls.later({}, 5.1, () => env.gateway.emit('later'));
		await new Promise((resolve) => env.gateway.once('later', resolve));
		expect((await env.api('PUT', `/Calls/${sid}`, { mute_status: 'mute' })).status).toBe(422);
	});

	test('DELETE forgets the record, the call goes on and comes back', async () => {
		const sid = await placed('+15089084200');
		await reaches(sid, 'in-progress');
		expect((await env.api('DELETE', `/Calls/${sid}`)).status).toBe(204);
		expect((await env.api('GET', `/Calls/${sid}`)).status).toBe(404);
		await env.gateway.idle();
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
		await env.gateway.idle();
		env.gateway.expireRecords(sid);
		expect(await (await env.api('GET', '/Calls')).json()).toEqual([{}]);
		expect(await (await env.api('GET', '/Calls?direction=outbound')).json()).toEqual([]);
		expect((await env.api('GET', `/Calls/${sid}`)).status).toBe(404);
	});

	test('live 12 h until answered, then 1 h after the last change', async () => {
		const sid = await placed('+15089084220');
		const left = () => Math.round((env.gateway.records.records.get(sid).expiresAt - Date.now()) / 60000);
		await reaches(sid, 'ringing');
		expect(left()).toBe(720);
		await reaches(sid, 'in-progress');
		expect(left()).toBe(60);
	});

	test('CallCount counts the live ones', async () => {
		const sid = await placed('+15089084220');
		expect(await (await env.api('GET', '/CallCount')).json()).toEqual({ inbound: 0, outbound: 1 });
		await reaches(sid, 'in-progress');
		await env.api('PUT', `/Calls/${sid}`, { call_status: 'completed' });
		await env.gateway.idle();
		expect(await (await env.api('GET', '/CallCount')).json()).toEqual({ inbound: 0, outbound: 0 });
	});
});

describe('recent calls and alerts', () => {
	const recent = async (query) => {
		const [status, body] = await get(`/Accounts/${ACCOUNT}/RecentCalls?page=1&count=2&${query}`);
		return status === 200 ? body.total : body.msg;
	};
	const dbError = (what) =>
		`A 400 Bad Request error occurred: {"error":"error parsing query: error parsing regexp: ${what} at line 1, char 83"}\n`;

	test.each([
		['days=1', 36],
		['days=30', 36],
		['direction=inbound', 0],
		['direction=outbound', 36],
		['answered=maybe', 36],
		['trunk=nope', 0],
		['start=2026-11-22&end=2026-11-23', 36],
		['start=2030-01-01', 0],
		['end=garbage', 0],
		['filter=084180', 3],
		['filter=49e586d9-1158-4f8e-bb7f-85116b39ea2f', 1],
		['filter=zzz', 0],
		['filter=%2B1508', dbError('invalid nested repetition operator: `*+`')],
		['filter=)', dbError('unexpected ): `.*).*`')],
		['filter=[', dbError('missing closing ]: `[.*`')],
	])('%s', async (query, expected) => {
		expect(await recent(query)).toBe(expected);
	});

	test('paging', async () => {
		const path = `/Accounts/${ACCOUNT}/RecentCalls`;
		expect((await get(`${path}?page=1&count=501`))[0]).toBe(400);
		expect((await get(`${path}?page=1&count=500`))[1].data).toHaveLength(36);
		expect((await get(`${path}?page=4&count=10`))[1].data).toHaveLength(6);
		expect((await get(`${path}?page=9&count=10`))[1]).toEqual({ total: 36, page_size: '10', page: '9', data: [] });
		expect((await get(`/Accounts/${ACCOUNT}/Alerts?page=1&count=501`))[0]).toBe(400);
		expect((await get(`/Accounts/${ACCOUNT}/Alerts?page=2&count=3`))[1].data).toHaveLength(1);
	});
});

describe('the demo world', () => {
	let demo;
	beforeEach(async () => {
		demo = await startGateway({ timeScale: 0.01 });
	});
	afterEach(() => demo.close());

	test('shows applications, numbers and carriers, and records its calls', async () => {
		const [account] = demo.world.accounts;
		const headers = { Authorization: `Bearer ${demo.world.api_keys[0].token}`, 'Content-Type': 'application/json' };
		const fetchJson = async (path) => (await fetch(`${demo.url}/v1${path}`, { headers })).json();
		const base = `/Accounts/${account.account_sid}`;
		expect((await fetchJson(`${base}/Applications?page=1&page_size=10`)).data.map((a) => a.name)).toEqual([
			'Appointment Reminder',
			'Customer Survey',
			'Lead Follow-up',
		]);
		expect((await fetchJson('/PhoneNumbers')).map((n) => n.number)).toContain('12025550142');
		expect((await fetchJson(`${base}/VoipCarriers`)).map((c) => c.name)).toEqual([
			'Northline Telecom',
			'Harbour Voice',
		]);
		const body = {
			application_sid: demo.world.applications[0].application_sid,
			from: '+12025550142',
			to: { type: 'phone', number: '+442079460200' },
		};
		await fetch(`${demo.url}/v1${base}/Calls`, { method: 'POST', headers, body: JSON.stringify(body) });
		await demo.idle();
		const {
			data: [row],
		} = await fetchJson(`${base}/RecentCalls?page=1&count=1`);
		expect(row).toMatchObject({ answered: true, answered_at: expect.any(String), trunk: 'Northline Telecom' });
		const audio = await fetch(`${demo.url}/v1${row.recording_url}`, { headers });
		expect([audio.status, audio.headers.get('content-type')]).toEqual([200, 'audio/mp3']);
		expect((await audio.arrayBuffer()).byteLength).toBeGreaterThan(1000);
		const pcap = await fetch(`${demo.url}/v1${base}/RecentCalls/${row.sip_callid}/INVITE/pcap`, { headers });
		expect([pcap.status, pcap.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
		expect(Buffer.from(await pcap.arrayBuffer()).readUInt32LE(0)).toBe(0xa1b2c3d4);
	});
});

test('the rate limit comes before authentication', async () => {
	env.gateway.world.rate_limit = 2;
	expect((await get('/PhoneNumbers', 'nobody'))[0]).toBe(401);
	expect((await get('/PhoneNumbers'))[0]).toBe(200);
	const answer = await fetch(`${env.gateway.url}/v1/PhoneNumbers`);
	expect([answer.status, answer.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
	expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
	expect(env.gateway.requests.map((r) => [r.status, r.authorizationPresent])).toEqual([
		[401, true],
		[200, true],
		[429, false],
	]);
});

test('changing an application: hooks are written even where the answer is an error', async () => {
	const app = env.gateway.world.applications[0];
	const put = (body) =>
		fetch(`${env.gateway.url}/v1/Applications/${app.application_sid}`, {
			method: 'PUT',
			headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
		});
	const hooks = (url) => ({
		call_hook: { webhook_sid: app.call_hook.webhook_sid, url: 'https://a.test/call', method: 'POST' },
		call_status_hook: { webhook_sid: app.call_status_hook.webhook_sid, url, method: 'POST' },
	});
	expect((await put(hooks('https://a.test/one'))).status).toBe(500);
	expect((await get(`/Applications/${APPLICATION}`))[1].call_status_hook.url).toBe('https://a.test/one');
	expect((await put({ name: app.name, ...hooks('https://a.test/two') })).status).toBe(204);
	expect((await get(`/Applications/${APPLICATION}`))[1].call_status_hook.url).toBe('https://a.test/two');
	expect(await text(await put({ application_sid: APPLICATION }))).toEqual([
		400,
		'{"msg":"primary key application_sid is immutable"}',
	]);
	expect(await text(await put({ name: 'x', call_hook: { url: '/relative' } }))).toEqual([
		400,
		'{"msg":"call_hook URL is invalid"}',
	]);
});

test('keys of a service provider and of the admin see what is theirs', async () => {
	expect((await get('/Accounts', KEY))[1]).toHaveLength(1);
	expect((await get('/Accounts', PROVIDER_KEY))[1]).toHaveLength(2);
	expect((await get('/Applications', ADMIN_KEY))[1]).toHaveLength(3);
	expect((await get('/ServiceProviders', PROVIDER_KEY))[1]).toHaveLength(1);
	expect((await get('/PhoneNumbers', 'c0ffee00-0000-4000-8000-0000000005b2'))[1]).toEqual([]);
	expect(
		await get('/VoipCarriers/f6985ea4-bb51-4ec3-9286-a1c60191c31c', 'c0ffee00-0000-4000-8000-00000000acc2'),
	).toEqual([400, { msg: 'insufficient privileges' }]);
});

test("jambonz's own client can place, read, end and delete a call", async () => {
	const client = jambonz(ACCOUNT, KEY, { baseUrl: env.gateway.url });
	const sid = await client.calls.create({
		application_sid: APPLICATION,
		from: '15083778299',
		to: { type: 'phone', number: '15089084220' },
	});
	await reaches(sid, 'in-progress');
	expect(await client.calls.retrieve(sid)).toMatchObject({ call_sid: sid, call_status: 'in-progress' });
	await client.calls.update(sid, { call_status: 'completed' });
	await env.gateway.idle();
	expect(await client.calls.list()).toMatchObject([
		{ call_sid: sid, call_status: 'completed', call_termination_by: 'jambonz' },
	]);
	await client.calls.delete(sid);
	expect(await client.calls.list()).toEqual([]);
	const check = jambonz.WebhookResponse.verifyJambonzSignature('wh_secret_cJqgtMDPzDhhnjmaJH6Mtk');
	for (const { headers, body } of env.receiver.got) {
		const verdict = await new Promise((resolve) => {
			check({ get: (name) => headers[name.toLowerCase()], headers, body }, { sendStatus: resolve }, () =>
				resolve('genuine'),
			);
		});
		expect(verdict).toBe('genuine');
	}
});
