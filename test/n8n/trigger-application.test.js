'use strict';

const { client, openGateway } = require('./suite/session');
const { callNode, node, triggerNode, webhookNode, workflow } = require('./suite/workflows');

const NOTHING_CAME_WITHIN_MS = 400;

/** An endpoint's webhook, with everything that must come back as it was. */
const ENDPOINT_HOOK = {
	webhook_sid: 'beef0000-0000-4000-8000-0000000000ff', url: 'http://127.0.0.1:9/status?key=s3cr3t', method: 'GET', username: 'hookuser', password: 'hookpass',
};

describe('the trigger for all calls of an application', () => {
	let gateway;
	let credentials;
	beforeAll(async () => {
		({ gateway, credentials } = await openGateway());
	});
	beforeEach(() => gateway.reset());
	afterAll(() => gateway.close());

	const application = (index = 0) => gateway.world.applications[index];
	const whole = (index) => JSON.stringify(application(index));

	/** A workflow with the trigger, a step behind it, and what stands apart. */
	async function create(parameters = {}, apart = []) {
		const trigger = triggerNode(credentials, {
			calls: 'application', application: { __rl: true, mode: 'id', value: application().application_sid }, listenFor: 'final', ...parameters,
		});
		const { id } = await client.createWorkflow(workflow('All Calls', [trigger, node('n8n-nodes-base.noOp', 'Next', {})], apart));
		return { id, webhookId: trigger.webhookId };
	}

	async function publish(parameters, apart) {
		const created = await create(parameters, apart);
		await client.publish(created.id);
		return created;
	}

	function giveHook() {
		const row = { ...ENDPOINT_HOOK };
		gateway.world.webhooks.push(row);
		application().call_status_hook = row;
	}

	const inbound = () => gateway.receiveCall({ applicationSid: application().application_sid, from: '+442079460486', to: '+12025550200' });

	/** A call that no workflow has placed, and that names no URL. */
	async function placeFromOutside(to) {
		const { account_sid: account } = gateway.world.accounts[0];
		const { token } = gateway.world.api_keys[0];
		const answer = await fetch(`${gateway.url}/v1/Accounts/${account}/Calls`, {
			method: 'POST',
			headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
			body: JSON.stringify({ application_sid: application().application_sid, from: '+12025550100', to: { type: 'phone', number: to } }),
		});
		return (await answer.json()).sid;
	}

	test('published, it hears of inbound calls and of calls from outside; unpublished, everything is as before', async () => {
		const before = whole();
		const { id, webhookId } = await publish();
		expect(application().call_status_hook.url).toContain(`/webhook/${webhookId}/call-status#rc=5`);
		const { sid } = inbound();
		const placed = await placeFromOutside('+12025550486');
		const runs = await client.waitForRuns(id, 'Call Events', 2);
		expect(runs.map(({ items: [item] }) => [item.call_sid, item.direction, item.outcome]).sort()).toEqual(
			[[sid, 'inbound', 'answered'], [placed, 'outbound', 'busy']].sort(),
		);
		await client.unpublish(id);
		expect(whole()).toBe(before);
		// n8n saved what was forgotten, too: publishing and unpublishing once more changes nothing in the end.
		await client.publish(id);
		expect(application().call_status_hook.url).toContain(webhookId);
		await client.unpublish(id);
		expect(whole()).toBe(before);
	});

	test('a call that the workflow itself places is heard of once', async () => {
		const path = `all-calls-${Date.now()}`;
		const event = webhookNode(path);
		event.parameters.responseMode = 'onReceived';
		delete event.parameters.responseData;
		const place = callNode(credentials, { application: { __rl: true, mode: 'id', value: application().application_sid } });
		const trigger = triggerNode(credentials, { calls: 'application', application: { __rl: true, mode: 'id', value: application().application_sid }, listenFor: 'final' });
		const flow = workflow('Calls and Hears', [event, place], [trigger]);
		const { id } = await client.createWorkflow(flow);
		await client.publish(id);
		await client.callWebhook(path, { phone: '+12025550200' });
		const [{ items }] = await client.waitForRuns(id, 'Call Events', 1);
		expect(gateway.placed).toHaveLength(1);
		expect(gateway.placed[0].body).not.toHaveProperty('notifyUrl');
		expect(items[0]).toMatchObject({ call_sid: gateway.placed[0].sid, outcome: 'answered' });
		await gateway.idle();
		await new Promise((resolve) => setTimeout(resolve, NOTHING_CAME_WITHIN_MS));
		expect(await client.runsOf(id, 'Call Events')).toHaveLength(1);
		await client.unpublish(id);
		expect(application().call_status_hook).toBeNull();
	});

	test('a webhook of somebody else: publishing fails and says why; replaced when chosen, and put back', async () => {
		giveHook();
		const before = whole();
		await expect(publish()).rejects.toThrow(/already reports its calls to http:\/\/127\.0\.0\.1:9\/status\..*Cognigy\.AI endpoint.*Replace Existing Webhook/);
		expect(whole()).toBe(before);
		const { id } = await publish({ replaceExistingWebhook: true });
		expect(application().call_status_hook).toMatchObject({ webhook_sid: ENDPOINT_HOOK.webhook_sid, method: 'POST', password: 'hookpass' });
		inbound();
		await client.waitForRuns(id, 'Call Events', 1);
		await client.unpublish(id);
		expect(whole()).toBe(before);
	});

	test('two workflows on one application: the second is refused, the first goes on', async () => {
		const first = await publish();
		await expect(publish({ replaceExistingWebhook: true })).rejects.toThrow(new RegExp(`the trigger of workflow ${first.id} of this n8n`));
		inbound();
		await client.waitForRuns(first.id, 'Call Events', 1);
		await client.unpublish(first.id);
		expect(application().call_status_hook).toBeNull();
	});

	test('a gateway in trouble does not keep a workflow from being unpublished, and the next publishing puts it right', async () => {
		giveHook();
		const before = whole();
		const { id } = await publish({ replaceExistingWebhook: true });
		gateway.setFaults([{ kind: '500', operation: 'applications' }]);
		await client.unpublish(id);
		gateway.clearFaults();
		expect(whole()).not.toBe(before);
		await client.publish(id);
		await client.unpublish(id);
		expect(whole()).toBe(before);
	});

	test('listening for a test event leaves the application alone', async () => {
		const before = whole();
		const { id } = await create();
		await client.runManually(id, 'Call Events');
		expect(whole()).toBe(before);
		await client.request('DELETE', `/test-webhook/${id}`);
		expect(whole()).toBe(before);
		expect(gateway.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
	});
});
