'use strict';

const { startRestartableN8n } = require('../lib/restartable-n8n');
const { userFolderOf } = require('../lib/places');
const { startRegistry } = require('./registry');

/** What the set-up found: n8n's release, the package's name, its previous and its current version. */
const { release, name, previous, current } = JSON.parse(process.env.N8N_UPGRADE);

/**
 * Gives a test file a registry in which the previous version is the newest one, and an n8n that has installed nothing.
 *
 * @param {string} title of their folders
 */
async function startUpgradable(title) {
	const registry = await startRegistry(`registry-${title}-${release}`);
	try {
		await registry.publish(previous.tarball);
		const userFolder = userFolderOf(`${title}-${release}`);
		const n8n = await startRestartableN8n({ release, userFolder, environment: registry.environment });
		registry.settle(userFolder);
		return { registry, n8n };
	} catch (error) {
		await registry.close();
		throw error;
	}
}

/** The package as n8n lists it. */
async function listed(client) {
	const packages = await client.communityPackages();
	return packages.find(({ packageName }) => packageName === name);
}

module.exports = { current, listed, name, previous, release, startUpgradable };
