'use strict';

const { startRestartableN8n } = require('../lib/restartable-n8n');
const { userFolderOf } = require('../lib/places');
const { startRegistry } = require('./registry');

/** What the set-up found: n8n's release, the package's name, its previous and its current version. */
const { release, name, previous, current } = JSON.parse(process.env.N8N_UPGRADE);

/** Longer than n8n takes to start on a busy machine. Milliseconds. */
const START_MS = 180_000;

/**
 * Gives a test file a registry in which the previous version is the newest one, and an n8n that has installed nothing.
 *
 * @param {string} title of their folders
 * @returns {{ registry?: object, n8n?: object, client?: object }} filled before the first test
 */
function upgradable(title) {
	const stage = {};
	beforeAll(async () => {
		stage.registry = await startRegistry(`registry-${title}-${release}`);
		await stage.registry.publish(previous.tarball);
		const userFolder = userFolderOf(`${title}-${release}`);
		stage.n8n = await startRestartableN8n({ release, userFolder, environment: stage.registry.environment });
		stage.client = stage.n8n.client;
		stage.registry.settle(userFolder);
	}, START_MS);
	afterAll(async () => {
		await stage.n8n?.stop();
		await stage.registry?.close();
	});
	return stage;
}

/** The package as n8n lists it. */
async function listed(client) {
	const packages = await client.communityPackages();
	return packages.find(({ packageName }) => packageName === name);
}

module.exports = { current, listed, name, previous, START_MS, upgradable };
