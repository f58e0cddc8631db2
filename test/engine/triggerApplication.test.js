'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, ENDPOINT_HOOK, OTHER_APPLICATION, applicationIn, between, giveHook, hookOf, published, triggerOf } = require('./applications');
const { locator } = require('./calls');
const { closeServers, deadUrl } = require('./servers');

const URL_OF_TRIGGER = 'https://n8n.example.com/webhook/11111111-1111-4111-8111-111111111111/call-status';
const TOKEN = 'a-token-of-more-than-20-characters';

let gateway;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => {
	await gateway.close();
	await closeServers();
});

const whole = (sid) => JSON.stringify(applicationIn(gateway, sid));
const changes = () => gateway.requests.filter(({ method }) => method === 'PUT');

describe('an application without a status webhook', () => {
	test('reports to the trigger while it is published, and to nobody again after', async () => {
		const before = whole();
		const trigger = published(gateway);
		expect(await trigger.checkExists()).toBe(false);
		await trigger.publish();
		expect(hookOf(gateway)).toMatchObject({ method: 'POST', username: null, password: null });
		expect(hookOf(gateway).url.split('#')[0]).toBe(URL_OF_TRIGGER);
		expect(hookOf(gateway).url).toMatch(/#rc=5&rp=ct,4xx,5xx&/);
		expect(await trigger.checkExists()).toBe(true);
		expect(trigger.stored).toEqual({ [APPLICATION]: { node: 'trigger-id', url: URL_OF_TRIGGER, before: null } });
		await trigger.remove();
		expect(whole()).toBe(before);
		expect(trigger.stored).toEqual({});
		expect(await trigger.checkExists()).toBe(false);
		expect(trigger.log).toEqual({ warn: [], error: [] });
	});

	test('nothing else of it changes meanwhile, and nothing of any other', async () => {
		const { call_status_hook: none, ...before } = structuredClone(applicationIn(gateway));
		const others = [whole(OTHER_APPLICATION), JSON.stringify(gateway.world.webhooks)];
		await published(gateway).publish();
		const { call_status_hook: hook, ...after } = applicationIn(gateway);
		expect(none).toBeNull();
		expect(after).toEqual(before);
		expect([whole(OTHER_APPLICATION), JSON.stringify(gateway.world.webhooks.filter((row) => row !== hook))]).toEqual(others);
	});

	test('publishing again when it is registered changes nothing', async () => {
		const trigger = published(gateway);
		await trigger.publish();
		await trigger.publish();
		await trigger.create();
		expect(changes()).toHaveLength(1);
	});

	test('the token stands in the registered URL', async () => {
		await published(gateway, { parameters: { verification: 'token', token: TOKEN } }).publish();
		expect(hookOf(gateway).url.split('#')[0]).toBe(`${URL_OF_TRIGGER}?token=${TOKEN}`);
	});

	test('a new token is registered in the place of the old one', async () => {
		const first = published(gateway, { parameters: { verification: 'token', token: TOKEN } });
		await first.publish();
		const second = published(gateway, { parameters: { verification: 'token', token: `${TOKEN}2` }, stored: first.state.stored });
		expect(await second.checkExists()).toBe(false);
		await second.publish();
		expect(hookOf(gateway).url.split('#')[0]).toBe(`${URL_OF_TRIGGER}?token=${TOKEN}2`);
		await second.remove();
		expect(hookOf(gateway)).toBeNull();
	});

	test('the secret is asked for as in the other mode', async () => {
		gateway.setFaults([{ kind: '403', operation: 'webhookSecret' }]);
		const error = await published(gateway, { parameters: { verification: 'signature' } }).refusal();
		expect(error.message).toMatch(/webhook secret cannot be read/);
		expect(changes()).toEqual([]);
	});
});

describe('an application that reports to somebody else', () => {
	test('is refused, with what would break and how to go on', async () => {
		giveHook(gateway);
		const before = whole();
		const trigger = published(gateway);
		const error = await trigger.refusal();
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toMatch(/^The application "Appointment Reminder" already reports its calls to https:\/\/endpoint\.example\.test\//);
		expect(error.message).toMatch(/Cognigy\.AI endpoint.*no longer learns how its calls go on.*Replace Existing Webhook.*Of This Workflow/);
		expect(whole()).toBe(before);
		expect(changes()).toEqual([]);
		expect(trigger.stored).toEqual({});
		expect(trigger.log).toEqual({ warn: [], error: [] });
	});

	test('its secrets stay out of the message', async () => {
		giveHook(gateway);
		const { message, description = '' } = await published(gateway).refusal();
		for (const secret of ['s3cr3t', '3f9a77bcd01e5562aa', 'hookuser', 'hookpass']) expect(`${message}${description}`).not.toContain(secret);
	});

	test('is taken over with Replace Existing Webhook, and gets back every byte', async () => {
		giveHook(gateway);
		const before = whole();
		const trigger = published(gateway, { parameters: { replaceExistingWebhook: true } });
		await trigger.publish();
		expect(hookOf(gateway)).toMatchObject({ webhook_sid: ENDPOINT_HOOK.webhook_sid, method: 'POST' });
		expect(hookOf(gateway).url.split('#')[0]).toBe(URL_OF_TRIGGER);
		expect(await trigger.checkExists()).toBe(true);
		await trigger.remove();
		expect(whole()).toBe(before);
		expect(trigger.stored).toEqual({});
	});

	test('its user name and password are neither stored nor sent', async () => {
		giveHook(gateway);
		const trigger = published(gateway, { parameters: { replaceExistingWebhook: true } });
		await trigger.publish();
		expect(JSON.stringify(trigger.state.stored) + hookOf(gateway).url).not.toMatch(/hookuser|hookpass/);
		expect(hookOf(gateway)).toMatchObject({ username: 'hookuser', password: 'hookpass' });
	});

	test('what the replaced URL held never reaches the receiver of the webhooks', async () => {
		giveHook(gateway);
		const trigger = published(gateway, { parameters: { replaceExistingWebhook: true } });
		await trigger.publish();
		const [wire] = hookOf(gateway).url.split('#');
		expect(wire).not.toMatch(/endpoint|s3cr3t/);
		expect(wire).not.toContain(Buffer.from('endpoint.example').toString('base64url').slice(0, 12));
	});

	test('a very long URL is kept in the stored data alone', async () => {
		giveHook(gateway, { ...ENDPOINT_HOOK, url: `https://endpoint.example.test/${'x'.repeat(900)}` });
		const before = whole();
		const trigger = published(gateway, { parameters: { replaceExistingWebhook: true } });
		await trigger.publish();
		expect(hookOf(gateway).url.length).toBeLessThanOrEqual(1024);
		await trigger.remove();
		expect(whole()).toBe(before);
	});
});

describe('changed by somebody else after publishing', () => {
	test('stays as it is when the workflow is unpublished, and that is logged', async () => {
		const trigger = published(gateway);
		await trigger.publish();
		applicationIn(gateway).call_status_hook.url = 'https://elsewhere.example.test/status';
		const now = whole();
		expect(await trigger.checkExists()).toBe(false);
		expect(await trigger.remove()).toBe(true);
		expect(whole()).toBe(now);
		expect(trigger.stored).toEqual({});
		expect(trigger.log.warn).toEqual([expect.stringMatching(/"Appointment Reminder" was changed after.*stays as it is/)]);
	});

	test('a webhook that somebody took away is not brought back, and is registered again by publishing', async () => {
		const trigger = published(gateway);
		await trigger.publish();
		applicationIn(gateway).call_status_hook = null;
		expect(await trigger.checkExists()).toBe(false);
		await trigger.publish();
		expect(hookOf(gateway).url).toContain(URL_OF_TRIGGER);
	});

	test('is not replaced by publishing again, unless that is chosen', async () => {
		const trigger = published(gateway);
		await trigger.publish();
		applicationIn(gateway).call_status_hook.url = 'https://elsewhere.example.test/status';
		expect((await trigger.refusal()).message).toMatch(/already reports its calls to https:\/\/elsewhere/);
		expect(hookOf(gateway).url).toBe('https://elsewhere.example.test/status');
	});
});

describe('two triggers', () => {
	const second = (more) => published(gateway, {
		workflowId: 'workflow-2', nodes: [triggerOf({ replaceExistingWebhook: true }, { id: 'second-id', webhookId: '22222222-2222-4222-8222-222222222222' })], ...more,
	});

	test('of different workflows: the second is refused, and told which the first is', async () => {
		const first = published(gateway);
		await first.publish();
		const now = whole();
		const error = await second().refusal();
		expect(error.message).toMatch(/already reports its calls to another Voice Gateway Trigger: the trigger of workflow workflow-1 of this n8n, at https:\/\/n8n\.example\.com\/webhook\/11111111.*\/call-status\./);
		expect(whole()).toBe(now);
		expect(await first.checkExists()).toBe(true);
	});

	test('of different n8n', async () => {
		await published(gateway, { instance: 'a-very-different-n8n', base: 'https://staging.example.com' }).publish();
		expect((await published(gateway).refusal()).message).toMatch(/the trigger of workflow workflow-1 of another n8n, at https:\/\/staging\.example\.com/);
	});

	test('one whose URL was entered by hand is a trigger too', async () => {
		giveHook(gateway, { ...ENDPOINT_HOOK, url: 'https://other.example.com/hooks/33333333-3333-4333-8333-333333333333/call-status?token=hidden' });
		const { message } = await second().refusal();
		expect(message).toMatch(/another Voice Gateway Trigger: https:\/\/other\.example\.com\/hooks\/33333333-3333-4333-8333-333333333333\/call-status\. /);
		expect(message).not.toContain('hidden');
	});

	test('of one workflow: refused by name, and the failed publishing leaves nothing behind', async () => {
		const [a, b] = [triggerOf(), triggerOf({}, { id: 'second-id', name: 'Second', webhookId: '22222222-2222-4222-8222-222222222222' })];
		const before = whole();
		const first = published(gateway, { nodes: [a, b] });
		// n8n activates both, then saves; the second one fails, so nothing is saved, and it deactivates both.
		await first.create();
		const error = await published(gateway, { nodes: [b, a] }).create().catch((thrown) => thrown);
		expect(error.message).toMatch(/the trigger "Call events" of this workflow, at /);
		await published(gateway, { nodes: [b, a] }).remove();
		expect(hookOf(gateway)).not.toBeNull();
		await published(gateway, { nodes: [a, b] }).remove();
		expect(whole()).toBe(before);
	});

	test('of one workflow, published side by side: one of them, and the other is refused', async () => {
		const [a, b] = [triggerOf(), triggerOf({}, { id: 'second-id', name: 'Second', webhookId: '22222222-2222-4222-8222-222222222222' })];
		const results = await Promise.allSettled([published(gateway, { nodes: [a, b] }).create(), published(gateway, { nodes: [b, a] }).create()]);
		expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(results.find(({ reason }) => reason).reason.message).toMatch(/already reports its calls to another Voice Gateway Trigger: the trigger ".+" of this workflow/);
		expect(hookOf(gateway).url).toContain(results[0].status === 'fulfilled' ? '11111111-' : '22222222-');
	});

	test('of two n8n in the same moment: the one that was overtaken is refused, and does not undo the other', async () => {
		await second({ instance: 'a-very-different-n8n' }).publish();
		const theirs = { ...hookOf(gateway) };
		applicationIn(gateway).call_status_hook = null;
		const overtaken = await between(gateway, async ({ method }, forward) => {
			const answer = await forward();
			if (method === 'PUT') applicationIn(gateway).call_status_hook = theirs;
			return answer;
		});
		const error = await published(overtaken).refusal();
		expect(error.message).toMatch(/the trigger of workflow workflow-2 of another n8n/);
		expect(hookOf(gateway)).toEqual(theirs);
	});

	test('the first unpublished, the second may', async () => {
		const first = published(gateway);
		await first.publish();
		await first.remove();
		await second().publish();
		expect(hookOf(gateway).url).toContain('22222222-2222');
	});

	test('of two applications do not disturb each other', async () => {
		await published(gateway).publish();
		const other = second({ nodes: [triggerOf({ application: locator(OTHER_APPLICATION, 'id') }, { id: 'second-id' })] });
		await other.publish();
		await other.remove();
		expect(hookOf(gateway, OTHER_APPLICATION)).toBeNull();
		expect(hookOf(gateway).url).toContain(URL_OF_TRIGGER);
	});
});

describe('the address', () => {
	test.each([
		['http://localhost:5678', /^Calls: the gateway cannot reach localhost:5678.*WEBHOOK_URL/],
		['http://192.168.1.5:5678', /^Calls: the gateway is in the cloud.*192\.168\.1\.5.*WEBHOOK_URL/],
	])('of an n8n at %s cannot be reached by a gateway in the cloud, which is said with the remedy', async (base, message) => {
		const error = await published(gateway, { base, credential: { environment: 'trialEu' } }).create().catch((thrown) => thrown);
		expect(error.message).toMatch(message);
	});

	test.each(['', 'nonsense', '={{ undefined }}'])('the application %p is refused before anything is asked', async (value) => {
		const error = await published(gateway, { parameters: { application: locator(value, 'id') } }).refusal();
		expect(error.message).toMatch(/^Application: .*Choose the application from the list/);
		expect(gateway.requests).toEqual([]);
	});
});

describe('listening for a test event', () => {
	test('leaves the application alone, before and after', async () => {
		const before = whole();
		const test = published(gateway, { mode: 'manual' });
		expect(await test.checkExists()).toBe(false);
		expect(await test.create()).toBe(true);
		expect(await test.remove()).toBe(true);
		expect(whole()).toBe(before);
		expect(gateway.requests).toEqual([]);
	});

	test('while the workflow is published leaves the registration alone', async () => {
		const live = published(gateway);
		await live.publish();
		const test = published(gateway, { mode: 'manual', stored: live.state.stored });
		await test.create();
		await test.remove();
		expect(await live.checkExists()).toBe(true);
		expect(test.state.stored).toEqual(live.state.stored);
	});
});

test('a gateway that is down when the credential needs it for nothing else is said in words of ours', async () => {
	const error = await published(gateway, { credential: { baseUrl: await deadUrl() } }).create().catch((thrown) => thrown);
	expect(error.message).toMatch(/^The application a9900000.* cannot be read\. The gateway at 127\.0\.0\.1:\d+ cannot be reached/);
}, 30_000);
