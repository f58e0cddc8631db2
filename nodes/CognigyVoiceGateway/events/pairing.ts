import { NodeHelpers, type IDataObject, type IExecuteFunctions, type INode } from 'n8n-workflow';

import { isWorker } from './process';

/**
 * How the action node finds the trigger of its own workflow: on activation the trigger leaves its production URL
 * in the workflow's stored data, on deactivation it takes it away. Workers of n8n 2 do not get that data; there the
 * URL follows from the trigger's node.
 */

/** The path of the trigger's webhook, below the node's own webhook ID. */
export const WEBHOOK_PATH = 'call-status';

const STORED_UNDER = 'cognigyVoiceGatewayTriggers';

const TRIGGER_TYPE = 'cognigyVoiceGatewayTrigger';

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
	/** The URL is sure, but not whether the workflow is active. */
	| { state: 'perhaps'; url: string; name: string }
	/** The workflow has a trigger, but it does not listen: the workflow is not active. */
	| { state: 'inactive'; name: string }
	| { state: 'none' };

/** n8n offers no list of the workflow's nodes; its contexts carry the workflow all the same. */
function triggersOf(context: IExecuteFunctions): INode[] | undefined {
	const { workflow } = context as unknown as { workflow?: { nodes?: Record<string, INode> } };
	if (workflow?.nodes === undefined) return undefined;
	return Object.values(workflow.nodes).filter(
		({ type, disabled }) => disabled !== true && type.split('.').pop() === TRIGGER_TYPE,
	);
}

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

/** Runs that a trigger or webhook started: the workflow was active just now. */
const STARTED_BY_ITSELF = new Set(['trigger', 'webhook']);

/** A trigger that is not announced: on a worker that says nothing, because the announcements do not get there. */
function unannounced(context: IExecuteFunctions, trigger: INode): PairedTrigger {
	const { name } = trigger;
	const mode = context.getMode();
	// A sub-workflow is loaded by the worker itself, with its stored data.
	const url = isWorker(context) && mode !== 'integrated' ? urlOf(context, trigger) : undefined;
	if (url === undefined) return { state: 'inactive', name };
	return STARTED_BY_ITSELF.has(mode) ? { state: 'listening', url } : { state: 'perhaps', url, name };
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
	const url = triggers.map(({ id }) => announced[id]).find(Boolean);
	if (url !== undefined) return { state: 'listening', url };
	return triggers.length > 0 ? unannounced(context, triggers[0]) : { state: 'none' };
}
