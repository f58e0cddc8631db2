'use strict';

const { CREDENTIAL, NODE, strict } = require('./strictContext');

/** One application of a gateway, and the context of a trigger that listens to it; everything happens in this process. */

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const WEBHOOK_ID = '11111111-1111-4111-8111-11111111111a';
const PRODUCTION_URL = `https://n8n.example.com/webhook/${WEBHOOK_ID}/call-status`;
const STORED = 'cognigyVoiceGatewayApplications';

/**
 * @param {object} [setup]
 * @param {object} [setup.parameters] of the trigger
 * @param {object} [setup.application] fields of the application
 * @param {object} [setup.stored] the workflow's stored data
 * @param {(request: object, forward: () => object) => object} [setup.alter] answers in the gateway's place
 * @param {object[] | null} [setup.triggers] of the workflow; null: n8n does not show them
 * @param {object} [setup.more] of the context
 */
function oneApplication({ parameters = {}, application = {}, stored = {}, alter = (_request, forward) => forward(), triggers, activation = 'activate', more = {} } = {}) {
	const fields = { calls: 'application', application: APPLICATION, verification: 'none', replaceExistingWebhook: false, ...parameters };
	const node = { ...NODE, type: `${NODE.type}Trigger`, id: 'node-1', name: 'Call events', webhookId: WEBHOOK_ID, disabled: undefined, parameters: fields };
	const there = { application_sid: APPLICATION, name: 'Sales', account_sid: CREDENTIAL.accountSid, call_hook: null, call_status_hook: null, ...application };
	const log = [];
	const requests = [];
	const write = (level) => (message, about) => log.push([level, message, about]);
	const context = strict({
		getNode: () => node,
		getNodeParameter: (name, fallback, options) => {
			if (name === 'application' && options?.extractValue !== true) throw new Error('the value alone was not asked for');
			return name in fields ? fields[name] : fallback;
		},
		getNodeWebhookUrl: (name) => (name === 'default' ? PRODUCTION_URL : undefined),
		getMode: () => 'trigger',
		getActivationMode: () => activation,
		getInstanceId: () => 'abcdef0123456789',
		getWorkflow: () => ({ id: 'workflow-1' }),
		getWorkflowStaticData: (type) => {
			if (type !== 'global') throw new Error(`data of "${type}"`);
			return stored;
		},
		getCredentials: async () => ({ ...CREDENTIAL, webhookSecret: 'whsec' }),
		logger: { warn: write('warn'), error: write('error') },
		// Of a class of its own, so that the strictness does not reach into what is n8n's.
		workflow: triggers === null ? undefined : Object.assign(new (class Workflow {})(), { nodes: Object.fromEntries((triggers ?? [node]).map((each) => [each.name, each])) }),
		helpers: {
			httpRequestWithAuthentication: async (_type, options) => {
				const request = { ...options, ...('body' in options ? { body: JSON.parse(options.body) } : {}) };
				requests.push(request);
				return alter(request, () => {
					if (request.method !== 'PUT') return { statusCode: 200, headers: {}, body: structuredClone(there) };
					const { call_status_hook_sid: removed, ...rest } = request.body;
					Object.assign(there, structuredClone(rest), removed === null ? { call_status_hook: null } : {});
					return { statusCode: 204, headers: {}, body: '' };
				});
			},
		},
		...more,
	});
	return {
		application: there, context, log, requests, stored,
		get memory() {
			return stored[STORED] ?? {};
		},
	};
}

/** The stored data of a workflow whose trigger is registered at applications. */
const remembering = (registrations) => ({ [STORED]: registrations });

const refused = (status, msg) => ({ statusCode: status, headers: {}, body: { msg } });

module.exports = { APPLICATION, PRODUCTION_URL, WEBHOOK_ID, oneApplication, refused, remembering };
