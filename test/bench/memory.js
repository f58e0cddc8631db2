'use strict';

const { hasEnded } = require('../n8n/lib/n8n-client');
const { until } = require('../n8n/lib/until');
const { publishDialler } = require('./dialling');
const { inTurn } = require('./statistics');
const { DIALLERS } = require('./workflows');

const PARALLEL = 50;

/**
 * The most memory that an n8n process has in use that dials once and does nothing else.
 *
 * @param {object} bench
 * @param {{ items: number, rounds: number }} size
 */
async function measureMemory({ n8n, gateway, setting, latencyMs, report }, { items, rounds }) {
	const diallers = {
		ours: DIALLERS.ours(setting, PARALLEL),
		'http batches': DIALLERS.httpRequest(setting, { batchSize: PARALLEL, batchInterval: latencyMs }),
	};
	const contestants = {};
	for (const [name, dialler] of Object.entries(diallers)) {
		const flow = await publishDialler(n8n.client, dialler, items);
		contestants[name] = async () => {
			await n8n.stop();
			await n8n.start();
			await gateway.counted();
			const { status } = await n8n.client.callWebhook(flow.name, {});
			// Reading the result would cost n8n memory too: the list of executions and the gateway's count are enough.
			await until('the execution to be saved', async () => (await n8n.client.executions(flow.id)).every(hasEnded));
			const { calls } = await gateway.counted();
			if (status !== 200 || calls !== items) throw new Error(`${name}: answered ${status}, ${calls} of ${items} calls placed.`);
			return n8n.peakMemory();
		};
	}
	contestants.idle = async () => {
		await n8n.stop();
		await n8n.start();
		return n8n.peakMemory();
	};
	return { peaks: await inTurn(rounds, contestants, (name, mib) => report(`${name}: ${mib.toFixed(0)} MiB`)), parallel: PARALLEL };
}

module.exports = { measureMemory };
