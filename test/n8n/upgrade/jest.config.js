'use strict';

const { suiteConfig } = require('../lib/suite-config');

const release = process.env.N8N_RELEASE ?? '2';

/** Installing from a registry and upgrading, in a real n8n; N8N_RELEASE chooses 1 or 2 (the default). */
module.exports = suiteConfig(
	{
		suite: `upgrade-${release}`,
		n8nRelease: release,
		covers:
			'both versions published to a registry and installed by n8n itself; 0.1.0 with live workflows upgraded through n8n: parameters, waiting and dialling runs, the published trigger, who was called; n8n 2: the same by mouse in the editor.',
		leavesOut: 'the public registry and n8n\'s list of verified packages, an upgrade of n8n itself, several processes.',
	},
	{
		displayName: `upgrade, n8n ${release}`,
		// The browser drives the editor of n8n 2.
		testPathIgnorePatterns: release === '2' ? [] : ['/editor\\.test\\.js$'],
		globalSetup: '<rootDir>/set-up.js',
		// Each file has an n8n and a registry of its own.
		maxWorkers: 2,
	},
);
