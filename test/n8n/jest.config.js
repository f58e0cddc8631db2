'use strict';

const { suiteConfig } = require('./lib/suite-config');

const release = process.env.N8N_RELEASE ?? '2';

/** A real n8n, driven over REST. One n8n for the whole suite; N8N_RELEASE chooses 1 or 2 (the default). */
module.exports = suiteConfig(
	{
		suite: `n8n-${release}`,
		n8nRelease: release,
		covers: 'the packed package in one n8n with SQLite, driven over REST: both nodes, credential, examples, demo, a restart, attacks.',
		leavesOut: 'the editor (npm run test:browser), several processes and PostgreSQL (test:cluster), installing from a registry and upgrading (test:upgrade), hundreds of calls (soak).',
	},
	{
		displayName: `n8n ${release}`,
		globalSetup: '<rootDir>/suite/set-up.js',
		globalTeardown: '<rootDir>/suite/tear-down.js',
		// Mostly they wait for calls to end, and for an n8n to start.
		maxWorkers: 2,
		testTimeout: 60_000,
	},
);
