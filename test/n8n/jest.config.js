'use strict';

const release = process.env.N8N_RELEASE ?? '2';

/** A real n8n, driven over REST. One n8n for the whole suite; N8N_RELEASE chooses 1 or 2 (the default). */
module.exports = {
	displayName: `n8n ${release}`,
	testEnvironment: 'node',
	testMatch: ['<rootDir>/*.test.js'],
	globalSetup: '<rootDir>/suite/set-up.js',
	globalTeardown: '<rootDir>/suite/tear-down.js',
	maxWorkers: 1,
	testTimeout: 60_000,
	verbose: true,
	reporters: [
		'default',
		[
			'<rootDir>/../report/reporter.js',
			{
				suite: `n8n-${release}`,
				n8nRelease: release,
				covers: 'the packed package in one n8n with SQLite, driven over REST: both nodes, credential, examples, demo, a restart, attacks.',
				leavesOut: 'the editor (npm run test:browser), several processes and PostgreSQL (test:cluster), installing from a registry and upgrading (test:upgrade), hundreds of calls (soak).',
			},
		],
	],
};
