'use strict';

const { setUp, ACCOUNT, APPLICATION } = require('./helpers');

const PROVIDER_KEY = 'c0ffee00-0000-4000-8000-0000000005b1';
const ADMIN_KEY = '38700987-c7a4-4685-a5bb-af378f9734de';

let env;
beforeEach(async () => {
	env = await setUp();
});
afterEach(() => env.close());

const text = async (answer) => [answer.status, await answer.text()];

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
});
