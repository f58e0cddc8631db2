'use strict';

const crypto = require('node:crypto');

const { client, openGateway } = require('./suite/session');
const { node, triggerNode, workflow } = require('./suite/workflows');
const { sign } = require('../gateway/sign');

const NOTHING_CAME_WITHIN_MS = 400;

describe('the trigger in a published workflow', () => {
	let gateway;
	let credentials;
	let secret;
	beforeAll(async () => {
		({ gateway, credentials } = await openGateway());
		secret = gateway.world.accounts[0].webhook_secret;
	});
	afterAll(() => gateway.close());

	/** Publishes a workflow that has nothing but the trigger and a step behind it. */
	async function publish(parameters = {}, ownCredentials = credentials) {
		const trigger = triggerNode(ownCredentials, parameters);
		const { id } = await client.createWorkflow(workflow('Trigger', [trigger, node('n8n-nodes-base.noOp', 'Next', {})]));
		await client.publish(id);
		return { id, path: `${trigger.webhookId}/call-status` };
	}

	const event = (changes = {}) => ({
		call_sid: crypto.randomUUID(),
		call_id: crypto.randomUUID(),
		direction: 'outbound',
		from: '+12025550100',
		to: '+12025550200',
		sip_status: 200,
		sip_reason: 'OK',
		call_status: 'completed',
		duration: 3,
		call_termination_by: 'caller',
		account_sid: gateway.world.accounts[0].account_sid,
		application_sid: gateway.world.applications[0].application_sid,
		customerData: { contactId: 'C-1' },
		...changes,
	});

	/** Sends a body as the gateway does; `signature: null` leaves the header out. */
	async function post(path, body, { signature, headers = {}, method } = {}) {
		const raw = typeof body === 'string' ? body : JSON.stringify(body);
		const value = signature === undefined ? sign(secret, raw) : signature;
		return await client.callWebhook(path, raw, {
			method,
			headers: { 'Content-Type': 'application/json', ...(value === null ? {} : { 'Jambonz-Signature': value }), ...headers },
		});
	}

	/** A genuine event sent last: once it has its execution, everything before it has been decided. */
	async function runsAfterAllWereDecided(id, path, expected) {
		await post(path, event({ customerData: { last: true } }));
		await client.waitForRuns(id, 'Call Events', expected + 1);
		await new Promise((resolve) => setTimeout(resolve, NOTHING_CAME_WITHIN_MS));
		const runs = await client.runsOf(id, 'Call Events');
		return runs.filter(({ items }) => !items[0]?.tag?.last);
	}

	test('a signed event starts one execution with the right data', async () => {
		const { id, path } = await publish();
		const sent = event();
		const { status } = await post(path, sent);
		expect(status).toBe(200);
		const [{ items, status: executionStatus }] = await client.waitForRuns(id, 'Call Events', 1);
		expect(executionStatus).toBe('success');
		expect(items).toEqual([
			expect.objectContaining({
				event: 'completed',
				call_sid: sent.call_sid,
				call_id: sent.call_id,
				call_status: 'completed',
				from: '+12025550100',
				to: '+12025550200',
				direction: 'outbound',
				sip_status: 200,
				sip_reason: 'OK',
				duration: 3,
				application_sid: sent.application_sid,
				outcome: 'answered',
				final: true,
				hung_up_by: 'callee',
				tag: { contactId: 'C-1' },
			}),
		]);
	});

	test('forged, unsigned, old and malformed ones are answered 401 and start nothing', async () => {
		const { id, path } = await publish();
		const raw = JSON.stringify(event());
		const now = Math.floor(Date.now() / 1000);
		const bad = {
			forged: sign('wh_secret_wrong', raw),
			unsigned: null,
			empty: '',
			old: sign(secret, raw, now - 310),
			fromTheFuture: sign(secret, raw, now + 310),
			ofAnotherBody: sign(secret, `${raw} `),
			noTime: sign(secret, raw).replace(/^t=\d+,/, ''),
			shortened: sign(secret, raw).slice(0, -2),
			nonsense: 'certainly genuine',
		};
		for (const [kind, signature] of Object.entries(bad)) {
			expect([kind, (await post(path, raw, { signature })).status]).toEqual([kind, 401]);
		}
		expect(await runsAfterAllWereDecided(id, path, 0)).toEqual([]);
	});

	test('what is no event is answered 4xx and starts nothing', async () => {
		const { id, path } = await publish();
		const statuses = [];
		for (const [body, options] of [
			['{"call_sid": ', {}],
			['[]', {}],
			['"text"', {}],
			['{}', {}],
			['x'.repeat(100_000), {}],
			[JSON.stringify(event()), { headers: { 'Content-Type': 'text/plain' } }],
			[JSON.stringify(event()), { method: 'GET' }],
			[JSON.stringify(event()), { method: 'PUT' }],
		]) {
			statuses.push((await post(path, body, options)).status);
		}
		expect(statuses.filter((status) => status < 400 || status > 499)).toEqual([]);
		expect(await runsAfterAllWereDecided(id, path, 0)).toEqual([]);
	});

	test('the same signed event twice starts one execution', async () => {
		const { id, path } = await publish();
		const raw = JSON.stringify(event());
		const signature = sign(secret, raw);
		const answers = await Promise.all([1, 2, 3].map(() => post(path, raw, { signature })));
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(await runsAfterAllWereDecided(id, path, 1)).toHaveLength(1);
	});

	test('events that are not listened for are answered 200 and start nothing', async () => {
		const { id, path } = await publish({
			listenFor: 'final',
			filters: {
				application: { __rl: true, mode: 'id', value: gateway.world.applications[0].application_sid },
				direction: 'outbound',
				metadata: { pairs: [{ key: 'contactId', value: 'C-1' }] },
			},
		});
		for (const changes of [
			{ call_status: 'ringing', sip_status: 180, duration: undefined },
			{ application_sid: gateway.world.applications[1].application_sid },
			{ direction: 'inbound' },
			{ customerData: { contactId: 'C-2' } },
			{ parent_call_sid: crypto.randomUUID() },
		]) {
			const { status } = await post(path, event(changes));
			expect([changes, status]).toEqual([changes, 200]);
		}
		await post(path, event({ customerData: { contactId: 'C-1' } }));
		const runs = await client.waitForRuns(id, 'Call Events', 1);
		await new Promise((resolve) => setTimeout(resolve, NOTHING_CAME_WITHIN_MS));
		expect(await client.runsOf(id, 'Call Events')).toHaveLength(runs.length);
		expect(runs).toHaveLength(1);
	});

	test.each([
		['busy', { call_status: 'busy', sip_status: 486 }],
		['declined', { call_status: 'busy', sip_status: 603 }],
		['no-answer', { call_status: 'no-answer', sip_status: 487 }],
		['failed', { call_status: 'failed', sip_status: 404 }],
	])('the outcome "%s" is told', async (outcome, changes) => {
		const { id, path } = await publish({ listenFor: 'final' });
		await post(path, event({ ...changes, duration: undefined, call_termination_by: undefined }));
		const [{ items }] = await client.waitForRuns(id, 'Call Events', 1);
		expect(items[0]).toMatchObject({ outcome, final: true });
	});

	test('a rotated secret heals itself', async () => {
		const { id, path } = await publish();
		const [account] = gateway.world.accounts;
		const before = account.webhook_secret;
		account.webhook_secret = 'wh_secret_rotated';
		secret = account.webhook_secret;
		// Publishing asked for the secret just now, and it is asked for at most once a minute: ask anew by publishing again.
		await client.unpublish(id);
		await client.publish(id);
		expect((await post(path, event())).status).toBe(200);
		await client.waitForRuns(id, 'Call Events', 1);
		account.webhook_secret = before;
		secret = before;
		await client.unpublish(id);
		await client.publish(id);
	});

	test('a token in the address, for gateways that do not sign', async () => {
		const token = crypto.randomBytes(16).toString('hex');
		const { id, path } = await publish({ verification: 'token', token });
		const send = (params) =>
			client.callWebhook(path, event(), { params, headers: { 'Content-Type': 'application/json' } });
		expect((await send({})).status).toBe(401);
		expect((await send({ token: `${token}x` })).status).toBe(401);
		expect((await send({ token })).status).toBe(200);
		expect(await client.waitForRuns(id, 'Call Events', 1)).toHaveLength(1);
	});

	test('publishing fails with what to do when the secret cannot be read', async () => {
		gateway.setFaults({ kind: '403', operation: '*' });
		await expect(publish()).rejects.toThrow(/webhook secret cannot be read/i);
		gateway.clearFaults();
	});

	test('after unpublishing the address is dead', async () => {
		const { id, path } = await publish();
		await client.unpublish(id);
		expect((await post(path, event())).status).toBe(404);
	});
});
