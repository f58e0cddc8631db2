'use strict';

const { hasEnded } = require('../lib/n8n-client');
const { startStandIn } = require('../lib/stand-in');
const { until } = require('../lib/until');
const { callNode, node, webhookNode, workflow } = require('./workflows');

/** A fixed part of the world's numbers; the last three digits say what becomes of a call. */
let lastNumber = 100;

/** A number that nobody has called yet, with a fate: the last three digits. */
function newNumber(digits) {
	lastNumber += 1;
	return `+12025${String(lastNumber).padStart(3, '0')}${digits}`;
}

/** Create and Wait, with the number of its item, unless told otherwise. */
const waitNode = (credentials, { name = 'Create and Wait', settings = {}, ...parameters } = {}) => ({
	...callNode(credentials, { operation: 'createAndWait', toNumber: '={{ $json.phone }}', resumeWhen: 'ended', ...parameters }),
	...settings,
	name,
});

/** One item per entry of `calls` in the webhook's body. */
const splitNode = () => node('n8n-nodes-base.splitOut', 'Calls', { fieldToSplitOut: 'body.calls', options: {} });

/**
 * The steps behind Create and Wait, and what they got: a step tells the outside world once per run of itself. So
 * runs are counted outside n8n, which keeps the last one only when it lets a step run twice at the same moment.
 *
 * @param {object} [options]
 * @param {Record<string, string>} [options.tell] further expressions that a step tells
 * @param {Parameters<typeof startStandIn>[0]} [options.hold]
 */
async function startDownstream({ tell = {}, hold } = {}) {
	const standIn = await startStandIn(hold);
	const told = { execution: '$execution.id', items: '$input.all().map((item) => item.json)', ...tell };
	const body = Object.entries(told).map(([name, expression]) => `${name}: ${expression}`).join(', ');
	return {
		close: () => standIn.close(),
		/** @param {string} name also the path that it calls */
		step: (name) =>
			node(
				'n8n-nodes-base.httpRequest',
				name,
				{
					method: 'POST',
					url: `${standIn.origin}/${encodeURIComponent(name)}`,
					sendBody: true,
					specifyBody: 'json',
					jsonBody: `={{ JSON.stringify({ ${body} }) }}`,
					options: {},
				},
				{ typeVersion: 4.2, executeOnce: true },
			),
		/** What a step got: an entry for each of its runs. */
		runs: (name) => standIn.received.filter(({ path }) => path === `/${encodeURIComponent(name)}`).map(({ body }) => body),
	};
}

let workflows = 0;

/**
 * A published workflow: webhook, one item per call, Create and Wait, and a step behind it that is counted.
 *
 * @param {object} bench
 * @param {import('../lib/n8n-client').N8nClient} bench.client
 * @param {Awaited<ReturnType<typeof startDownstream>>} bench.downstream
 * @param {object[]} nodes between the webhook and the counted step
 */
async function publishWaiting({ client, downstream }, nodes, { publish = true } = {}) {
	workflows += 1;
	const name = `waiting-${workflows}-${Date.now()}`;
	const webhook = webhookNode(name);
	webhook.parameters = { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} };
	const { id } = await client.createWorkflow(workflow(name, [webhook, splitNode(), ...nodes, downstream.step(name)]));
	if (publish) await client.publish(id);
	return {
		id,
		name,
		/** Starts an execution with these numbers, or items. */
		async send(calls) {
			const { status, data } = await client.callWebhook(name, { calls: calls.map((call) => (typeof call === 'string' ? { phone: call } : call)) });
			if (status !== 200) throw new Error(`The webhook was answered ${status}: ${JSON.stringify(data)}`);
		},
		/** Waits until as many executions as given have ended. */
		ended: (count = 1, timeoutMs = 30_000) => endedExecutions(client, id, count, timeoutMs),
		/** Waits until the newest execution has this status. */
		reached: (status) =>
			until(`an execution that is ${status}`, async () => {
				const [newest] = await client.executions(id);
				return newest?.status === status && newest;
			}),
		/** What the counted step got, once for each of its runs. */
		runs: () => downstream.runs(name),
	};
}

/** Ended executions of a workflow, oldest first. */
async function endedExecutions(client, workflowId, count, timeoutMs) {
	let seen = [];
	return await until(
		`${count} ended execution(s)`,
		async () => {
			seen = await client.executions(workflowId);
			const ended = seen.filter(hasEnded);
			return ended.length >= count && ended.sort((a, b) => Number(a.id) - Number(b.id));
		},
		{ timeoutMs, everyMs: 100, describe: () => seen.map(({ id, status }) => ({ id, status })) },
	);
}

module.exports = { endedExecutions, newNumber, publishWaiting, splitNode, startDownstream, waitNode };
