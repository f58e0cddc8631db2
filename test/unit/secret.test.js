'use strict';

const { compiled } = require('./compiled');
const { CREDENTIAL, NODE, gatewayContext, strict } = require('./strictContext');

const { GatewayClient } = compiled('gateway/client.js');

const MINUTE = 60_000;
let account = 0;

/** A client of an account of its own, so that what one test made known says nothing to the next. */
async function setUp(answer, credential) {
	const accountSid = `9351f46a-678c-43f5-b8a6-${String(++account).padStart(12, '0')}`;
	const { context, requests } = gatewayContext(answer, { accountSid, ...credential });
	const { webhookSecret } = compiled('events/secret.js');
	const client = await GatewayClient.open(context);
	return { ask: (when, now) => webhookSecret(client, when, now), requests };
}

const found = (secret) => ({ statusCode: 200, headers: {}, body: { webhook_secret: secret } });
const refused = () => ({ statusCode: 403, headers: {}, body: { msg: 'insufficient permissions' } });

test('the credential\'s own secret wins, and nobody is asked', async () => {
	const { ask, requests } = await setUp(() => found('other'), { webhookSecret: 'mine' });
	for (const when of ['known', 'failed', 'fresh']) expect(await ask(when, 0)).toEqual({ secret: 'mine' });
	expect(requests).toEqual([]);
});

test('the gateway is asked once, by GET, and never with the parameter that rotates the secret', async () => {
	const { ask, requests } = await setUp(() => found('s1'));
	for (let at = 0; at < 10; at++) expect(await ask('known', at * MINUTE)).toEqual({ secret: 's1' });
	expect(requests).toHaveLength(1);
	expect(requests[0]).toMatchObject({ method: 'GET', url: expect.stringMatching(/\/Accounts\/[^/]+\/WebhookSecret$/), qs: undefined });
	expect(requests[0]).not.toHaveProperty('body');
	expect(JSON.stringify(requests)).not.toMatch(/regenerate/i);
});

test('webhooks that come together share one question', async () => {
	let answer;
	const { ask, requests } = await setUp(() => new Promise((resolve) => (answer = resolve)));
	const waiting = Array.from({ length: 20 }, () => ask('known', 0));
	await new Promise(setImmediate);
	answer(found('s1'));
	expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, () => ({ secret: 's1' })));
	expect(requests).toHaveLength(1);
});

test('after a wrong signature it is asked again, at most once a minute, and a rotated secret is known from then on', async () => {
	let secret = 's1';
	const { ask, requests } = await setUp(() => found(secret));
	expect(await ask('known', 0)).toEqual({ secret: 's1' });
	secret = 's2';
	expect(await ask('failed', 1)).toEqual({ secret: 's2' });
	secret = 's3';
	expect(await ask('failed', MINUTE)).toEqual({ secret: 's2' });
	expect(requests).toHaveLength(2);
	secret = 's2';
	expect(await ask('failed', MINUTE + 1)).toEqual({ secret: 's2' });
	for (let at = 1; at < MINUTE; at += 5000) expect(await ask('failed', MINUTE + at)).toEqual({ secret: 's2' });
	expect(await ask('known', 10 * MINUTE)).toEqual({ secret: 's2' });
	expect(requests).toHaveLength(3);
});

test('a flood of forged webhooks makes one question a minute', async () => {
	const { ask, requests } = await setUp(() => found('s1'));
	for (let at = 0; at < 10 * MINUTE; at += 100) await ask('failed', at);
	expect(requests).toHaveLength(10);
});

test('the old secret stays good while the gateway cannot be asked', async () => {
	let down = false;
	const { ask, requests } = await setUp(() => {
		if (down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
		return found('s1');
	});
	await ask('known', 0);
	down = true;
	expect(await ask('failed', MINUTE)).toEqual({ secret: 's1' });
	expect(await ask('known', MINUTE + 1)).toEqual({ secret: 's1' });
	expect(await ask('failed', MINUTE + 2)).toEqual({ secret: 's1' });
	expect(requests).toHaveLength(2);
});

test.each([
	['a refusal', refused, /insufficient permissions/],
	['no answer', () => { throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' }); }, /cannot be reached/],
	['an empty secret', () => found(''), /no webhook secret/],
	['a secret that is no text', () => found(7), /no webhook secret/],
	['an HTML page', () => ({ statusCode: 200, headers: {}, body: '<html></html>' }), /no webhook secret/],
	['null', () => ({ statusCode: 200, headers: {}, body: null }), /no webhook secret/],
	['an error 500', () => ({ statusCode: 500, headers: {}, body: 'Internal Server Error' }), /Internal Server Error/],
])('%s is explained, and webhooks do not turn into questions at once', async (_what, answer, message) => {
	const { ask, requests } = await setUp(answer);
	for (const at of [0, 1, 4999]) expect(await ask('known', at)).toMatchObject({ problem: { message: expect.stringMatching(message), description: expect.stringMatching(/\S/), effect: 'no' } });
	expect(requests).toHaveLength(1);
	await ask('known', 5000);
	expect(requests).toHaveLength(2);
});

test('after a failed question the next good one heals it', async () => {
	let answer = refused;
	const { ask } = await setUp(() => answer());
	expect(await ask('known', 0)).toHaveProperty('problem');
	answer = () => found('s1');
	expect(await ask('known', 5000)).toEqual({ secret: 's1' });
	expect(await ask('known', 5001)).toEqual({ secret: 's1' });
});

test('a user who waits (activation) always gets a fresh answer, the failure of the moment included', async () => {
	let answer = () => found('s1');
	const { ask, requests } = await setUp(() => answer());
	await ask('known', 0);
	expect(await ask('fresh', 1)).toEqual({ secret: 's1' });
	answer = refused;
	expect(await ask('fresh', 2)).toHaveProperty('problem');
	expect(await ask('known', 3)).toEqual({ secret: 's1' });
	expect(requests).toHaveLength(3);
});

test('accounts, gateways and keys do not share secrets', async () => {
	const accountSid = '9351f46a-678c-43f5-b8a6-ffffffffffff';
	const one = await setUp(() => found('s1'), { accountSid });
	const otherKey = await setUp(refused, { accountSid, apiKey: 'another-key' });
	const otherHost = await setUp(() => found('s3'), { accountSid, baseUrl: 'http://other.test' });
	expect(await one.ask('known', 0)).toEqual({ secret: 's1' });
	expect(await otherKey.ask('known', 0)).toHaveProperty('problem');
	expect(await otherHost.ask('known', 0)).toEqual({ secret: 's3' });
});

describe('for the webhooks of a node', () => {
	/** A node whose credential holds a secret that the test may change; counts how often n8n opened it. */
	function node(credentials) {
		const state = { secret: 'first', opened: 0 };
		const context = strict({
			getNode: () => ({ ...NODE, credentials }),
			getCredentials: async () => {
				state.opened += 1;
				if (state.fails) throw new Error('cannot be opened');
				return { ...CREDENTIAL, webhookSecret: state.secret };
			},
		});
		const { secretFor } = compiled('events/secret.js');
		return { state, ask: async (when, now) => (await secretFor(context, when, now)).secret };
	}
	const named = (id) => ({ cognigyVoiceGatewayApi: { id, name: 'Gateway' } });

	test('the credential is opened once in ten seconds', async () => {
		const { ask, state } = node(named('once'));
		for (const now of [0, 1, 9_999]) expect(await ask('known', now)).toBe('first');
		expect(state.opened).toBe(1);
		expect(await ask('known', 10_000)).toBe('first');
		expect(state.opened).toBe(2);
	});

	test('a changed secret counts at once when a signature failed, the next within a second, and after ten anyway', async () => {
		const { ask, state } = node(named('changed'));
		await ask('known', 0);
		state.secret = 'second';
		expect(await ask('known', 1)).toBe('first');
		expect(await ask('failed', 2)).toBe('second');
		expect(await ask('known', 3)).toBe('second');
		state.secret = 'third';
		expect(await ask('failed', 1_001)).toBe('second');
		expect(await ask('failed', 1_002)).toBe('third');
		state.secret = 'fourth';
		expect(await ask('known', 11_002)).toBe('fourth');
	});

	test('forged webhooks do not have the credential opened each time', async () => {
		const { ask, state } = node(named('forged'));
		for (let now = 0; now < 3_000; now += 10) await ask('failed', now);
		expect(state.opened).toBe(3);
	});

	test('a forged webhook does not have it opened again because the question it led to failed', async () => {
		const { ask, state } = node(named('failing'));
		await ask('known', 0);
		state.secret = '';
		state.fails = true;
		await expect(ask('failed', 2_000)).rejects.toThrow('cannot be opened');
		for (let now = 2_001; now < 2_900; now += 100) expect(await ask('failed', now)).toBe('first');
		expect(state.opened).toBe(2);
	});

	test('that a signature failed is not forgotten when it is opened for another reason meanwhile', async () => {
		const { ask, state } = node(named('second'));
		await ask('known', 0);
		state.fails = true;
		await expect(ask('failed', 9_500)).rejects.toThrow('cannot be opened');
		state.fails = false;
		await ask('known', 10_000);
		expect(state.opened).toBe(3);
		await ask('failed', 10_499);
		expect(state.opened).toBe(3);
		await ask('failed', 10_500);
		expect(state.opened).toBe(4);
	});

	test('a node without a credential is said to have none', async () => {
		const context = strict({ getNode: () => ({ ...NODE, credentials: undefined }), getCredentials: async () => { throw new Error('Node does not have any credentials set'); } });
		const { secretFor } = compiled('events/secret.js');
		await expect(secretFor(context, 'known', 0)).rejects.toThrow('does not have any credentials');
		await expect(secretFor(strict({ getNode: () => ({ ...NODE, credentials: {} }), getCredentials: context.getCredentials }), 'known', 0)).rejects.toThrow('does not have any credentials');
	});

	test('two credentials are kept apart, and one without an id is opened each time', async () => {
		const one = node(named('one'));
		const two = node(named('two'));
		two.state.secret = 'of two';
		expect([await one.ask('known', 0), await two.ask('known', 0), await one.ask('known', 1)]).toEqual(['first', 'of two', 'first']);
		const nameless = node({ cognigyVoiceGatewayApi: { id: null, name: 'Gateway' } });
		await nameless.ask('known', 0);
		await nameless.ask('known', 0);
		expect(nameless.state.opened).toBe(2);
	});
});
