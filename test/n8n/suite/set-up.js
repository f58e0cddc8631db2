'use strict';

const path = require('node:path');

const { installN8n } = require('../install');
const { ClearError } = require('../lib/clear-error');
const { startN8nWithPackage } = require('../lib/n8n-with-package');
const { packPackage } = require('../lib/package-tarball');
const { userFolderOf } = require('../lib/places');
const { printProgress } = require('../lib/progress');

/** Starts the one n8n of the suite, with the packed package in it as a community package. */
module.exports = async function setUp() {
	const release = process.env.N8N_RELEASE ?? '2';
	const progress = printProgress();
	try {
		const communityPackage = await packPackage();
		const n8n = await installN8n(release, { onProgress: progress.install });
		const { server, client } = await startN8nWithPackage({
			n8n,
			communityPackage,
			userFolder: userFolderOf(`suite-${release}`),
		});
		globalThis.n8nOfTheSuite = server;
		process.env.N8N_SUITE = JSON.stringify({ release, ...client.session(), communityPackage });
		progress.line(`n8n ${client.version} on ${server.url}`);
	} catch (error) {
		// Jest shows the stack of what a setup throws; for these the message says it all.
		if (error instanceof ClearError) error.stack = error.message;
		throw error;
	}
};
