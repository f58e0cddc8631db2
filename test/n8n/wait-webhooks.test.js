'use strict';

const crypto = require('node:crypto');

const { client, openGateway } = require('./suite/session');
const { newNumber, publishWaiting, startDownstream, waitNode } = require('./suite/waiting');
const { until } = require('./lib/until');
const { sign } = require('../gateway/sign');

/** n8n looks for waits that are over once a minute; this leaves it another one. */
const DEADLINE_TEST_MS = 150_000;

describe('Create and Wait: webhooks that are early, lost, repeated, late, forged or of another call', () => {
	let gateway;
	let credentials;
	let downstream;
	let account;
	beforeAll(async () => {
		({ gateway, credentials } = await openGateway());
		[account] = gateway.world.accounts;
		downstream = await startDownstream();
	});
	afterEach(() => {
		gateway.clearFaults();
		delete gateway.world.session_limits[account.account_sid];
	});
	afterAll(async () => {
		await gateway.close();
		await downstream.close();
	});

	const publish = (parameters, settings) => publishWaiting({ client, downstream }, [waitNode(credentials, { ...parameters, settings })]);

	/** Every call ended as the gateway says it did, every number rang once, and the step behind ran once. */
	async function expectOnce(flow, phones, outcomes) {
		await gateway.idle();
		const executions = await flow.ended();
		expect(executions.map(({ status }) => status)).toEqual(['success']);
		expect(flow.runs().map(({ items }) => items.map(({ outcome, timed_out: timedOut }) => [outcome, timedOut]))).toEqual([
			outcomes.map((outcome) => [outcome, false]),
		]);
		expect(phones.map((phone) => gateway.rang(phone))).toEqual(phones.map(() => 1));
	}

	/** A call that is waited for, with the address that the gateway was given for it. */
	async function waitFor(flow, phone) {
		await flow.send([phone]);
		await flow.reached('waiting');
		const { body, sid } = gateway.placed.at(-1);
		const hook = body.notifyUrl.url ?? body.notifyUrl;
		return { sid, url: hook.replace(/#.*/, '') };
	}

	/** The final event of a call, as the gateway would send it. */
	const finalEvent = (sid, changes = {}) => ({
		call_sid: sid,
		direction: 'outbound',
		from: '+12025550100',
		to: '+12025550200',
		call_id: crypto.randomUUID(),
		sip_status: 200,
		sip_reason: 'OK',
		call_status: 'completed',
		account_sid: account.account_sid,
		duration: 4242,
		call_termination_by: 'caller',
		...changes,
	});

	async function post(url, body, secret = account.webhook_secret) {
		const raw = JSON.stringify(body);
		const { status } = await client.open.post(url, raw, {
			headers: { 'Content-Type': 'application/json', 'Jambonz-Signature': sign(secret, raw) },
		});
		return status;
	}

	test('calls that fail at once, before the run is parked', async () => {
		gateway.world.session_limits[account.account_sid] = 0;
		const single = await publish();
		const several = await publish();
		const phones = [newNumber('200'), newNumber('200'), newNumber('200')];
		await single.send(phones.slice(0, 1));
		await several.send(phones.slice(1));
		await expectOnce(single, phones.slice(0, 1), ['failed']);
		await expectOnce(several, phones.slice(1), ['failed', 'failed']);
	});

	test('calls that fail just when the run is being parked: twenty moments', async () => {
		const flow = await publish();
		const phones = [];
		for (let round = 0; round < 20; round++) {
			// The final event comes 25 to 215 ms after the call was placed.
			gateway.timeScale = 0.05 + round * 0.02;
			phones.push(newNumber('404'));
			await flow.send(phones.slice(-1));
			await flow.ended(round + 1);
		}
		gateway.timeScale = 0.2;
		await gateway.idle();
		expect((await flow.ended(20)).map(({ status }) => status)).toEqual(phones.map(() => 'success'));
		expect(flow.runs().map(({ items }) => [items[0].phone, items[0].outcome])).toEqual(phones.map((phone) => [phone, 'failed']));
		expect(phones.map((phone) => gateway.rang(phone))).toEqual(phones.map(() => 1));
	});

	test('every event comes five times', async () => {
		const phones = [newNumber('200'), newNumber('486'), newNumber('404')];
		gateway.setFaults({ kind: 'webhook-duplicate', times: 5 });
		const flow = await publish();
		await flow.send(phones);
		await expectOnce(flow, phones, ['answered', 'busy', 'failed']);
	});

	test('the final event comes five times at the same moment', async () => {
		gateway.setFaults({ kind: 'webhook-drop', event: 'completed' });
		const flow = await publish();
		const phone = newNumber('200');
		const { sid, url } = await waitFor(flow, phone);
		await until('the end of the call', () => gateway.placed.at(-1).final_status);
		const statuses = await Promise.all(Array.from({ length: 5 }, () => post(url, finalEvent(sid, { to: phone, duration: 2 }))));
		expect(statuses).toContain(200);
		await expectOnce(flow, [phone], ['answered']);
		expect(flow.runs()[0].items[0]).toMatchObject({ duration: 2, call_sid: sid });
		expect(await post(url, finalEvent(sid))).toBe(409);
		await expectOnce(flow, [phone], ['answered']);
	});

	test('late and overtaken events', async () => {
		const phones = [newNumber('200'), newNumber('001'), newNumber('486')];
		gateway.setFaults([
			{ kind: 'webhook-late', ms: 2_000, event: 'completed', number: phones[0].slice(1) },
			{ kind: 'webhook-reorder', event: 'in-progress' },
			{ kind: 'webhook-late', ms: 1_500, event: 'ringing' },
		]);
		const flow = await publish();
		await flow.send(phones);
		await expectOnce(flow, phones, ['answered', 'answered', 'busy']);
	});

	test('forged events end nothing', async () => {
		const phone = newNumber('486');
		gateway.setFaults({ kind: 'webhook-forged', event: 'ringing', body: { call_status: 'completed' } });
		const flow = await publish();
		await flow.send([phone]);
		await expectOnce(flow, [phone], ['busy']);
	});

	test('events of another call, of a child leg, of another wait and from somebody without the secret end nothing', async () => {
		const flow = await publish({ options: { timeLimit: 30 } });
		const phone = newNumber('220');
		const { sid, url } = await waitFor(flow, phone);
		const other = new URL(url);
		other.searchParams.set('nonce', crypto.randomBytes(16).toString('hex'));
		const noToken = new URL(url);
		noToken.searchParams.delete('nonce');
		const noItem = new URL(url);
		noItem.searchParams.set('item', '7');
		const answers = [
			await post(url, finalEvent(crypto.randomUUID())),
			await post(url, finalEvent(crypto.randomUUID(), { parent_call_sid: sid })),
			await post(url, finalEvent(sid, { parent_call_sid: crypto.randomUUID() })),
			await post(other.toString(), finalEvent(sid)),
			await post(noToken.toString(), finalEvent(sid)),
			await post(noItem.toString(), finalEvent(sid)),
			await post(url, finalEvent(sid), 'wh_secret_wrong'),
			await post(url, [finalEvent(sid)]),
			await post(url, { call_sid: sid }),
		];
		expect(answers.filter((status) => status >= 500)).toEqual([]);
		expect(answers[6]).toBe(401);
		expect(gateway.placed.at(-1).final_status).toBeUndefined();
		expect(flow.runs()).toEqual([]);
		await expectOnce(flow, [phone], ['answered']);
		expect(flow.runs()[0].items[0].duration).toBe(30);
	});

	test('the answer to a placement gets lost: the call\'s own webhooks tell its outcome', async () => {
		gateway.setFaults({ kind: 'reset-after-placing', count: 1 });
		const flow = await publish();
		const phone = newNumber('200');
		await flow.send([phone]);
		await expectOnce(flow, [phone], ['answered']);
		expect(flow.runs()[0].items[0]).toMatchObject({ call_sid: gateway.placed.at(-1).sid, duration: 2, hung_up_by: 'callee' });
	});

	test('not placed, so tried again (429, 480); and a call that was never placed is not waited for', async () => {
		const phones = [newNumber('486'), newNumber('200'), newNumber('001')];
		gateway.setFaults([
			{ kind: '429', count: 1, number: phones[0].slice(1) },
			{ kind: '480', count: 1, number: phones[1].slice(1) },
			{ kind: 'reset', number: phones[2].slice(1) },
		]);
		const flow = await publish();
		await flow.send(phones);
		await flow.ended();
		await gateway.idle();
		expect(flow.runs().map(({ items }) => items.map(({ outcome }) => outcome))).toEqual([['busy', 'answered', 'unknown']]);
		expect(phones.map((phone) => gateway.rang(phone))).toEqual([1, 1, 0]);
	});

	test('a lost final event: at the deadline the run goes on with "unknown" and the sid; others keep what was known', async () => {
		const [alone, lost, early] = [newNumber('200'), newNumber('486'), newNumber('200')];
		gateway.setFaults([
			{ kind: 'webhook-drop', event: 'completed', number: alone.slice(1) },
			{ kind: 'webhook-drop', event: 'busy', number: lost.slice(1) },
			{ kind: '401', number: early.slice(1) },
		]);
		const single = await publish({ waitAtMost: 0.05 });
		const several = await publish({ waitAtMost: 0.05 }, { onError: 'continueRegularOutput' });
		await single.send([alone]);
		await several.send([early, lost]);
		for (const flow of [single, several]) expect((await flow.ended(1, DEADLINE_TEST_MS))[0].status).toBe('success');
		const sidOf = (phone) => gateway.placed.find(({ number }) => number === phone).sid;
		expect(single.runs()).toEqual([
			expect.objectContaining({
				items: [expect.objectContaining({ phone: alone, outcome: 'unknown', timed_out: true, final: false, call_sid: sidOf(alone), message: expect.any(String) })],
			}),
		]);
		expect(several.runs().map(({ items }) => items)).toEqual([
			[
				expect.objectContaining({ phone: early, outcome: 'failed', error: expect.any(String) }),
				expect.objectContaining({ phone: lost, outcome: 'unknown', timed_out: true, call_sid: sidOf(lost) }),
			],
		]);
		expect([alone, lost, early].map((phone) => gateway.rang(phone))).toEqual([1, 1, 0]);
		// The lost event turns up after all: nothing runs again.
		const { body } = gateway.placed.find(({ number }) => number === alone);
		expect(await post((body.notifyUrl.url ?? body.notifyUrl).replace(/#.*/, ''), finalEvent(sidOf(alone)))).toBe(409);
		expect(single.runs()).toHaveLength(1);
	}, DEADLINE_TEST_MS);
});
