'use strict';

/** n8n 2 in queue mode, over several processes; each file starts a cluster of its own. */
module.exports = {
	displayName: 'cluster',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/*.test.js'],
	maxWorkers: 1,
	testTimeout: 120_000,
	verbose: true,
};
