'use strict';

const path = require('node:path');

const { projectDir } = require('../n8n/lib/places');
const { ask } = require('./helper-process');
const { inTurn } = require('./statistics');

/** How long n8n takes to start, with the package and without. Both folders must be set up, and both n8n stopped. */
async function measureStart({ withPackage, without, report }, { rounds }) {
	const startOf = (n8n) => async () => {
		const ms = await n8n.start();
		await n8n.stop();
		return ms;
	};
	return await inTurn(rounds, { with: startOf(withPackage), without: startOf(without) }, (name, ms) => report(`start ${name} the package: ${(ms / 1000).toFixed(2)} s`));
}

/** How long the compiled code of the package takes to load, in a process of its own. */
async function measureLoad({ nodeBinary }, { rounds }) {
	const { n8n } = require(path.join(projectDir, 'package.json'));
	const files = [...n8n.credentials, ...n8n.nodes].map((file) => path.join(projectDir, file));
	return await inTurn(rounds, { load: async () => (await ask('load-package', files, nodeBinary)).ms });
}

module.exports = { measureLoad, measureStart };
