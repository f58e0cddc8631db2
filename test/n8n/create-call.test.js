'use strict';

const { client, openGateway } = require('./suite/session');
const { callNode, node, triggerNode, webhookNode, workflow } = require('./suite/workflows');
const { N8nClient } = require('./lib/n8n-client');

describe('Create Call in a published workflow', () => {
	let gateway;
	let credentials;
	beforeAll(async () => ({ gateway, credentials } = await openGateway()));
	afterEach(() => gateway.clearFaults());
	afterAll(() => gateway.close());

	let number = 0;
	/** Publishes a workflow with a webhook, Create Call and, where wanted, a trigger; gives back how to send it an event. */
	async function publish(parameters, { trigger = false } = {}) {
		number += 1;
		const path = `create-call-${number}-${Date.now()}`;
		const apart = trigger ? [triggerNode(credentials)] : [];
		const { id } = await client.createWorkflow(workflow(path, [webhookNode(path), callNode(credentials, parameters)], apart));
		await client.publish(id);
		return { id, send: (body) => client.callWebhook(path, body) };
	}

	/** The body of the newest create request, as the gateway got it. */
	const lastBody = () => gateway.placed.at(-1).body;

	test('places the call once and puts out what is known of it', async () => {
		const { send } = await publish({ statusUpdates: 'none' });
		const { status, data } = await send({ phone: '+1 (202) 555-0123' });
		expect(status).toBe(200);
		expect(gateway.rang('+12025550123')).toBe(1);
		expect(data[0]).toMatchObject({
			body: { phone: '+1 (202) 555-0123' },
			call_status: 'trying',
			from: '+12025550100',
			to: '+12025550123',
			direction: 'outbound',
			outcome: null,
			final: false,
			sid: gateway.placed.at(-1).sid,
			call_sid: gateway.placed.at(-1).sid,
			application_sid: gateway.world.phone_numbers[0].application_sid,
		});
		expect(data[0].callid).toBeTruthy();
	});

	test('every field reaches the gateway', async () => {
		const { send } = await publish({
			statusUpdates: 'url',
			statusUrl: 'http://127.0.0.1:9/status',
			application: { __rl: true, mode: 'id', value: gateway.world.applications[2].application_sid },
			carrier: { __rl: true, mode: 'list', value: 'Harbour Voice' },
			options: {
				callerName: 'Acme',
				timeout: 25,
				timeLimit: 300,
				metadata: { pairs: [{ key: 'lead', value: '={{ $json.body.lead }}' }] },
				sipHeaders: { pairs: [{ name: 'X-Campaign', value: 'spring' }] },
				speechVendor: 'google',
				speechLanguage: 'de-DE',
				speechVoice: 'de-DE-Wavenet-B',
			},
		});
		expect((await send({ phone: '+12025550200', lead: 'L-7' })).status).toBe(200);
		expect(lastBody()).toMatchObject({
			from: '+12025550100',
			to: { type: 'phone', number: '+12025550200', trunk: 'Harbour Voice' },
			application_sid: gateway.world.applications[2].application_sid,
			callerName: 'Acme',
			timeout: 25,
			timeLimit: 300,
			tag: { lead: 'L-7' },
			headers: { 'X-Campaign': 'spring' },
			speech_synthesis_vendor: 'google',
			speech_synthesis_language: 'de-DE',
			speech_synthesis_voice: 'de-DE-Wavenet-B',
		});
		expect(JSON.stringify(lastBody())).toContain('http://127.0.0.1:9/status');
	});

	test('with a trigger in the workflow, the gateway is given the trigger\'s address', async () => {
		const { id, send } = await publish({}, { trigger: true });
		await send({ phone: '+12025550200' });
		expect(JSON.stringify(lastBody().notifyUrl)).toContain(`${client.url}/webhook/`);
		const runs = await client.waitForRuns(id, 'Call Events', 4);
		expect(runs.map(({ items }) => items[0].call_status)).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
	});

	test('a number that cannot be dialled stops the run before any phone rings, and says why', async () => {
		const { id, send } = await publish({ statusUpdates: 'none' });
		const placed = gateway.placed.length;
		expect((await send({ phone: '555-CALL-NOW' })).status).toBe(500);
		const [{ id: executionId }] = await client.executions(id);
		const { data, status } = await client.execution(executionId);
		expect(status).toBe('error');
		expect(data.resultData.error.message).toMatch(/555-CALL-NOW.*\[item 0\]/);
		expect(gateway.placed).toHaveLength(placed);
	});

	test('with On Error: Continue, the good items are called and the bad one has its reason', async () => {
		const path = `create-call-list-${Date.now()}`;
		const list = node('n8n-nodes-base.code', 'List', { jsCode: 'return $input.first().json.body.phones.map((phone) => ({ json: { body: { phone } } }));' }, { typeVersion: 2 });
		const call = callNode(credentials, { statusUpdates: 'none', onError: 'continueRegularOutput' });
		const { id } = await client.createWorkflow(workflow(path, [webhookNode(path), list, call]));
		await client.publish(id);
		const { data } = await client.callWebhook(path, { phones: ['+12025550211', 'nonsense', '+12025550212'] });
		expect(data.map(({ body, error, outcome }) => [body.phone, Boolean(error), outcome])).toEqual([
			['+12025550211', false, null],
			['nonsense', true, 'failed'],
			['+12025550212', false, null],
		]);
		expect([gateway.rang('+12025550211'), gateway.rang('+12025550212')]).toEqual([1, 1]);
	});

	test.each([
		['the connection is cut after the call was placed', { kind: 'reset-after-placing' }],
		['the gateway answers 500 after the call was placed', { kind: '500-after-placing' }],
		['half an answer comes back', { kind: 'broken-json' }],
	])('%s: the outcome is unknown and nobody is called twice', async (_, fault) => {
		const { send } = await publish({ statusUpdates: 'none' });
		const phone = `+1202555${String(1000 + Math.floor(Math.random() * 8000))}`;
		gateway.setFaults(fault);
		const { status, data } = await send({ phone });
		expect(status).toBe(200);
		expect(data[0]).toMatchObject({ outcome: 'unknown', final: false });
		expect(data[0].message).toMatch(/may have been placed/);
		expect(gateway.rang(phone)).toBe(1);
	});

	test('a workflow that is not active says so instead of sending a dead address', async () => {
		const manual = node('n8n-nodes-base.manualTrigger', 'Start', {});
		const call = callNode(credentials, { toNumber: '+12025550213' });
		const { id } = await client.createWorkflow(workflow('Not published', [manual, call], [triggerNode(credentials)]));
		const { executionId } = await client.runManually(id, 'Start');
		const [run] = await client.waitForRuns(id, 'Create Call', 1);
		expect(run.id).toBe(executionId);
		expect(run.execution.data.resultData.error.message).toMatch(/not active.*publish/i);
		expect(gateway.rang('+12025550213')).toBe(0);
	});

	test('a cloud environment is not given an address of this machine', async () => {
		const { id: cloudId } = await client.createCredential('cognigyVoiceGatewayApi', 'Cloud', {
			environment: 'trialEu',
			accountSid: gateway.world.accounts[0].account_sid,
			apiKey: 'not-used',
		});
		const manual = node('n8n-nodes-base.manualTrigger', 'Start', {});
		const call = callNode({ cognigyVoiceGatewayApi: { id: cloudId, name: 'Cloud' } }, {
			toNumber: '+12025550214',
			application: { __rl: true, mode: 'id', value: gateway.world.applications[0].application_sid },
			statusUpdates: 'url',
			statusUrl: `${client.url}/webhook/status`,
		});
		const { id } = await client.createWorkflow(workflow('Cloud', [manual, call]));
		await client.runManually(id, 'Start');
		const [run] = await client.waitForRuns(id, 'Create Call', 1);
		expect(run.execution.data.resultData.error.message).toMatch(/cannot reach.*WEBHOOK_URL/);
	});

	test('the API key is in no execution', async () => {
		const { id, send } = await publish({ statusUpdates: 'none' });
		gateway.setFaults({ kind: '401' });
		await send({ phone: '+12025550215' });
		const [{ id: executionId }] = await client.executions(id);
		const execution = await client.execution(executionId);
		expect(execution.status).toBe('error');
		expect(JSON.stringify(execution)).not.toContain(gateway.world.api_keys[0].token);
		expect(N8nClient.outputOf(execution, 'Create Call')).toEqual([]);
	});
});
