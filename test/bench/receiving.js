'use strict';

const { TRIGGER, node } = require('../n8n/suite/workflows');
const { until } = require('../n8n/lib/until');
const { ask } = require('./helper-process');
const { inTurn } = require('./statistics');
const { ownAddress, triggerWorkflow } = require('./workflows');

/** Webhooks under way at once. */
const PARALLEL = 10;

const ENGINES = { default: {}, legacy: { N8N_EXPRESSION_ENGINE: 'legacy' } };

/** Publishes one workflow per contestant. Returns the paths of their webhooks, and the one that tells the count. */
async function publishTriggers(client, { credentials }) {
	const triggers = {
		ours: ownAddress(TRIGGER, 'Ours', { listenFor: 'final', verification: 'signature' }, { credentials }),
		bare: ownAddress('CUSTOM.benchTrigger', 'Bare'),
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
	for (const [engine, env] of Object.entries(ENGINES)) {
		await n8n.stop();
		await n8n.start({ env });
		const runs = async () => (await n8n.client.callWebhook(paths.counted, undefined, { method: 'GET' })).data.runs;

		const send = async (path, count) => {
			const before = await runs();
			const task = { url: `${n8n.server.url}/webhook/${path}`, secret: setting.webhookSecret, applicationSid: setting.applicationSid, count, parallel: PARALLEL };
			const started = performance.now();
			const { accepted } = await ask('webhook-sender', task, nodeBinary);
			if (accepted !== count) throw new Error(`Of ${count} webhooks to ${path} ${accepted} were accepted.`);
			await until('the last run', async () => (await runs()) - before >= count, { everyMs: 20 });
			return (count * 1000) / (performance.now() - started);
		};

		const contestants = Object.fromEntries(['ours', 'bare', 'webhook'].map((name) => [name, () => send(paths[name], webhooks[engine])]));
		for (const name of Object.keys(contestants)) await send(paths[name], Math.ceil(webhooks[engine] / 4));
		rates[engine] = await inTurn(rounds, contestants, (name, rate) => report(`${engine} engine, ${name}: ${rate.toFixed(1)} webhooks/s`));
	}
	return { rates, parallel: PARALLEL };
}

module.exports = { ENGINES, measureReceiving };
