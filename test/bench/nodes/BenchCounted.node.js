'use strict';

/** Answers a webhook with what Bench Count has counted, and starts no run. */
class BenchCounted {
	constructor() {
		this.description = {
			displayName: 'Bench Counted',
			name: 'benchCounted',
			group: ['trigger'],
			version: 1,
			description: 'Tells the count',
			defaults: { name: 'Bench Counted' },
			inputs: [],
			outputs: ['main'],
			webhooks: [{ name: 'default', httpMethod: 'GET', responseMode: 'onReceived', path: 'counted' }],
			properties: [],
		};
	}

	async webhook() {
		return { webhookResponse: { runs: globalThis.benchRuns ?? 0 } };
	}
}

module.exports = { BenchCounted };
