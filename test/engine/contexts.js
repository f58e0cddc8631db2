'use strict';

const { TestCredentials, TRIGGER, newCredential, nodeTypes } = require('./engine');
const { CredentialTestContext, HookContext, LoadOptionsContext, WebhookContext } = require('n8n-core');
const { Workflow } = require('n8n-workflow');

/** n8n-core's own contexts around a single node: what a picker, a credential test, an activation or a webhook runs in. */

const BASE = 'https://n8n.example.com';

function additionalDataFor(credential, more = {}) {
	return {
		credentialsHelper: new TestCredentials(credential),
		currentNodeParameters: undefined,
		webhookBaseUrl: `${BASE}/webhook`,
		webhookTestBaseUrl: `${BASE}/webhook-test`,
		variables: {},
		...more,
	};
}

/**
 * A workflow that holds one node.
 *
 * @param {object} parameters of the node
 * @param {object} [more]
 * @param {string} [more.type] the trigger unless told
 * @param {object} [more.staticData] the workflow's stored data; changed in place
 */
function workflowWith(parameters, { type = TRIGGER, staticData = {} } = {}) {
	const node = {
		id: 'trigger-id', name: 'Call events', type, typeVersion: 1, position: [0, 0], parameters, webhookId: 'hook-id',
		credentials: { cognigyVoiceGatewayApi: newCredential() },
	};
	const workflow = new Workflow({
		id: 'workflow-id', name: 'Test', active: true, nodes: [node], connections: {}, nodeTypes: nodeTypes([]), staticData, settings: {},
	});
	return { workflow, node: workflow.getNode('Call events'), type: nodeTypes([]).getByName(type) };
}

/** For methods.listSearch. */
function pickerContext(credential, type) {
	const { workflow, node } = workflowWith({}, { type });
	return new LoadOptionsContext(workflow, node, additionalDataFor(credential), 'parameters.from');
}

/** For methods.credentialTest. */
const credentialTestContext = () => new CredentialTestContext(additionalDataFor({}));

/** For webhookMethods: `manual` is a listening for one test event, `trigger` a published workflow. */
function hookContext({ workflow, node }, credential, mode = 'trigger') {
	const webhookData = { isTest: mode === 'manual', webhookDescription: { name: 'default' } };
	return new HookContext(workflow, node, additionalDataFor(credential), mode, mode === 'manual' ? 'manual' : 'activate', webhookData);
}

/** For webhook(). */
function webhookContext({ workflow, node }, credential, httpRequest, httpResponse, mode = 'trigger') {
	const additionalData = additionalDataFor(credential, { httpRequest, httpResponse });
	return new WebhookContext(workflow, node, additionalData, mode, { webhookDescription: { name: 'default' }, isTest: mode === 'manual' }, [], null);
}

module.exports = { BASE, credentialTestContext, hookContext, pickerContext, webhookContext, workflowWith };
