'use strict';

/** A real n8n, driven over REST. One n8n for the whole suite; N8N_RELEASE chooses 1 or 2 (the default). */
module.exports = {
	displayName: `n8n ${process.env.N8N_RELEASE ?? '2'}`,
	testEnvironment: 'node',
	testMatch: ['<rootDir>/*.test.js'],
	globalSetup: '<rootDir>/suite/set-up.js',
	globalTeardown: '<rootDir>/suite/tear-down.js',
	maxWorkers: 1,
	testTimeout: 60_000,
	verbose: true,
};
