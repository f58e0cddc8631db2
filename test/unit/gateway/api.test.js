'use strict';

const jambonz = require('@jambonz/node-client');
const { startGateway } = require('../../gateway');
const { advanceTo, setUp, ACCOUNT, KEY, APPLICATION } = require('./helpers');

const PROVIDER_KEY = 'c0ffee00-0000-4000-8000-0000000005b1';
const ADMIN_KEY = '38700987-c7a4-4685-a5bb-af378f9734de';

let env;
beforeEach(async () => {
	env = await setUp();
});
afterEach(() => env.close());

const text = async (answer) => [answer.status, await answer.text()];
const get = async (path, key = KEY) => {
	const answer = await fetch(`${env.gateway.url}/v1${path}`, { headers: { Authorization: `Bearer ${key}` } });
	return [answer.status, await answer.text().then((t) => (/^[[{]/.test(t) ? JSON.parse(t) : t))];
};

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
	env.gateway.clock.stop();
	const sid = await client.calls.create({
		application_sid: APPLICATION,
		from: '15083778299',
		to: { type: 'phone', number: '15089084220' },
	});
	advanceTo(env.gateway, sid, 'in-progress');
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

test('GET of an account with a query string is malformed', async () => {
	expect(await get(`/Accounts/${ACCOUNT}?x=1`)).toEqual([400, { msg: 'Bad request' }]);
});
