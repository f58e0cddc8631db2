'use strict';

const crypto = require('node:crypto');

const { callNode, node, webhookNode, workflow } = require('../n8n/suite/workflows');

/** What every contestant sends for a call; the number comes from the item. */
const callBody = (applicationSid) => ({ application_sid: applicationSid, from: '+12025550100', to: { type: 'phone' } });

/** Contestants of the dialling benchmark, as nodes of a workflow. `setting`: credentials, the gateway's URL, and so on. */
const DIALLERS = {
	/** The package's node. */
	ours: ({ credentials, applicationSid }, parallel) =>
		callNode(credentials, {
			application: { __rl: true, mode: 'list', value: applicationSid },
			toNumber: '={{ $json.phone }}',
			statusUpdates: 'none',
			// Five in parallel is the default: the option stays away.
			options: parallel === 5 ? {} : { callsInParallel: parallel },
		}),

	/** n8n's HTTP Request node. `batching`: so many requests every so many milliseconds; without, all at once. */
	httpRequest: ({ credentials, applicationSid, callsUrl }, batching) => {
		const text = JSON.stringify({ ...callBody(applicationSid), to: { type: 'phone', number: '{{ $json.phone }}' } });
		return node(
			'n8n-nodes-base.httpRequest',
			'HTTP Request',
			{
				method: 'POST',
				url: callsUrl,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'cognigyVoiceGatewayApi',
				sendBody: true,
				specifyBody: 'json',
				jsonBody: `=${text}`,
				options: batching === undefined ? {} : { batching: { batch: batching } },
			},
			{ typeVersion: 4.5, credentials },
		);
	},

	/** The bench's own node: n8n's HTTP helper, and nothing around it. */
	loop: ({ credentials, applicationSid, callsUrl }, parallel) =>
		node('CUSTOM.benchLoop', 'Loop', { url: callsUrl, parallel, body: JSON.stringify(callBody(applicationSid)) }, { credentials }),
};

/** A workflow that dials when its webhook is called, and answers when it is done. */
function diallingWorkflow(name, dialler, count) {
	const webhook = webhookNode(name);
	webhook.parameters = { httpMethod: 'POST', path: name, responseMode: 'lastNode', responseData: 'noData', options: {} };
	return workflow(name, [webhook, node('CUSTOM.benchItems', 'Items', { count }), dialler]);
}

/** A trigger, and a step that counts its runs. Executions are not saved. */
function triggerWorkflow(name, trigger) {
	const never = { saveDataSuccessExecution: 'none', saveDataErrorExecution: 'none', saveExecutionProgress: false };
	return { ...workflow(name, [trigger, node('CUSTOM.benchCount', 'Count', {})]), settings: never };
}

/** A trigger of the package or of the bench, with a webhook address of its own. */
const ownAddress = (type, name, parameters = {}, more = {}) => node(type, name, parameters, { ...more, webhookId: crypto.randomUUID() });

module.exports = { DIALLERS, callBody, diallingWorkflow, ownAddress, triggerWorkflow };
