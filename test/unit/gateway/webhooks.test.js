'use strict';

const fs = require('fs');
const path = require('path');
const { sign } = require('../../gateway/sign');
const { retryRule } = require('../../gateway/webhooks');
const { advanceTo, setUp, shape, startReceiver, SECRET } = require('./helpers');

const folder = path.join(__dirname, '..', '..', 'recordings', 'webhooks');
const recorded = fs
	.readdirSync(folder)
	.filter((name) => name.endsWith('.json'))
	.map((name) => [name.replace('.json', ''), JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))]);

let env;
afterEach(
	() =>
		env &&
		env.close().then(() => {
			env = undefined;
		}),
);

describe.each(recorded)('recorded webhook %s', (name, sample) => {
	const theirs = JSON.parse(sample.rawBody);
	const event = theirs.type || theirs.call_status;

	test('our signer makes the same signature', () => {
		const t = Number(/t=(\d+)/.exec(sample.headers['jambonz-signature'])[1]);
		expect(sign(sample.secret, sample.rawBody, t)).toBe(sample.headers['jambonz-signature']);
	});

	test('the emulated event has the same fields, in the same order, of the same types', async () => {
		env = await setUp();
		const { receiver, gateway, create } = env;
		// The far end's BYE carried a header in this one sample: number 202 of the emulator does the same.
		const number = theirs.headers ? '+15089084202' : theirs.to;
		await create(number, {
			...(theirs.customerData && { tag: theirs.customerData }),
			...(theirs.type && { amd: { actionHook: `${receiver.url}/amd` } }),
			...(theirs.call_termination_by === 'caller' && { headers: { 'X-Fake-Remote-Bye': '0' } }),
			timeout: 2,
		});
		await gateway.idle();
		const found = receiver.got.find(({ body }) => (body.type || body.call_status) === event);
		expect(found).toBeDefined();
		const mine = found.body;
		expect(Object.entries(shape(mine))).toEqual(Object.entries(shape(theirs)));
		for (const key of [
			'sip_status',
			'sip_reason',
			'call_status',
			'call_termination_by',
			'customerData',
			'headers',
			'type',
			'reason',
			'greeting',
		]) {
			expect([key, mine[key]]).toEqual([key, theirs[key]]);
		}
		expect(found.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'jambonz' });
		expect(found.headers.b3).toMatch(new RegExp(`^${mine.trace_id}-[0-9a-f]{16}-1$`));
	});
});

test('every POST is signed with the secret of the account over the raw body', async () => {
	env = await setUp();
	await env.create('+15089084200');
	await env.gateway.idle();
	expect(env.receiver.got.map((g) => g.body.call_status)).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
	for (const { headers, rawBody } of env.receiver.got) {
		const t = Number(/t=(\d+)/.exec(headers['jambonz-signature'])[1]);
		expect(headers['jambonz-signature']).toBe(sign(SECRET, rawBody, t));
	}
});

test('a rotated secret signs the events that follow', async () => {
	env = await setUp();
	const { webhook_secret: fresh } = await (await env.api('GET', '/WebhookSecret?regenerate=true')).json();
	expect(fresh).toMatch(/^wh_secret_/);
	expect(fresh).not.toBe(SECRET);
	await env.create('+15089084486');
	await env.gateway.idle();
	const [{ headers, rawBody }] = env.receiver.got;
	expect(headers['jambonz-signature']).toBe(
		sign(fresh, rawBody, Number(/t=(\d+)/.exec(headers['jambonz-signature'])[1])),
	);
});

test.each([
	['a string', (url) => url],
	['an object', (url) => ({ url, method: 'POST' })],
])("notifyUrl as %s gets the events beside the application's hook", async (name, form) => {
	env = await setUp();
	await env.create('+15089084486', { notifyUrl: form(`${env.receiver.url}/notify?run=7`) });
	await env.gateway.idle();
	const statuses = (url) => env.receiver.got.filter((g) => g.url === url).map((g) => g.body.call_status);
	expect(statuses('/call-status')).toEqual(['trying', 'ringing', 'busy']);
	expect(statuses('/notify?run=7')).toEqual(['trying', 'ringing', 'busy']);
});

test("the application's hook wins over call_status_hook of the body; without application the body's is used", async () => {
	env = await setUp();
	await env.create('+15089084486', { call_status_hook: `${env.receiver.url}/own` });
	await env.gateway.idle();
	expect(new Set(env.receiver.got.map((g) => g.url))).toEqual(new Set(['/call-status']));
	env.receiver.got.length = 0;
	await env.create('+15089084486', {
		application_sid: undefined,
		call_hook: 'https://app.example.test/voice',
		call_status_hook: `${env.receiver.url}/own`,
		speech_synthesis_vendor: 'google',
		speech_synthesis_language: 'en-US',
		speech_synthesis_voice: 'x',
		speech_recognizer_vendor: 'google',
		speech_recognizer_language: 'en-US',
	});
	await env.gateway.idle();
	expect(new Set(env.receiver.got.map((g) => g.url))).toEqual(new Set(['/own']));
	expect(env.receiver.got[0].body).not.toHaveProperty('application_sid');
});

test('a GET hook gets no body, and basic authentication where the hook has it', async () => {
	env = await setUp();
	const app = env.gateway.world.applications.find((a) => a.name === 'status by GET with basic auth');
	app.call_status_hook.url = `${env.receiver.url}/get?x=1`;
	await env.create('+15089084486', { application_sid: app.application_sid });
	await env.gateway.idle();
	expect(env.receiver.got).toHaveLength(3);
	expect(env.receiver.got[0]).toMatchObject({
		method: 'GET',
		url: '/get?x=1',
		rawBody: '',
		headers: { authorization: `Basic ${Buffer.from('hookuser:hookpass').toString('base64')}` },
	});
});

test('a tag comes back as customerData, mangled as the gateway mangles it', async () => {
	env = await setUp();
	const tag = {
		name: '  Sara ',
		page: 'https://example.test',
		deep: { none: null, list: [' a ', 1, true] },
		snake_Case: 'x',
	};
	await env.create('+15089084486', { tag });
	await env.gateway.idle();
	expect(env.receiver.got[0].body.customerData).toEqual({
		name: 'Sara',
		page: 'https://example.test/',
		snake_Case: 'x',
		deep: { none: 'Error: Cannot convert undefined or null to object', list: ['a', 1, true] },
	});
	expect(env.gateway.placed[0].body.tag).toEqual(tag);
});

test('a tag that is set later goes into the events that follow, and a new status hook takes over', async () => {
	env = await setUp();
	env.gateway.clock.stop();
	const { sid } = await (await env.create('+15089084220')).json();
	advanceTo(env.gateway, sid, 'in-progress');
	await env.api('PUT', `/Calls/${sid}`, { tag: { later: ' kept as it is ' } });
	await env.api('PUT', `/Calls/${sid}`, {
		call_hook: 'https://app.example.test/x',
		call_status_hook: `${env.receiver.url}/new`,
	});
	await env.api('PUT', `/Calls/${sid}`, { call_status: 'completed' });
	await env.gateway.idle();
	const ends = env.receiver.got.filter(({ body }) => body.call_status === 'completed');
	expect(ends).toMatchObject([{ url: '/new', body: { customerData: { later: ' kept as it is ' } } }]);
	expect(env.receiver.got.filter(({ url }) => url === '/new')).toEqual(ends);
});

describe('retries', () => {
	const hookWith = (fragment) => {
		env.gateway.world.applications[0].call_status_hook.url = `${env.receiver.url}/hook?keep=1${fragment}`;
	};

	test('there are none without a fragment, and a failure leaves an alert', async () => {
		env = await setUp({
			answer: () => 503,
			world: { ...require('../../gateway/worlds/recordings.json'), grow_alerts: true },
		});
		await env.create('+15089084486');
		await env.gateway.idle();
		expect(env.receiver.got).toHaveLength(3);
		const alerts = await (await env.api('GET', '/Alerts?page=1&count=1')).json();
		expect(alerts.data[0]).toMatchObject({
			alert_type: 'webhook-failure',
			message: `${env.receiver.url}/call-status returned 503`,
		});
	});

	test('repeat the same signature, until a success, and the fragment stays at home', async () => {
		env = await setUp({ answer: (got, count) => (count < 3 ? 500 : 202) });
		hookWith('#rc=3&rp=ct,5xx');
		await env.create('+15089084404');
		await env.gateway.idle();
		const trying = env.receiver.got.filter((g) => g.body.call_status === 'trying');
		expect(new Set(env.receiver.got.map((g) => g.url))).toEqual(new Set(['/hook?keep=1']));
		expect(new Set(trying.map((g) => g.headers['jambonz-signature'])).size).toBe(1);
		expect(env.gateway.deliveries.filter((d) => d.event === 'trying').map((d) => d.attempt)).toEqual(
			trying.map((g, i) => i + 1),
		);
		expect(env.gateway.deliveries.filter((d) => d.status === 500)).toHaveLength(2);
	});

	test('stop at five, whatever the fragment says', async () => {
		env = await setUp({ answer: ({ body }) => (body.call_status === 'trying' ? 404 : 200), timeScale: 0.001 });
		hookWith('#rc=9&rp=4xx');
		await env.create('+15089084404');
		await env.gateway.idle();
		expect(env.receiver.got.filter((g) => g.body.call_status === 'trying')).toHaveLength(6);
	});

	test('a refused connection counts as ct', async () => {
		env = await setUp({ timeScale: 0.001 });
		const closed = await startReceiver();
		await closed.close();
		env.gateway.world.applications[0].call_status_hook.url = `${closed.url}/x#rc=2`;
		await env.create('+15089084404');
		await env.gateway.idle();
		expect(env.gateway.deliveries.filter((d) => d.event === 'trying').map((d) => [d.attempt, d.error])).toEqual([
			[1, 'ECONNREFUSED'],
			[2, 'ECONNREFUSED'],
			[3, 'ECONNREFUSED'],
		]);
	});

	test('have a time scale of their own if they are given one', async () => {
		env = await setUp({ answer: ({ body }) => (body.call_status === 'trying' ? 404 : 200), retryTimeScale: 0.4 });
		hookWith('#rc=1&rp=4xx');
		await env.create('+15089084404');
		await env.gateway.idle();
		const [first, second] = env.gateway.deliveries.filter((d) => d.event === 'trying').map(({ sent_at: at }) => at);
		expect(second - first).toBeGreaterThanOrEqual(195);
	});

	test('are kept back while a test says so', async () => {
		let status = 500;
		env = await setUp({ answer: () => status, timeScale: 0.001 });
		hookWith('#rc=5&rp=5xx');
		const letGo = env.gateway.webhooks.holdRetries();
		await env.create('+15089084404');
		const ask = () => env.api('GET', '/Alerts?page=1&count=1');
		while (env.gateway.deliveries.length < 2) await ask();
		// Longer than all five tries would take.
		for (let index = 0; index < 10; index++) await ask();
		const first = env.gateway.deliveries.map(({ event, attempt }) => [event, attempt]);
		expect(new Set(first.map(([, attempt]) => attempt))).toEqual(new Set([1]));
		status = 202;
		letGo();
		await env.gateway.idle();
		const again = env.gateway.deliveries.slice(first.length);
		expect(again.map(({ event, attempt, status: answer }) => [event, attempt, answer])).toEqual(first.map(([event]) => [event, 2, 202]));
	});

	test('the rule of a fragment', () => {
		expect(retryRule('https://x.test/a?b=c')).toEqual({ wireUrl: 'https://x.test/a?b=c', count: 0, policies: ['ct'] });
		expect(retryRule('https://x.test/a#rc=2&rp=ct,4xx')).toEqual({
			wireUrl: 'https://x.test/a',
			count: 2,
			policies: ['ct', '4xx'],
		});
	});
});
