'use strict';

const crypto = require('node:crypto');

const { sign } = require('../../gateway/sign');
const { hasEnded } = require('../lib/n8n-client');
const { until } = require('../lib/until');
const { newNumber, splitNode } = require('../suite/waiting');
const { callNode, triggerNode, webhookNode, workflow } = require('../suite/workflows');
const { openBench, PLACED_BY, START_MS } = require('./bench');
const { measured } = require('./measured');

describe('Create Call and the trigger, in a cluster', () => {
	let bench;
	beforeAll(async () => {
		bench = await openBench();
	}, START_MS);
	afterEach(() => bench.gateway.clearFaults());
	afterAll(async () => await bench?.close());

	let count = 0;

	/** Webhook, Create Call; trigger, a step that is counted. */
	async function publish(listenFor = 'final') {
		const { client, credentials, downstream } = bench;
		const name = `events-${++count}`;
		const webhook = webhookNode(name);
		webhook.parameters.responseMode = 'onReceived';
		const call = callNode(credentials, { toNumber: '={{ $json.phone }}', options: PLACED_BY });
		const trigger = triggerNode(credentials, { listenFor });
		const step = downstream.step(name);
		const { id } = await client.createWorkflow(workflow(name, [webhook, splitNode(), call], [trigger, step]));
		await client.publish(id);
		return {
			id,
			path: `${trigger.webhookId}/call-status`,
			send: async (phones) => await client.callWebhook(name, { calls: phones.map((phone) => ({ phone })) }),
			/** What the trigger put out, once for each run that it started. */
			events: () => downstream.runs(name).map(({ items }) => items[0]),
			/** All executions have ended, and as many as given were started by the trigger. */
			settled: async (events) =>
				await until(
					`${events} runs`,
					async () => {
						const executions = await client.executions(id);
						return executions.every(hasEnded) && downstream.runs(name).length >= events;
					},
					{ everyMs: 100, describe: () => downstream.runs(name).length },
				),
		};
	}

	const FATES = { 200: 'answered', 486: 'busy', 603: 'declined', 404: 'failed', '001': 'answered', 487: 'no-answer' };

	test('one run per final event: repeated by the gateway or not, and none of a forged one', async () => {
		const { gateway } = bench;
		const flow = await publish();
		const phones = [...Object.keys(FATES), ...Object.keys(FATES)].map(newNumber);
		gateway.setFaults([
			{ kind: 'webhook-duplicate', times: 3, number: '(200|486|001)' },
			{ kind: 'webhook-forged', number: '(603|404|487)' },
		]);
		expect((await flow.send(phones)).status).toBe(200);
		await until('the calls', () => gateway.placed.length >= phones.length);
		await gateway.idle();
		// The execution that dialled, and one per call.
		await flow.settled(phones.length);
		const events = flow.events();
		expect(events.map(({ to, outcome }) => [to, outcome]).sort()).toEqual(phones.map((phone) => [phone, FATES[phone.slice(-3)]]).sort());
		expect(phones.map((phone) => gateway.rang(phone))).toEqual(phones.map(() => 1));
		expect(new Set(events.map(({ tag }) => tag.placed_by.replace(/\d/, 'N')))).toEqual(new Set(['worker-N']));
		expect(await bench.client.executions(flow.id)).toHaveLength(phones.length + 1);
		// Forged ones are refused, genuine ones taken, repeats too. (Without a status: nobody answered in time.)
		const answers = (forged) => new Set(gateway.deliveries.filter((each) => each.status && Boolean(each.forged) === forged).map(({ status }) => status));
		expect([answers(false), answers(true)]).toEqual([new Set([200]), new Set([401])]);
	});

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
		...changes,
	});

	/** The gateway's side of one event: the same bytes and signature however often it is sent, to whichever process. */
	function signed(body) {
		const raw = JSON.stringify(body);
		const signature = sign(bench.gateway.world.accounts[0].webhook_secret, raw);
		return async (path, at) =>
			(await bench.client.callWebhook(path, raw, { at, headers: { 'Content-Type': 'application/json', 'Jambonz-Signature': signature } })).status;
	}

	test('the main process serves no webhooks; a repeat to another webhook process, or after a restart, starts no second run', async () => {
		const { client, cluster } = bench;
		const flow = await publish();
		const post = signed(event());
		expect(await post(flow.path, client.url)).toBe(404);
		expect(await Promise.all([1, 2, 3].map(() => post(flow.path)))).toEqual([200, 200, 200]);
		const second = await cluster.add('webhook-2', ['webhook']);
		expect(await post(flow.path, second)).toBe(200);
		await cluster.kill('webhook');
		await cluster.startAgain('webhook');
		expect(await post(flow.path)).toBe(200);
		const last = event();
		expect(await signed(last)(flow.path)).toBe(200);
		await flow.settled(2);
		expect(flow.events().map(({ call_sid: sid }) => sid)).toContain(last.call_sid);
		expect(await client.executions(flow.id)).toHaveLength(2);
	});

	test('the same event to two webhook processes at the same moment: at least one run, at most two', async () => {
		const { client, cluster } = bench;
		const flow = await publish();
		const events = 20;
		for (let index = 0; index < events; index++) {
			const post = signed(event());
			await Promise.all([post(flow.path), post(flow.path, cluster.urlOf('webhook-2'))]);
		}
		await flow.settled(events);
		const runs = (await client.executions(flow.id)).length;
		measured(`${events} final events, each sent to two webhook processes at the same moment: ${runs} runs`);
		expect(new Set(flow.events().map(({ call_sid: sid }) => sid)).size).toBe(events);
		expect(runs).toBeLessThanOrEqual(2 * events);
	});
});
