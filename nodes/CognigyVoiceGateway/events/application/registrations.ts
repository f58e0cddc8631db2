import type { IDataObject } from 'n8n-workflow';

import type { Before } from './hookMark';

/** What a workflow's stored data say of the applications at which its triggers are registered, by the application's sid. */

const STORED_UNDER = 'cognigyVoiceGatewayApplications';

export interface Registration {
	/** ID of the trigger node. */
	node: string;
	/** The production URL as registered, without fragment. */
	url: string;
	/** What was there before. */
	before: Before;
}

/** All registrations of the workflow. */
export const registrations = (workflowData: IDataObject): Record<string, Registration> =>
	(workflowData[STORED_UNDER] ?? {}) as unknown as Record<string, Registration>;

/** Writes a registration down. */
export function remember(workflowData: IDataObject, applicationSid: string, registration: Registration): void {
	workflowData[STORED_UNDER] = { ...registrations(workflowData), [applicationSid]: registration } as unknown as IDataObject;
}

/** Strikes a registration out. */
export function forget(workflowData: IDataObject, applicationSid: string): void {
	const all = registrations(workflowData);
	if (!Object.hasOwn(all, applicationSid)) return;
	workflowData[STORED_UNDER] = Object.fromEntries(Object.entries(all).filter(([sid]) => sid !== applicationSid)) as unknown as IDataObject;
}
