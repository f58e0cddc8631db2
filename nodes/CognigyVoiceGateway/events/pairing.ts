import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { registrations } from './application/registrations';
import { isOfApplication, triggersOf } from './workflowTriggers';

/**
 * How the action node finds the trigger of its own workflow: on activation the trigger leaves its production URL
 * in the workflow's stored data, on deactivation it takes it away.
 */

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
	/** The workflow has a trigger, but it does not listen: the workflow is not active. */
	| { state: 'inactive'; name: string }
	| { state: 'none' };

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
	const url = paired.map(({ id }) => announced[id]).find(Boolean);
	if (url !== undefined) return { state: 'listening', url };
	if (paired.length === 0) {
		const registered = Object.entries(registrations(context.getWorkflowStaticData('global')));
		for (const { id, name } of triggers) {
			const [applicationSid, registration] = registered.find(([, { node }]) => node === id) ?? [];
			if (applicationSid !== undefined && registration !== undefined) return { state: 'application', name, applicationSid, url: registration.url };
		}
	}
	return triggers.length > 0 ? { state: 'inactive', name: (paired[0] ?? triggers[0]).name } : { state: 'none' };
}
