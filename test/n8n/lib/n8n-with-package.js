'use strict';

const crypto = require('node:crypto');

const { N8nClient } = require('./n8n-client');
const { N8nServer } = require('./n8n-server');
const { CREDENTIAL_NAMES } = require('./workflow-files');

/** Demo login: this n8n is thrown away and listens on this machine only. */
const OWNER = { email: 'owner@example.com', password: 'Voice-Gateway-1', firstName: 'Olivia', lastName: 'Owner' };

/**
 * Starts n8n, sets up its owner and lets n8n's own installer install the packed package, if there is one.
 *
 * @param {object} options
 * @param {import('../install').InstalledN8n} options.n8n
 * @param {{ tarball: string, name: string, version: string }} [options.communityPackage]
 * @param {string} options.userFolder
 * @param {number} [options.port]
 * @param {string} [options.portRemedy]
 * @param {string} [options.webhookUrl] where webhooks are served, if another process does that
 * @param {() => void} [options.onStarted] called when n8n answers, before the installation
 * @returns {Promise<{ server: N8nServer, client: N8nClient }>}
 */
async function startN8nWithPackage(options) {
	const server = await N8nServer.start(options);
	try {
		options.onStarted?.();
		const client = new N8nClient({ url: server.url, version: options.n8n.version, webhookUrl: options.webhookUrl });
		await client.setUpOwner(OWNER);
		if (options.communityPackage) await client.installCommunityPackage(options.communityPackage);
		return { server, client };
	} catch (error) {
		await server.stop();
		throw error;
	}
}

/** The credential data of an account of the emulated gateway. */
function gatewayCredentialData(gateway) {
	const [account] = gateway.world.accounts;
	const key = gateway.world.api_keys.find(({ account_sid: sid }) => sid === account.account_sid);
	return { environment: 'onPremises', baseUrl: gateway.url, accountSid: account.account_sid, apiKey: key.token };
}

/** The credential that all example workflows use. */
async function createGatewayCredential(client, gateway) {
	const data = gatewayCredentialData(gateway);
	const { id } = await client.createCredential('cognigyVoiceGatewayApi', CREDENTIAL_NAMES.gateway, data);
	return { id, name: CREDENTIAL_NAMES.gateway, type: 'cognigyVoiceGatewayApi', data };
}

/** The key with which a CRM may call the Webhook nodes of the examples. */
async function createCrmKey(client) {
	const header = { name: 'X-CRM-Key', value: crypto.randomBytes(16).toString('hex') };
	await client.createCredential('httpHeaderAuth', CREDENTIAL_NAMES.crmKey, header);
	return { [header.name]: header.value };
}

module.exports = { OWNER, createCrmKey, createGatewayCredential, gatewayCredentialData, startN8nWithPackage };
