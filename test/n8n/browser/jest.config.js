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
	reporters: [
		'default',
		[
			'<rootDir>/../../report/reporter.js',
			{
				suite: 'browser',
				n8nRelease: '2',
				covers: 'a first-time user in the editor of n8n 2, in Chromium: search, credential, lists, a call, the trigger, publishing; light and dark.',
				leavesOut: 'other browsers, the editor of n8n 1, and how it all looks: that is for eyes (npm run screenshots).',
			},
		],
	],
};
