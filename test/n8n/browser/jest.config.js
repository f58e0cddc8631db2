'use strict';

const { suiteConfig } = require('../lib/suite-config');

/** A first-time user in the editor of a real n8n 2, in Chromium. */
module.exports = suiteConfig(
	{
		suite: 'browser',
		n8nRelease: '2',
		covers: 'a first-time user in the editor of n8n 2, in Chromium: search, credential, lists, a call, the trigger, publishing; light and dark.',
		leavesOut: 'other browsers, the editor of n8n 1, and how it all looks: that is for eyes (npm run screenshots).',
	},
	{
		displayName: 'browser',
		globalSetup: '../suite/set-up.js',
		globalTeardown: '../suite/tear-down.js',
	},
);
