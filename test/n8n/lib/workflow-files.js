'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { workflowsDir } = require('./places');

/** The importable examples, by file name. */
const EXAMPLES = {
	crmEvent: 'crm-event-calls-contact.json',
	form: 'form-submission-follow-up-call.json',
	schedule: 'scheduled-list-of-calls.json',
};

/** Addresses that a user replaces by their own. */
const PLACEHOLDER_ORIGINS = ['https://crm.example.com', 'https://chat.example.com'];

/** Names of the credentials in the examples; n8n finds a credential without an ID by its name. */
const CREDENTIAL_NAMES = { gateway: 'Cognigy Voice Gateway account', crmKey: 'CRM key' };

/** Nodes with a webhook, which get an address of their own on import. */
const HAS_WEBHOOK = /\.(webhook|formTrigger|cognigyVoiceGatewayTrigger)$/;

/**
 * Reads a workflow file and fills it in the way a user does who imports it into the editor:
 * nodes get new IDs and webhooks new addresses, placeholder addresses become real ones.
 *
 * @param {string} file name in workflows/, or a whole path
 * @param {{ origin?: string, path?: string }} [fill] `origin`: where CRM and team chat are; `path`: of the Webhook node
 */
function readWorkflow(file, { origin, path: webhookPath } = {}) {
	let text = fs.readFileSync(path.resolve(workflowsDir, file), 'utf8');
	if (origin) for (const placeholder of PLACEHOLDER_ORIGINS) text = text.replaceAll(placeholder, origin);
	const workflow = JSON.parse(text);
	for (const node of workflow.nodes) {
		node.id = crypto.randomUUID();
		if (HAS_WEBHOOK.test(node.type)) node.webhookId = crypto.randomUUID();
		if (webhookPath && node.type === 'n8n-nodes-base.webhook') node.parameters.path = webhookPath;
	}
	return workflow;
}

/** The node of that name. */
function nodeNamed(workflow, name) {
	const node = workflow.nodes.find((each) => each.name === name);
	if (!node) throw new Error(`Workflow "${workflow.name}" has no node "${name}".`);
	return node;
}

module.exports = { CREDENTIAL_NAMES, EXAMPLES, nodeNamed, readWorkflow };
