'use strict';

const { installN8n } = require('../install');
const { N8nServer } = require('./n8n-server');
const { startN8nWithPackage } = require('./n8n-with-package');

/**
 * An n8n of its own that can be ended and started again on the same port with the same data.
 *
 * @param {object} options
 * @param {string} options.release
 * @param {{ tarball: string, name: string, version: string }} [options.communityPackage]
 * @param {string} options.userFolder
 * @param {Record<string, string>} [options.environment] further settings of n8n
 */
async function startRestartableN8n({ release, communityPackage, userFolder, environment }) {
	const n8n = await installN8n(release, { onProgress() {} });
	const { server, client } = await startN8nWithPackage({ n8n, communityPackage, userFolder, environment });
	let current = server;
	return {
		client,
		/** @param {'SIGTERM' | 'SIGKILL'} signal */
		end: (signal) => (signal === 'SIGKILL' ? current.kill() : current.stop()),
		/** Starts n8n again; the session of `client` stays valid. */
		async startAgain() {
			const port = Number(new URL(client.url).port);
			current = await N8nServer.start({ n8n, communityPackage, userFolder, environment, port, keepData: true });
		},
		stop: () => current.stop(),
	};
}

module.exports = { startRestartableN8n };
