'use strict';

/** The floor of a community trigger: starts a run with the webhook's body and checks nothing. */
class BenchTrigger {
	constructor() {
		this.description = {
			displayName: 'Bench Trigger',
			name: 'benchTrigger',
			group: ['trigger'],
			version: 1,
			description: 'A bare trigger',
			defaults: { name: 'Bench Trigger' },
			inputs: [],
			outputs: ['main'],
			// Set or not: what n8n itself does about a credential at every webhook and run is a cost of its own.
			credentials: [{ name: 'cognigyVoiceGatewayApi', required: false }],
			webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'call-status' }],
			properties: [],
		};
	}

	async webhook() {
		return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
	}
}

module.exports = { BenchTrigger };
