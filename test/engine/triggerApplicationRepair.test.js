'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, ENDPOINT_HOOK, OTHER_APPLICATION, applicationIn, giveHook, hookOf, published, triggerOf } = require('./applications');
const { call, locator } = require('./calls');
const { deadUrl } = require('./servers');

/** What a crash, a lost memory or a failed deactivation leaves behind is put right by what comes next. */

const PATH = '/webhook/11111111-1111-4111-8111-111111111111/call-status';
const REPLACE = { parameters: { replaceExistingWebhook: true } };

let gateway;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => await gateway.close());

const whole = (sid) => JSON.stringify(applicationIn(gateway, sid));
const withHook = { 'with a webhook of somebody else': () => giveHook(gateway), 'without any webhook': () => undefined };

describe.each(Object.entries(withHook))('an application %s', (_what, prepare) => {
	test('a crash between registering and saving: unpublishing still puts back what was there', async () => {
		prepare();
		const before = whole();
		await published(gateway, REPLACE).publish();
		// The stored data of that activation were never saved.
		await published(gateway, REPLACE).remove();
		expect(whole()).toBe(before);
	});

	test('a crash between registering and saving: publishing again keeps what was there before, not our own URL', async () => {
		prepare();
		const before = whole();
		await published(gateway, REPLACE).publish();
		const again = published(gateway, { ...REPLACE, base: 'https://n8n-new.example.com' });
		await again.publish();
		expect(hookOf(gateway).url).toMatch(new RegExp(`^https://n8n-new\\.example\\.com${PATH}#`));
		expect(JSON.stringify(again.stored)).not.toContain('call-status","method');
		await again.remove();
		expect(whole()).toBe(before);
	});

	test('a crash between registering and saving: n8n starts again, finds it registered, and remembers it', async () => {
		prepare();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const { stored } = trigger;
		const restarted = published(gateway, { ...REPLACE, activation: 'init' });
		expect(await restarted.checkExists()).toBe(true);
		expect(restarted.stored).toEqual(stored);
	});

	test('a crash between restoring and forgetting: the memory that stayed harms nothing', async () => {
		prepare();
		const before = whole();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const old = structuredClone(trigger.state.stored);
		await trigger.remove();
		const again = published(gateway, { ...REPLACE, stored: old });
		await again.remove();
		expect(whole()).toBe(before);
		await again.publish();
		await again.remove();
		expect(whole()).toBe(before);
		expect(again.stored).toEqual({});
	});

	test('an old memory does not win over what is there now', async () => {
		prepare();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const old = structuredClone(trigger.state.stored);
		await trigger.remove();
		// In the meantime an administrator changed it.
		const now = hookOf(gateway) === null ? giveHook(gateway) : applicationIn(gateway).call_status_hook;
		now.url = 'https://new-endpoint.example.test/status';
		const before = whole();
		const again = published(gateway, { ...REPLACE, stored: old });
		await again.publish();
		await again.remove();
		expect(whole()).toBe(before);
	});

	test('a gateway that is down at unpublishing: it succeeds, says so in the log, and publishing once more puts it right', async () => {
		prepare();
		const before = whole();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const down = published(gateway, { ...REPLACE, stored: trigger.state.stored, credential: { baseUrl: await deadUrl() } });
		expect(await down.remove()).toBe(true);
		expect(down.log.error).toEqual([expect.stringMatching(/could not be put back.*Publish and unpublish the workflow again.*cannot be reached/)]);
		expect(down.stored).toHaveProperty([APPLICATION]);
		const again = published(gateway, { ...REPLACE, stored: down.state.stored });
		await again.publish();
		await again.remove();
		expect(whole()).toBe(before);
		expect(again.stored).toEqual({});
	}, 20_000);

	test('a gateway that is down at unpublishing, and the trigger then listens to another application: the first is put right', async () => {
		prepare();
		const before = whole();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const moved = published(gateway, { parameters: { application: locator(OTHER_APPLICATION, 'id') }, stored: trigger.state.stored });
		expect(await moved.checkExists()).toBe(false);
		await moved.publish();
		expect(whole()).toBe(before);
		expect(Object.keys(moved.stored)).toEqual([OTHER_APPLICATION]);
		await moved.remove();
		expect(hookOf(gateway, OTHER_APPLICATION)).toBeNull();
	});

	test('... or to the calls of its workflow', async () => {
		prepare();
		const before = whole();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const paired = published(gateway, { parameters: { calls: 'workflow' }, stored: trigger.state.stored });
		expect(await paired.checkExists()).toBe(false);
		await paired.publish();
		expect(whole()).toBe(before);
		expect(paired.stored).toEqual({});
		expect(await paired.checkExists()).toBe(true);
	});

	test('... or was deleted: another trigger of the workflow puts it right', async () => {
		prepare();
		const before = whole();
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const other = published(gateway, { nodes: [triggerOf({ calls: 'workflow' }, { id: 'another-id' })], stored: trigger.state.stored });
		await other.publish();
		expect(whole()).toBe(before);
		expect(other.stored).toEqual({});
	});

	test('... or was replaced by a new node: that takes over what was there before', async () => {
		prepare();
		const before = whole();
		await published(gateway, REPLACE).publish();
		const node = triggerOf({}, { id: 'new-id', webhookId: '44444444-4444-4444-8444-444444444444' });
		const next = published(gateway, { nodes: [node] });
		await next.publish();
		expect(hookOf(gateway).url).toContain('44444444-4444');
		await next.remove();
		expect(whole()).toBe(before);
	});
});

describe('our own URL is recognised', () => {
	test.each([
		['on another host', `https://old-host.example.com${PATH}`],
		['on this machine', `http://localhost:5678${PATH}`],
		['under another path for webhooks', 'https://n8n.example.com/hooks/11111111-1111-4111-8111-111111111111/call-status?token=old'],
		['for tests', 'https://n8n.example.com/webhook-test/11111111-1111-4111-8111-111111111111/call-status'],
		['in capitals', `https://N8N.example.com${PATH.toUpperCase().replace('CALL-STATUS', 'call-status')}`],
	])('%s, entered by hand: it is replaced without asking, and nothing is there after', async (_what, url) => {
		giveHook(gateway, { ...ENDPOINT_HOOK, url, method: 'POST' });
		const trigger = published(gateway);
		await trigger.publish();
		expect(hookOf(gateway).url.split('#')[0]).toBe(`https://n8n.example.com${PATH}`);
		expect(Object.values(trigger.stored)).toEqual([expect.objectContaining({ before: null })]);
		await trigger.remove();
		expect(hookOf(gateway)).toBeNull();
	});

	test('with a webhook ID of earlier, by its mark', async () => {
		await published(gateway, { nodes: [triggerOf({}, { webhookId: '99999999-9999-4999-8999-999999999999' })] }).publish();
		const trigger = published(gateway);
		await trigger.publish();
		await trigger.remove();
		expect(hookOf(gateway)).toBeNull();
	});

	test('copied by hand from one application to another: the memory of the first does not count for the second', async () => {
		giveHook(gateway);
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		giveHook(gateway, { ...ENDPOINT_HOOK, webhook_sid: 'beef0000-0000-4000-8000-0000000000aa', url: hookOf(gateway).url }, OTHER_APPLICATION);
		const other = published(gateway, { parameters: { application: locator(OTHER_APPLICATION, 'id') } });
		await other.publish();
		await other.remove();
		expect(hookOf(gateway, OTHER_APPLICATION)).toBeNull();
	});
});

describe('n8n starts while the gateway is away', () => {
	const restarted = async (activation) => {
		const trigger = published(gateway);
		await trigger.publish();
		return published(gateway, { stored: trigger.state.stored, credential: { baseUrl: await deadUrl() }, activation });
	};

	test('a trigger that was registered stays on the air', async () => {
		expect(await (await restarted('init')).checkExists()).toBe(true);
		expect(await (await restarted('leadershipChange')).checkExists()).toBe(true);
	});

	test('somebody who publishes is told', async () => {
		expect(await (await restarted('activate')).checkExists()).toBe(false);
		expect(await published(gateway, { credential: { baseUrl: await deadUrl() }, activation: 'init' }).checkExists()).toBe(false);
	});
});

test('switched from the calls of the workflow to an application, the trigger is not announced any more', async () => {
	const paired = published(gateway, { parameters: { calls: 'workflow' } });
	await paired.publish();
	const trigger = published(gateway, { stored: paired.state.stored });
	await trigger.publish();
	expect(trigger.state.stored.global.cognigyVoiceGatewayTriggers).toEqual({});
	await call(gateway, { parameters: { statusUpdates: 'trigger' }, staticData: trigger.state.stored, extraNodes: [triggerOf()] });
	expect(gateway.placed[0].body).not.toHaveProperty('notifyUrl');
});
