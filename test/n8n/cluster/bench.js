'use strict';

const { startGateway } = require('../../gateway');
const { createGatewayCredential } = require('../lib/n8n-with-package');
const { startDownstream } = require('../suite/waiting');
const { Cluster, PROCESS } = require('./cluster');

/** How long a cluster may take to start, on a machine that has other things to do. */
const START_MS = 300_000;

/** Metadata of a call: which process placed it. */
const PLACED_BY = { metadata: { pairs: [{ key: 'placed_by', value: `={{ ${PROCESS} }}` }] } };

/**
 * A cluster, an emulated gateway, and steps that tell the outside world what they got and in which process they ran.
 *
 * @param {{ timeScale?: number, concurrency?: number, hold?: Function }} [options]
 */
async function openBench({ timeScale = 0.2, concurrency, hold } = {}) {
	const gateway = await startGateway({ port: 0, world: 'demo', timeScale, retryTimeScale: 1, quiet: true });
	// Files that run for minutes may ask more often than the gateway allows in five of them.
	gateway.world.rate_limit = 1e6;
	const downstream = await startDownstream({ tell: { process: PROCESS }, hold });
	const close = async () => {
		await cluster?.stop();
		await gateway.close();
		await downstream.close();
	};
	let cluster;
	try {
		cluster = await Cluster.start({ concurrency });
		const { id, name } = await createGatewayCredential(cluster.client, gateway);
		const credentials = { cognigyVoiceGatewayApi: { id, name } };
		return { cluster, client: cluster.client, gateway, credentials, downstream, close };
	} catch (error) {
		await close();
		throw error;
	}
}

module.exports = { openBench, PLACED_BY, START_MS };
