'use strict';

const { displayName, ...suite } = require('../jest.config');

/** A first-time user in the editor of a real n8n 2, in Chromium. */
module.exports = {
	...suite,
	displayName: 'browser',
	rootDir: __dirname,
	globalSetup: '../suite/set-up.js',
	globalTeardown: '../suite/tear-down.js',
	testTimeout: 120_000,
};
