import { NodeHelpers, type IDataObject, type IExecuteFunctions, type INode } from 'n8n-workflow';

import { registrations } from './application/registrations';
import { isWorker } from './process';
import { applicationIn, isOfApplication, triggersOf } from './workflowTriggers';

/**
 * How the action node finds the trigger of its own workflow: on activation the trigger leaves its production URL
 * in the workflow's stored data, on deactivation it takes it away. Workers of n8n 2 do not get that data; there the
 * URL follows from the trigger's node.
 */

/** The path of the trigger's webhook, below the node's own webhook ID. */
export const WEBHOOK_PATH = 'call-status';

const STORED_UNDER = 'cognigyVoiceGatewayTriggers';

function urls(workflowData: IDataObject): Record<string, string> {
	return (workflowData[STORED_UNDER] ?? {}) as Record<string, string>;
}

/** Leaves a trigger's URL for the action nodes of the workflow. */
export function announceTrigger(workflowData: IDataObject, nodeId: string, url: string): void {
	workflowData[STORED_UNDER] = { ...urls(workflowData), [nodeId]: url };
}

/** Whether a trigger's URL is already there, unchanged. */
export const isAnnounced = (workflowData: IDataObject, nodeId: string, url: string): boolean =>
	urls(workflowData)[nodeId] === url;

/** Takes a trigger's URL away. */
export function withdrawTrigger(workflowData: IDataObject, nodeId: string): void {
	workflowData[STORED_UNDER] = Object.fromEntries(Object.entries(urls(workflowData)).filter(([id]) => id !== nodeId));
}

/** The trigger that belongs to an action node. */
export type PairedTrigger =
	| { state: 'listening'; url: string }
	/** It hears of every call of an application from the application itself; the URL is for what does not come that way. */
	| { state: 'application'; name: string; applicationSid: string; url: string }
	/** The URL is sure, but not whether the workflow is active. */
	| { state: 'perhaps'; url: string; name: string }
	/** The workflow has a trigger, but it does not listen: the workflow is not active. */
	| { state: 'inactive'; name: string }
	| { state: 'none' };

/** The URL with the trigger's token, if gateways prove themselves by one. */
export function withToken(url: string, token: unknown): string {
	const result = new URL(url);
	result.searchParams.set('token', String(token).trim());
	return result.toString();
}

/** The production URL that n8n gives a trigger; undefined where the context does not tell what it takes. */
function urlOf(context: IExecuteFunctions, trigger: INode): string | undefined {
	const { additionalData } = context as unknown as { additionalData?: { webhookBaseUrl?: string } };
	const workflowId = context.getWorkflow().id;
	if (additionalData?.webhookBaseUrl === undefined || workflowId === undefined) return undefined;
	const url = NodeHelpers.getNodeWebhookUrl(additionalData.webhookBaseUrl, workflowId, trigger, WEBHOOK_PATH);
	const { parameters } = trigger;
	const { token, verification } = { token: '', verification: '', ...parameters } as { token: string; verification: string };
	if (verification !== 'token') return url;
	return withToken(url, token.startsWith('=') ? context.evaluateExpression(token.slice(1), 0) : token);
}

/** A trigger's URL on a worker, which does not get what was announced. A sub-workflow is loaded by the worker itself, with its stored data. */
const urlOnWorker = (context: IExecuteFunctions, trigger: INode): string | undefined =>
	isWorker(context) && context.getMode() !== 'integrated' ? urlOf(context, trigger) : undefined;

/** Runs that a trigger or webhook started: the workflow was active just now. */
const STARTED_BY_ITSELF = new Set(['trigger', 'webhook']);

/** A trigger that is not announced: on a worker that says nothing, because the announcements do not get there. */
function unannounced(context: IExecuteFunctions, trigger: INode): PairedTrigger {
	const { name } = trigger;
	const url = urlOnWorker(context, trigger);
	if (url === undefined) return { state: 'inactive', name };
	return STARTED_BY_ITSELF.has(context.getMode()) ? { state: 'listening', url } : { state: 'perhaps', url, name };
}

/** Finds the trigger of the workflow in which the action node runs. */
export function pairedTrigger(context: IExecuteFunctions): PairedTrigger {
	const announced = urls(context.getWorkflowStaticData('global'));
	const triggers = triggersOf(context);
	// Without sight of the nodes, whatever was announced is all there is to go by.
	if (triggers === undefined) {
		const [url] = Object.values(announced);
		return url === undefined ? { state: 'none' } : { state: 'listening', url };
	}
	const paired = triggers.filter((trigger) => !isOfApplication(trigger));
	const listening = paired.map(({ id }) => announced[id]).find(Boolean);
	if (listening !== undefined) return { state: 'listening', url: listening };
	if (paired.length > 0) return unannounced(context, paired[0]);
	const registered = Object.entries(registrations(context.getWorkflowStaticData('global')));
	for (const trigger of triggers) {
		const { id, name } = trigger;
		const [applicationSid, registration] = registered.find(([, { node }]) => node === id) ?? [];
		if (applicationSid !== undefined && registration !== undefined) return { state: 'application', name, applicationSid, url: registration.url };
		const url = urlOnWorker(context, trigger);
		const named = url === undefined ? undefined : applicationIn(trigger);
		if (url !== undefined && named !== undefined) return { state: 'application', name, applicationSid: named, url };
	}
	return triggers.length > 0 ? { state: 'inactive', name: triggers[0].name } : { state: 'none' };
}
