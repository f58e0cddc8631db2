'use strict';

const { startGateway } = require('../../gateway');
const { N8nClient } = require('../lib/n8n-client');
const { gatewayCredentialData } = require('../lib/n8n-with-package');

/** Calls live through their timelines this much faster than real ones; n8n is no faster, so the tries of a webhook wait as long as real ones. */
const TIME_SCALE = 0.2;

const suite = JSON.parse(process.env.N8N_SUITE);

/** The packed package that is installed in the suite's n8n. */
const { communityPackage, release } = suite;

/** A client that is logged in as the owner. */
const client = N8nClient.resume(suite);

/**
 * Gives a test file an emulated gateway of its own, and a credential for it.
 *
 * @param {{ credentialName?: string, timeScale?: number }} [options]
 */
async function openGateway({ credentialName = `Gateway of ${Date.now()}`, timeScale = TIME_SCALE } = {}) {
	const gateway = await startGateway({ port: 0, world: 'demo', timeScale, retryTimeScale: 1, quiet: true });
	const data = gatewayCredentialData(gateway);
	const { id } = await client.createCredential('cognigyVoiceGatewayApi', credentialName, data);
	/** What a node holds that uses the credential. */
	const credentials = { cognigyVoiceGatewayApi: { id, name: credentialName } };
	return { gateway, data, credentials };
}

module.exports = { client, communityPackage, openGateway, release };
