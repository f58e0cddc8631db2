'use strict';

const { TRIGGER, node } = require('../n8n/suite/workflows');
const { until } = require('../n8n/lib/until');
const { ask } = require('./helper-process');
const { inTurn, median } = require('./statistics');
const { ownAddress, triggerWorkflow } = require('./workflows');

/** Webhooks under way at once. */
const PARALLEL = 10;

/** Webhooks sent one at a time, for how long the gateway waits for its answer. */
const ONE_BY_ONE = {
	bare: { to: 'bare' },
	'an event that starts a run': { to: 'ours' },
	'an event that is not listened for': { to: 'ours', event: 'ringing' },
	'a forged event': { to: 'ours', secret: 'not the secret', status: 401 },
};

const ENGINES = { default: {}, legacy: { N8N_EXPRESSION_ENGINE: 'legacy' } };

/** Publishes one workflow per contestant. Returns the paths of their webhooks, and the one that tells the count. */
async function publishTriggers(client, { credentials }) {
	const triggers = {
		ours: ownAddress(TRIGGER, 'Ours', { listenFor: 'final', verification: 'signature' }, { credentials }),
		bare: ownAddress('CUSTOM.benchTrigger', 'Bare'),
		'bare with credential': ownAddress('CUSTOM.benchTrigger', 'Bare', {}, { credentials }),
		webhook: ownAddress('n8n-nodes-base.webhook', 'Webhook', { httpMethod: 'POST', path: 'receiving', responseMode: 'onReceived', options: {} }, { typeVersion: 2.1 }),
	};
	for (const [name, trigger] of Object.entries(triggers)) {
		const { id } = await client.createWorkflow(triggerWorkflow(`receiving-${name}`, trigger));
		await client.publish(id);
	}
	const teller = ownAddress('CUSTOM.benchCounted', 'Counted');
	const { id } = await client.createWorkflow({ name: 'counted', nodes: [teller, node('n8n-nodes-base.noOp', 'Next', {})], connections: { Counted: { main: [[{ node: 'Next', type: 'main', index: 0 }]] } } });
	await client.publish(id);
	return {
		ours: `${triggers.ours.webhookId}/call-status`,
		bare: `${triggers.bare.webhookId}/call-status`,
		'bare with credential': `${triggers['bare with credential'].webhookId}/call-status`,
		webhook: 'receiving',
		counted: `${teller.webhookId}/counted`,
	};
}

/**
 * Webhooks per second that lead to a finished run, with either expression engine of n8n.
 *
 * @param {object} bench
 * @param {{ webhooks: Record<string, number>, rounds: number }} size
 */
async function measureReceiving({ n8n, setting, nodeBinary, report }, { webhooks, rounds }) {
	const paths = await publishTriggers(n8n.client, setting);
	const rates = {};
	const answers = {};
	for (const [engine, env] of Object.entries(ENGINES)) {
		await n8n.stop();
		await n8n.start({ env });
		const runs = async () => (await n8n.client.callWebhook(paths.counted, undefined, { method: 'GET' })).data.runs;

		const post = async (path, { status = 200, ...task }) => {
			const whole = { url: `${n8n.server.url}/webhook/${path}`, secret: setting.webhookSecret, applicationSid: setting.applicationSid, ...task };
			const { statuses, answerMs } = await ask('webhook-sender', whole, nodeBinary);
			if (statuses[status] !== task.count) throw new Error(`${task.count} webhooks to ${path} were answered ${JSON.stringify(statuses)}.`);
			return answerMs;
		};

		const send = async (path, count) => {
			const before = await runs();
			const started = performance.now();
			await post(path, { count, parallel: PARALLEL });
			await until('the last run', async () => (await runs()) - before >= count, { everyMs: 20 });
			return (count * 1000) / (performance.now() - started);
		};

		const contestants = Object.fromEntries(['ours', 'bare', 'bare with credential', 'webhook'].map((name) => [name, () => send(paths[name], webhooks[engine])]));
		for (const name of Object.keys(contestants)) await send(paths[name], Math.ceil(webhooks[engine] / 4));
		rates[engine] = await inTurn(rounds, contestants, (name, rate) => report(`${engine} engine, ${name}: ${rate.toFixed(1)} webhooks/s`));
		const one = ({ to, ...task }) => async () => median(await post(paths[to], { count: Math.ceil(webhooks[engine] / 4), parallel: 1, ...task }));
		answers[engine] = await inTurn(rounds, Object.fromEntries(Object.entries(ONE_BY_ONE).map(([name, task]) => [name, one(task)])), (name, ms) => report(`${engine} engine, ${name}: answered after ${ms.toFixed(1)} ms`));
	}
	return { rates, answers, parallel: PARALLEL };
}

module.exports = { ENGINES, measureReceiving };
