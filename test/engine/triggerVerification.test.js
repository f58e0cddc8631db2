'use strict';

const { startGateway } = require('../gateway');
const { sign } = require('../gateway/sign');
const { closeTriggers, event, place, startTrigger } = require('./webhook');

const TOKEN = 'a-token-of-more-than-20-characters';

let gateway;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => {
	jest.restoreAllMocks();
	await closeTriggers();
	await gateway.close();
});

const questions = () => gateway.requests.filter(({ path }) => path.includes('WebhookSecret'));
const nobodyThrew = (trigger) => expect(trigger.thrown).toEqual([]);

/** Lets so many milliseconds pass, for everybody. */
function later(ms) {
	const { now } = Date;
	jest.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + ms);
}

describe('without any set-up', () => {
	test('the secret is asked for once, and the webhooks verify', async () => {
		const trigger = await startTrigger(gateway);
		await place(gateway, '+12025550200', trigger.url);
		await gateway.idle();
		expect(trigger.runs).toHaveLength(4);
		expect(questions()).toMatchObject([{ method: 'GET', status: 200 }]);
		expect(questions()[0].path).not.toMatch(/regenerate/);
	});

	test('the secret is in no run, no stored data and no answer', async () => {
		const trigger = await startTrigger(gateway, { parameters: { options: { includeRaw: true } } });
		const answer = await trigger.send(event());
		const { webhook_secret: secret } = gateway.world.accounts[0];
		expect(JSON.stringify([trigger.runs, trigger.staticData, answer])).not.toContain(secret);
	});

	test('twenty webhooks that come together before the secret is known make one question', async () => {
		gateway.setFaults([{ kind: 'slow', ms: 100, operation: 'webhookSecret' }]);
		const trigger = await startTrigger(gateway);
		await Promise.all(Array.from({ length: 20 }, async () => await trigger.send(event())));
		expect(trigger.runs).toHaveLength(20);
		expect(questions()).toHaveLength(1);
	});

	test('the credential\'s own secret is used instead, and nobody is asked', async () => {
		const trigger = await startTrigger(gateway, { credential: { webhookSecret: 'my-own-secret' } });
		expect((await trigger.send(event(), { secret: 'my-own-secret' })).status).toBe(200);
		expect((await trigger.send(event())).status).toBe(401);
		expect(questions()).toEqual([]);
	});
});

describe('what is not the gateway\'s is answered 401 and starts nothing', () => {
	const now = () => Date.now() / 1000;
	const body = event();
	const text = JSON.stringify(body);

	test.each([
		['unsigned', { headers: { 'Jambonz-Signature': undefined } }],
		['an empty signature', { headers: { 'Jambonz-Signature': '' } }],
		['a malformed signature', { headers: { 'Jambonz-Signature': 't=1,v1=abc' } }],
		['nonsense of 10 kB as signature', { headers: { 'Jambonz-Signature': 'x'.repeat(10_000) } }],
		['a wrong secret', { secret: 'not-the-secret' }],
		['an empty secret', { secret: '' }],
		['an old signature', () => ({ at: now() - 302 })],
		['a signature of the future', () => ({ at: now() + 302 })],
		['the signature of another body', () => ({ headers: { 'Jambonz-Signature': sign(gateway.world.accounts[0].webhook_secret, `${text} `) } })],
	])('%s', async (_what, options) => {
		const trigger = await startTrigger(gateway);
		const answer = await trigger.send(text, typeof options === 'function' ? options() : options);
		expect(answer).toEqual({ status: 401, text: 'Unauthorized' });
		expect(trigger.runs).toEqual([]);
		nobodyThrew(trigger);
	});

	test('the emulator\'s forged and wrongly signed webhooks start nothing, the real ones beside them do', async () => {
		gateway.setFaults([{ kind: 'webhook-forged', event: 'in-progress' }, { kind: 'webhook-wrong-secret', event: 'ringing' }]);
		const trigger = await startTrigger(gateway);
		await place(gateway, '+12025550200', trigger.url);
		await gateway.idle();
		expect(trigger.runs.map((run) => run.event)).toEqual(['trying', 'in-progress', 'completed']);
		expect(trigger.runs.map(({ duration }) => duration)).not.toContain(4242);
		nobodyThrew(trigger);
	});

	test('what cannot be a signature makes no question to the gateway', async () => {
		const trigger = await startTrigger(gateway);
		await trigger.send(text, { headers: { 'Jambonz-Signature': 't=1,v1=abc' } });
		await trigger.send(text, { headers: { 'Jambonz-Signature': undefined } });
		expect(questions()).toEqual([]);
	});

	test('a flood of forged webhooks makes one question beside the first, and the real ones still pass', async () => {
		const trigger = await startTrigger(gateway);
		const forged = await Promise.all(Array.from({ length: 30 }, async () => await trigger.send(event(), { secret: 'no' })));
		expect(new Set(forged.map(({ status }) => status))).toEqual(new Set([401]));
		expect((await trigger.send(event())).status).toBe(200);
		expect(questions()).toHaveLength(2);
	});

	test('a signature just inside the window passes', async () => {
		const trigger = await startTrigger(gateway);
		for (const at of [now() - 295, now() + 295]) expect((await trigger.send(event(), { at })).status).toBe(200);
	});
});

describe('a secret that changes or cannot be read', () => {
	const rotate = () => Object.assign(gateway.world.accounts[0], { webhook_secret: 'wh_secret_after_rotation' });

	test('a rotated secret heals itself: the next webhook passes, and the old secret does no more', async () => {
		const trigger = await startTrigger(gateway);
		const { webhook_secret: old } = gateway.world.accounts[0];
		expect((await trigger.send(event())).status).toBe(200);
		rotate();
		expect((await trigger.send(event())).status).toBe(200);
		expect((await trigger.send(event(), { secret: old })).status).toBe(401);
		expect(questions()).toHaveLength(2);
	});

	test('a second rotation within the minute is refused at first, so that the gateway sends it again, and heals afterwards', async () => {
		const trigger = await startTrigger(gateway);
		await trigger.send(event(), { secret: 'no' });
		rotate();
		expect((await trigger.send(event())).status).toBe(401);
		expect(questions()).toHaveLength(2);
		later(61_000);
		expect((await trigger.send(event())).status).toBe(200);
		expect(questions()).toHaveLength(3);
	});

	test.each([
		['is refused', { kind: '403' }], ['is in trouble', { kind: '500' }], ['cuts the connection', { kind: 'reset' }], ['limits requests', { kind: '429' }],
		['answers with a page', { kind: 'html' }],
	])('while the question %s, webhooks are answered 503 and start nothing; afterwards they pass', async (_what, fault) => {
		gateway.setFaults([{ ...fault, operation: 'webhookSecret' }]);
		const trigger = await startTrigger(gateway);
		expect((await trigger.send(event())).status).toBe(503);
		expect((await trigger.send(event(), { secret: 'forged' })).status).toBe(503);
		expect(trigger.runs).toEqual([]);
		expect(questions()).toHaveLength(1);
		gateway.clearFaults();
		later(6000);
		expect((await trigger.send(event())).status).toBe(200);
		expect(trigger.runs).toHaveLength(1);
		nobodyThrew(trigger);
	});

	test('while the gateway is down, too; a secret that is known already stays good', async () => {
		const known = await startTrigger(gateway);
		expect((await known.send(event())).status).toBe(200);
		const unknown = await startTrigger(gateway, { credential: { apiKey: 'another-key-nobody-asked-with' } });
		await gateway.close();
		expect((await unknown.send(event())).status).toBe(503);
		expect((await known.send(event())).status).toBe(200);
		expect((await known.send(event(), { secret: 'forged' })).status).toBe(401);
		nobodyThrew(unknown);
		nobodyThrew(known);
	});

	test('a credential that cannot be used is 503, not a crash', async () => {
		const trigger = await startTrigger(gateway, { credential: { accountSid: 'x' } });
		expect((await trigger.send(event())).status).toBe(503);
		nobodyThrew(trigger);
	});
});

describe('token mode', () => {
	const withToken = { parameters: { verification: 'token', token: TOKEN } };

	test.each([
		[`?token=${TOKEN}`, 200], ['', 401], ['?token=', 401], ['?token=wrong', 401], [`?token=${TOKEN}x`, 401], [`?token=${TOKEN.toUpperCase()}`, 401],
		[`?token=${TOKEN}&token=${TOKEN}`, 401], [`?token[]=${TOKEN}`, 401], [`?TOKEN=${TOKEN}`, 401],
	])('%s: %i, signed or not', async (query, status) => {
		const trigger = await startTrigger(gateway, withToken);
		expect((await trigger.send(event(), { query, headers: { 'Jambonz-Signature': undefined } })).status).toBe(status);
		expect((await trigger.send(event(), { query })).status).toBe(status);
		expect(trigger.runs).toHaveLength(status === 200 ? 2 : 0);
		expect(questions()).toEqual([]);
		nobodyThrew(trigger);
	});

	test.each(['', '   '])('an empty token %p lets nobody in', async (token) => {
		const trigger = await startTrigger(gateway, { parameters: { verification: 'token', token } });
		for (const query of ['', '?token=', '?token=%20', '?token=%00']) expect((await trigger.send(event(), { query })).status).toBe(401);
		expect(trigger.runs).toEqual([]);
	});

	test('a whole call comes through', async () => {
		const trigger = await startTrigger(gateway, withToken);
		await place(gateway, '+12025550200', `${trigger.url}?token=${TOKEN}#rc=5`);
		await gateway.idle();
		expect(trigger.runs.map((run) => run.event)).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
		expect(JSON.stringify(trigger.runs)).not.toContain(TOKEN);
	});
});

test('chosen by hand, no verification lets everybody in, and asks nobody', async () => {
	const trigger = await startTrigger(gateway, { parameters: { verification: 'none' } });
	expect((await trigger.send(event(), { headers: { 'Jambonz-Signature': undefined } })).status).toBe(200);
	expect((await trigger.send(event(), { secret: 'wrong' })).status).toBe(200);
	expect(trigger.runs).toHaveLength(2);
	expect(questions()).toEqual([]);
});
