'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, ENDPOINT_HOOK, applicationIn, between, giveHook, hookOf, published } = require('./applications');
const { closeServers, deadUrl } = require('./servers');

/** A gateway that refuses, fails, lies or forgets: the application ends as wanted, or as it was, and the message says which. */

const REPLACE = { parameters: { replaceExistingWebhook: true } };
const OK = { status: 204 };

let gateway;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => {
	await gateway.close();
	await closeServers();
});

const whole = () => JSON.stringify(applicationIn(gateway));
const through = async (alter, setup = REPLACE) => published(await between(gateway, alter), setup);
const isChange = ({ method }) => method === 'PUT';
const SERVER_ERROR = { status: 500, text: '{"msg":"You have an error in your SQL syntax"}' };

describe('changed all the same', () => {
	test.each([
		['500', SERVER_ERROR],
		['no answer', 'cut'],
		['a web page', { status: 502, text: '<!DOCTYPE html><html></html>' }],
	])('although the answer was %s: it counts, for registering and for putting back', async (_what, answer) => {
		giveHook(gateway);
		const before = whole();
		const trigger = await through(async (request, forward) => {
			const real = await forward();
			return isChange(request) ? answer : real;
		});
		await trigger.publish();
		expect(hookOf(gateway).url).toMatch(/^https:\/\/n8n\.example\.com/);
		expect(await trigger.checkExists()).toBe(true);
		await trigger.remove();
		expect(whole()).toBe(before);
		expect(trigger.log.error).toEqual([]);
	});

	test('the quirk of the real server: hooks are written before the rest fails', async () => {
		giveHook(gateway);
		const trigger = await through(async (request, forward) => {
			if (!isChange(request)) return await forward();
			const { name: _name, ...hooks } = request.body;
			return await forward(JSON.stringify(hooks));
		});
		await trigger.publish();
		expect(hookOf(gateway).url).toMatch(/^https:\/\/n8n\.example\.com/);
	});
});

describe('refused', () => {
	test.each([
		['403', { kind: '403', operation: 'updateApplication' }, /could not be told to report to this trigger\. The API key may read the application, but not change it\..*insufficient permissions.*Nothing was changed\.$/],
		['401', { kind: '401', operation: 'updateApplication' }, /does not accept the API key.*Nothing was changed/],
		['500', { kind: '500', operation: 'updateApplication' }, /HTTP 500.*Nothing was changed/],
		['a lost connection', { kind: 'reset', operation: 'updateApplication' }, /did not answer.*Nothing was changed/],
		['403 for reading', { kind: '403', operation: 'applications' }, /^The application a9900000.* cannot be read\. The API key may not do this/],
		['a web page for reading', { kind: 'html', operation: 'applications' }, /cannot be read\. The gateway's answer \(HTTP 200\) cannot be read/],
		['429 for long', { kind: '429', operation: 'applications', retryAfter: 60 }, /cannot be read\. The gateway's rate limit is reached/],
	])('with %s: said, and nothing is changed', async (_what, fault, message) => {
		giveHook(gateway);
		const before = whole();
		gateway.setFaults([fault]);
		const trigger = published(gateway, REPLACE);
		const error = await trigger.refusal();
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toMatch(message);
		expect(error.message).not.toMatch(/dial|placed|call may/i);
		expect(whole()).toBe(before);
		expect(trigger.stored).toEqual({});
	}, 30_000);

	test('an application that does not exist', async () => {
		const error = await published(gateway, { parameters: { application: { __rl: true, mode: 'id', value: 'a9900000-0000-4000-8000-00000000dead' } } }).refusal();
		expect(error.message).toBe('There is no application a9900000-0000-4000-8000-00000000dead at this gateway. Choose the application again from the list.');
	});

	test('an application without a calling webhook', async () => {
		applicationIn(gateway).call_hook = null;
		const error = await published(gateway).refusal();
		expect(error.message).toMatch(/It has no Calling Webhook, and the gateway takes a Status Webhook only together with one\. Enter one for/);
	});

	test('an application of another account', async () => {
		const trigger = await through(async (request, forward) => {
			const answer = await forward();
			return isChange(request) ? answer : { ...answer, text: JSON.stringify({ ...JSON.parse(answer.text), account_sid: 'ac3e0000-0000-4000-8000-00000000ffff' }) };
		});
		expect((await trigger.refusal()).message).toMatch(/"Appointment Reminder" belongs to another account than the credential/);
	});

	test('a rate limit that passes is waited for', async () => {
		gateway.setFaults([{ kind: '429', operation: 'updateApplication', retryAfter: 1, count: 1 }]);
		const trigger = published(gateway);
		await trigger.publish();
		gateway.setFaults([{ kind: '429', operation: 'updateApplication', retryAfter: 1, count: 1 }]);
		await trigger.remove();
		expect(hookOf(gateway)).toBeNull();
	}, 20_000);
});

describe('not as wanted', () => {
	test('the gateway says it was done and did nothing', async () => {
		const before = whole();
		const trigger = await through(async (request, forward) => (isChange(request) ? OK : await forward()));
		expect((await trigger.refusal()).message).toMatch(/said it was done, but reads back something else\. Nothing was changed\./);
		expect(whole()).toBe(before);
	});

	test.each([['a webhook', true], ['no webhook', false]])('the gateway mangles the URL: %s that was there is put back', async (_what, some) => {
		if (some) giveHook(gateway);
		const before = whole();
		let first = true;
		const trigger = await through(async (request, forward) => {
			if (!isChange(request) || !first) return await forward();
			first = false;
			request.body.call_status_hook.url = 'https://n8n.example.com/cut-off';
			return await forward(JSON.stringify(request.body));
		});
		const error = await trigger.create().catch((thrown) => thrown);
		expect(error.message).toMatch(/What was there before has been put back\.$/);
		expect(whole()).toBe(before);
		expect(trigger.stored).toEqual({});
	});

	test('... and if that fails too, the message says what it was, without its secrets', async () => {
		giveHook(gateway);
		let changes = 0;
		const trigger = await through(async (request, forward) => {
			if (!isChange(request)) return await forward();
			if (++changes > 1) return SERVER_ERROR;
			request.body.call_status_hook.url = 'https://n8n.example.com/cut-off';
			return await forward(JSON.stringify(request.body));
		});
		const error = await trigger.create().catch((thrown) => thrown);
		expect(error.message).toMatch(/could not be put back either: correct the webhooks of the application.*The Status Webhook was: https:\/\/endpoint\.example\.test\/.*\/status\.$/);
		expect(error.message).not.toMatch(/s3cr3t|3f9a77bcd01e5562aa/);
	});

	test('the second read fails: the message says that it is not known, and publishing again puts it right', async () => {
		giveHook(gateway);
		const before = whole();
		let blind = false;
		const trigger = await through(async (request, forward) => {
			if (blind) return SERVER_ERROR;
			blind = isChange(request);
			return await forward();
		});
		const error = await trigger.create().catch((thrown) => thrown);
		expect(error.message).toMatch(/It is not known what became of its Status Webhook.*Publish the workflow again later/);
		blind = false;
		const again = published(gateway, REPLACE);
		await again.publish();
		await again.remove();
		expect(whole()).toBe(before);
	});

	test('a calling webhook that somebody changes at the same moment is not set back', async () => {
		const trigger = await through(async (request, forward) => {
			const answer = await forward();
			if (isChange(request)) applicationIn(gateway).call_hook.url = 'https://endpoint.example.test/voice/new';
			return answer;
		});
		const error = await trigger.refusal();
		expect(error.message).toMatch(/What was there before has been put back/);
		expect(applicationIn(gateway).call_hook.url).toBe('https://endpoint.example.test/voice/new');
		expect(hookOf(gateway)).toBeNull();
	});
});

describe('what the gateway shows of passwords', () => {
	const altered = (change) => async (request, forward) => {
		const answer = await forward();
		if (request.method !== 'GET') return answer;
		const app = JSON.parse(answer.text);
		for (const name of ['call_hook', 'call_status_hook']) if (app[name]) change(app[name]);
		return { ...answer, text: JSON.stringify(app) };
	};

	test.each([
		['masks them', (hook) => Object.assign(hook, { username: hook.username && '***', password: hook.password && '***' })],
		['omits them', (hook) => { delete hook.username; delete hook.password; }],
	])('a gateway that %s loses none of them', async (_what, change) => {
		giveHook(gateway);
		Object.assign(applicationIn(gateway).call_hook, { username: 'caller', password: 'secret' });
		const before = whole();
		const trigger = await through(altered(change));
		await trigger.publish();
		expect(applicationIn(gateway).call_hook).toMatchObject({ username: 'caller', password: 'secret' });
		await trigger.remove();
		expect(whole()).toBe(before);
	});

	test('a gateway that tells no IDs of webhooks is refused, rather than losing a password', async () => {
		giveHook(gateway);
		Object.assign(applicationIn(gateway).call_hook, { username: 'caller', password: 'secret' });
		const before = whole();
		const trigger = await through(altered((hook) => delete hook.webhook_sid));
		expect((await trigger.refusal()).message).toMatch(/cannot be changed safely.*its password could be lost/);
		applicationIn(gateway).call_hook.username = null;
		applicationIn(gateway).call_hook.password = null;
		expect((await trigger.refusal()).message).toMatch(/does not tell the ID of that webhook, so it could not be put back as it is/);
		applicationIn(gateway).call_hook.username = 'caller';
		applicationIn(gateway).call_hook.password = 'secret';
		expect(whole()).toBe(before);
	});
});

describe('a gateway with limits of its own', () => {
	const noRemoval = async (request, forward) => (isChange(request) && 'call_status_hook_sid' in request.body ? { status: 500, text: '{"msg":"Unknown column"}' } : await forward());

	test('that cannot take a webhook away: ours stays, without retries, is told in the log, and is in nobody\'s way', async () => {
		const trigger = await through(noRemoval, {});
		await trigger.publish();
		expect(await trigger.remove()).toBe(true);
		expect(hookOf(gateway).url).toMatch(/^https:\/\/n8n\.example\.com\/.*#n8n=.*&off=1/);
		expect(hookOf(gateway).url).not.toContain('rc=5');
		expect(trigger.log.warn).toEqual([expect.stringMatching(/does not let the Status Webhook of the application "Appointment Reminder" be empty again.*remove it in the Self-Service Portal/)]);
		expect(trigger.stored).toEqual({});
		expect(await trigger.checkExists()).toBe(false);
		const other = published(gateway, { workflowId: 'workflow-2' });
		await other.publish();
		await other.remove();
		expect(hookOf(gateway)).toBeNull();
		await trigger.publish();
		await trigger.remove();
		await trigger.remove();
		expect(hookOf(gateway).url).toContain('off=1');
	});

	test('that drops fragments: registered, put back from the stored data', async () => {
		giveHook(gateway);
		const before = whole();
		const trigger = await through(async (request, forward) => {
			if (isChange(request) && request.body.call_status_hook) request.body.call_status_hook.url = request.body.call_status_hook.url.split('#')[0];
			return await forward(request.body && JSON.stringify(request.body));
		});
		await trigger.publish();
		expect(hookOf(gateway).url).not.toContain('#');
		expect(await trigger.checkExists()).toBe(true);
		await trigger.remove();
		expect(whole()).toBe(before);
	});
});

describe('unpublishing never fails', () => {
	test.each([
		['403', { kind: '403', operation: 'updateApplication' }],
		['500 for reading', { kind: '500', operation: 'applications' }],
		['a lost connection', { kind: 'reset', operation: 'updateApplication' }],
	])('with %s: it is logged, and stays written down', async (_what, fault) => {
		giveHook(gateway);
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		gateway.setFaults([fault]);
		expect(await trigger.remove()).toBe(true);
		expect(trigger.log.error).toEqual([expect.stringMatching(/could not be put back/)]);
		expect(Object.keys(trigger.stored)).toEqual([APPLICATION]);
		gateway.clearFaults();
		await trigger.remove();
		expect(hookOf(gateway)).toEqual(ENDPOINT_HOOK);
	});

	test('with an application that is gone there is nothing to do', async () => {
		const trigger = published(gateway);
		await trigger.publish();
		gateway.world.applications.splice(0, 1);
		expect(await trigger.remove()).toBe(true);
		expect(trigger.log).toEqual({ warn: [], error: [] });
		expect(trigger.stored).toEqual({});
	});

	test('with a credential that cannot be used any more', async () => {
		const trigger = published(gateway);
		await trigger.publish();
		const broken = published(gateway, { stored: trigger.state.stored, credential: { accountSid: 'x' } });
		expect(await broken.remove()).toBe(true);
		expect(broken.log.error).toEqual([expect.stringMatching(/could not be put back.*Account SID is not a UUID/)]);
	});

	test('with a gateway that is gone, and nothing in the log that is secret', async () => {
		giveHook(gateway);
		const trigger = published(gateway, REPLACE);
		await trigger.publish();
		const down = published(gateway, { ...REPLACE, stored: trigger.state.stored, credential: { baseUrl: await deadUrl() } });
		await down.remove();
		expect(JSON.stringify(down.log)).not.toMatch(/s3cr3t|hookpass|demo0000-acme/);
	}, 20_000);
});
