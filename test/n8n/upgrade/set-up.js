'use strict';

const path = require('node:path');

const { installN8n } = require('../install');
const { ClearError } = require('../lib/clear-error');
const { packPackage } = require('../lib/package-tarball');
const { printProgress } = require('../lib/progress');
const { installRegistry } = require('./registry');

/** What was released before this, see README. */
const PREVIOUS = { version: '0.1.0', tarball: path.join(__dirname, 'n8n-nodes-cognigy-voice-gateway-0.1.0.tgz') };

/** Packs this version, and installs n8n and the registry where that has not been done yet. */
module.exports = async function setUp() {
	const release = process.env.N8N_RELEASE ?? '2';
	try {
		const { name, version, tarball } = await packPackage();
		await installRegistry();
		await installN8n(release, { onProgress: printProgress().install });
		process.env.N8N_UPGRADE = JSON.stringify({ release, name, previous: PREVIOUS, current: { version, tarball } });
	} catch (error) {
		// Jest shows the stack of what a setup throws; for these the message says it all.
		if (error instanceof ClearError) error.stack = error.message;
		throw error;
	}
};
