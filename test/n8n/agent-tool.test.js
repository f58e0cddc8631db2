'use strict';

const { client, openGateway } = require('./suite/session');
const { startFakeModel } = require('./suite/fake-model');
const { endedExecutions, newNumber, startDownstream, waitNode } = require('./suite/waiting');
const { ACTION, callNode, node, webhookNode, workflow } = require('./suite/workflows');

/** What the model reads about the one field that it fills in. */
const ABOUT_PHONE = 'The number to call, with its country code';
const FROM_AI = `={{ $fromAI('phone', '${ABOUT_PHONE}', 'string') }}`;

/** The webhook that starts the agent brings this along; it is no business of the language model. */
const PRIVATE = 'private-key-of-the-crm';

/**
 * Agents up to 2.x run a tool themselves, as a function, in every n8n; agents from 3 on let n8n's engine run it,
 * like any other node of the workflow.
 */
const AGENTS = [
	['an agent whose tools the engine runs', 3],
	['an agent that runs its tools itself', 2.2],
];

describe.each(AGENTS)('as the tool of %s', (_who, agentVersion) => {
	let gateway;
	let credentials;
	let downstream;
	let model;
	let modelCredentials;
	let asked = 0;
	beforeAll(async () => {
		({ gateway, credentials } = await openGateway());
		downstream = await startDownstream();
		model = await startFakeModel();
		const name = `Fake model ${agentVersion}`;
		const { id } = await client.createCredential('openAiApi', name, model.credential);
		modelCredentials = { openAiApi: { id, name } };
	});
	afterEach(() => gateway.clearFaults());
	afterAll(async () => {
		await gateway.close();
		await downstream.close();
		await model.close();
	});

	const asTool = (call) => ({ ...call, name: 'Call somebody', type: `${ACTION}Tool` });
	const createTool = (parameters) => asTool(callNode(credentials, { toNumber: FROM_AI, statusUpdates: 'none', ...parameters }));
	const waitTool = (parameters) => asTool(waitNode(credentials, { toNumber: FROM_AI, ...parameters }));
	const toolCall = (phone) => ['Call_somebody', { phone }];
	const rang = (...phones) => phones.map((phone) => gateway.rang(phone));

	/**
	 * Lets the agent work with one tool, while the model says what it is told to.
	 *
	 * @returns {Promise<object[]>} what the model was told of its tool calls, in their order
	 */
	async function ask(tool, turns) {
		asked += 1;
		const name = `agent-${agentVersion}-${asked}-${Date.now()}`;
		const webhook = webhookNode(name);
		webhook.parameters = { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} };
		const agent = node('@n8n/n8n-nodes-langchain.agent', 'Agent', { promptType: 'define', text: 'Call Alice.', options: {} }, { typeVersion: agentVersion });
		const chat = node(
			'@n8n/n8n-nodes-langchain.lmChatOpenAi',
			'Model',
			{ model: { __rl: true, mode: 'id', value: 'fake-model' }, options: { maxRetries: 0 } },
			{ typeVersion: 1.2, credentials: modelCredentials },
		);
		const definition = workflow(name, [webhook, agent, downstream.step(name)], [chat], [tool]);
		definition.connections[chat.name] = { ai_languageModel: [[{ node: agent.name, type: 'ai_languageModel', index: 0 }]] };
		definition.connections[tool.name] = { ai_tool: [[{ node: agent.name, type: 'ai_tool', index: 0 }]] };
		// As the editor saves it; in the order of old an agent from 3 on goes on before its tools have run.
		definition.settings = { executionOrder: 'v1' };
		const { id } = await client.createWorkflow(definition);
		await client.publish(id);
		model.tell([...turns, 'That is all.']);
		await client.callWebhook(name, { contact: 'Alice' }, { headers: { 'x-crm-key': PRIVATE } });
		const [{ status }] = await endedExecutions(client, id, 1, 45_000);
		await gateway.idle();
		expect(model.complaints()).toEqual([]);
		expect([status, downstream.runs(name).map(({ items }) => items)]).toEqual(['success', [[{ output: 'That is all.' }]]]);
		const results = model.toolResults();
		expect(results.join()).not.toContain(PRIVATE);
		return results.flatMap((text) => JSON.parse(text));
	}

	test.each([
		['Create', createTool, 'Create a call'],
		['Create and Wait', waitTool, 'Create a call and wait for its end'],
	])('%s: the model is offered the action, and the one field that it fills in', async (_operation, tool, action) => {
		await ask(tool(), []);
		expect(model.offered()).toEqual([
			expect.objectContaining({
				name: 'Call_somebody',
				description: `${action} in Cognigy Voice Gateway`,
				parameters: expect.objectContaining({ type: 'object', properties: { phone: { type: 'string', description: ABOUT_PHONE } }, required: ['phone'] }),
			}),
		]);
	});

	test('Create: the number rings once, and the model gets the sid', async () => {
		const phone = newNumber('200');
		const results = await ask(createTool(), [[toolCall(phone)]]);
		expect(rang(phone)).toEqual([1]);
		expect(results).toEqual([expect.objectContaining({ call_sid: gateway.placed.at(-1).sid, to: phone, call_status: 'trying', outcome: null })]);
	});

	test('Create: calls asked for at once and later are each placed once, and told apart', async () => {
		const phones = [newNumber('200'), newNumber('486'), newNumber('603')];
		const results = await ask(createTool(), [[toolCall(phones[0]), toolCall(phones[1])], [toolCall(phones[2])]]);
		expect(rang(...phones)).toEqual([1, 1, 1]);
		const sidOf = (phone) => gateway.placed.find(({ number }) => number === phone).sid;
		expect(results.map(({ to, call_sid: sid }) => [to, sid])).toEqual(phones.map((phone) => [phone, sidOf(phone)]));
	});

	test.each([
		['Create', createTool],
		...(agentVersion < 3 ? [] : [['Create and Wait', waitTool]]),
	])('%s: what is no phone number rings nowhere, and the model is told what to correct', async (_operation, tool) => {
		const [before, phone] = [gateway.placed.length, newNumber('486')];
		// With the sentence a model can do better the next time.
		const [refused, placed] = await ask(tool(), [[toolCall('Alice')], [toolCall(phone)]]);
		expect(refused).toMatchObject({
			outcome: 'failed',
			call_sid: null,
			error: expect.stringMatching(/^Phone Number: "Alice" holds "A"\. A phone number has digits only, e\.g\. \+14155550123\./),
			message: expect.stringMatching(/^Nothing was dialled for this item\./),
		});
		expect(placed).toMatchObject({ to: phone, call_sid: gateway.placed.at(-1).sid });
		expect([gateway.placed.length, ...rang(phone)]).toEqual([before + 1, 1]);
	});

	test('Create: what the gateway refuses is told to the model too', async () => {
		const phone = newNumber('200');
		gateway.setFaults({ kind: '403', number: phone.slice(1) });
		const [refused] = await ask(createTool(), [[toolCall(phone)]]);
		expect(refused).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/API key may not do this.*insufficient permissions/) });
		expect(rang(phone)).toEqual([0]);
	});

	test('Create: a call in doubt is told as one, and not repeated', async () => {
		const phone = newNumber('200');
		gateway.setFaults({ kind: '500-after-placing', number: phone.slice(1) });
		const [doubtful] = await ask(createTool(), [[toolCall(phone)]]);
		expect(doubtful).toMatchObject({ to: phone, call_sid: null, outcome: 'unknown', message: expect.stringMatching(/may have been placed, so it is not dialled again/) });
		expect(rang(phone)).toEqual([1]);
	});

	if (agentVersion >= 3) {
		test('Create and Wait: the agent goes on when the call has ended, and the model knows how', async () => {
			const [busy, answered] = [newNumber('486'), newNumber('200')];
			const results = await ask(waitTool(), [[toolCall(busy)], [toolCall(answered)]]);
			expect(results.map(({ to, outcome, final, timed_out: late }) => [to, outcome, final, late])).toEqual([
				[busy, 'busy', true, false],
				[answered, 'answered', true, false],
			]);
			expect(rang(busy, answered)).toEqual([1, 1]);
		});

		test('Create and Wait: of calls asked for at once none is placed, because n8n would leave some out in silence', async () => {
			const phones = [newNumber('200'), newNumber('486')];
			const results = await ask(waitTool(), [[toolCall(phones[0]), toolCall(phones[1])], [toolCall(phones[0])], [toolCall(phones[1])]]);
			const refusal = {
				outcome: 'failed',
				error: 'Only one call at a time can be waited for, and 2 were asked for at once. Nothing was dialled.',
				message: expect.stringMatching(/^Call this tool for one number, and for the next one/),
			};
			expect(results).toEqual([
				expect.objectContaining(refusal),
				expect.objectContaining(refusal),
				expect.objectContaining({ to: phones[0], outcome: 'answered' }),
				expect.objectContaining({ to: phones[1], outcome: 'busy' }),
			]);
			expect(rang(...phones)).toEqual([1, 1]);
		});
	} else {
		test('Create and Wait: refused before anything rings, with a sentence that says what to do instead', async () => {
			const phone = newNumber('200');
			const results = await ask(waitTool(), [[toolCall(phone)]]);
			expect(results).toEqual([
				expect.objectContaining({
					outcome: 'failed',
					error: 'This n8n cannot let a tool wait for a phone call. Nothing was dialled.',
					message: expect.stringMatching(/^Use the operation Create instead/),
				}),
			]);
			expect(rang(phone)).toEqual([0]);
		});
	}
});
