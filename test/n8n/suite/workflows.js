'use strict';

const crypto = require('node:crypto');

const ACTION = 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGateway';
const TRIGGER = 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGatewayTrigger';

let column = 0;

/** A node of a workflow. */
function node(type, name, parameters, more = {}) {
	column += 1;
	return { id: crypto.randomUUID(), name, type, typeVersion: 1, position: [column * 220, 0], parameters, ...more };
}

/** A webhook that hands its body to the next node and answers with what came out at the end of the workflow. */
const webhookNode = (path) =>
	node('n8n-nodes-base.webhook', 'Event', { httpMethod: 'POST', path, responseMode: 'lastNode', responseData: 'allEntries', options: {} }, {
		typeVersion: 2,
		webhookId: crypto.randomUUID(),
	});

/** Create Call with the number of the webhook's body, unless told otherwise. */
const callNode = (credentials, { options = {}, onError, ...parameters } = {}) =>
	node(
		ACTION,
		'Create Call',
		{
			resource: 'call',
			operation: 'create',
			from: { __rl: true, mode: 'number', value: '+12025550100' },
			application: { __rl: true, mode: 'list', value: 'assigned' },
			toType: 'phone',
			toNumber: '={{ $json.body.phone }}',
			statusUpdates: 'trigger',
			options,
			...parameters,
		},
		{ credentials, ...(onError ? { onError } : {}) },
	);

const triggerNode = (credentials, parameters = {}) =>
	node(TRIGGER, 'Call Events', { listenFor: 'status', ...parameters }, { credentials, webhookId: crypto.randomUUID() });

/** A workflow of chains, in each of which the given nodes follow one another. */
function workflow(name, ...chains) {
	const connections = {};
	for (const chain of chains) {
		chain.slice(0, -1).forEach((each, index) => {
			connections[each.name] = { main: [[{ node: chain[index + 1].name, type: 'main', index: 0 }]] };
		});
	}
	return { name, nodes: chains.flat(), connections };
}

module.exports = { ACTION, TRIGGER, callNode, node, triggerNode, webhookNode, workflow };
