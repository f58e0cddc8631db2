'use strict';

const { suiteConfig } = require('../lib/suite-config');

/** n8n 2 in queue mode, over several processes; each file starts a cluster of its own. */
module.exports = suiteConfig(
	{
		suite: 'cluster',
		n8nRelease: '2',
		covers: 'n8n 2 in queue mode: main, two workers, a webhook process, PostgreSQL, Redis; processes that are killed, and two workers at once.',
		leavesOut: 'several machines, several main processes (which need a licence), a PostgreSQL or Redis that fails, n8n 1.',
	},
	{ displayName: 'cluster' },
);
