import type { INode } from 'n8n-workflow';

import type { ApplicationHook } from '../../gateway/types';
import { readMark, shownUrl, triggerIdIn, type Before, type Owner } from './hookMark';
import { applicationIn, isOfApplication } from '../workflowTriggers';

/** Whose webhook is registered at an application. */
export type Claim =
	/** There is none, or one that a trigger had to leave behind when it was switched off. */
	| { by: 'nobody' }
	/** This trigger, under whatever address; `before` is undefined when the URL does not tell it. */
	| { by: 'us'; before: Before | undefined }
	/** Another trigger of this package. */
	| { by: 'trigger'; who: string }
	/** Somebody else, e.g. a Cognigy.AI endpoint. */
	| { by: 'other'; hook: ApplicationHook };

/** A trigger, and what it can see around it. */
export interface Seen {
	owner: Owner;
	webhookId: string | undefined;
	/** The triggers of its workflow; undefined: they cannot be seen, or may not be gone by. */
	triggers?: INode[];
}

/** Reads from an application's status webhook whose it is. */
export function claimOf(hook: ApplicationHook | null, applicationSid: string, { owner, triggers, webhookId }: Seen): Claim {
	if (hook === null) return { by: 'nobody' };
	const mark = readMark(hook.url);
	if (mark === undefined) {
		const id = triggerIdIn(hook.url);
		if (id === undefined) return { by: 'other', hook };
		// The address was entered by hand, or the gateway drops fragments: the path tells as well, on any host.
		return id === webhookId?.toLowerCase() ? { by: 'us', before: undefined } : { by: 'trigger', who: shownUrl(hook.url) };
	}
	const us = { by: 'us' as const, before: mark.application === applicationSid ? mark.before : undefined };
	const here = mark.instance === owner.instance && mark.workflow === owner.workflow;
	if (here && mark.node === owner.node) return us;
	if (mark.resting) return { by: 'nobody' };
	if (here) {
		const sibling = triggers?.find(({ id }) => id === mark.node);
		const itsApplication = sibling === undefined ? undefined : applicationIn(sibling);
		const alive =
			triggers === undefined ||
			(sibling !== undefined && isOfApplication(sibling) && (itsApplication === undefined || itsApplication === applicationSid));
		// A node that was deleted, disabled or sent elsewhere while the gateway was away left its URL behind.
		if (!alive) return us;
		return { by: 'trigger', who: `the trigger "${sibling?.name ?? mark.node}" of this workflow, at ${shownUrl(hook.url)}` };
	}
	const where = mark.instance === owner.instance ? 'this n8n' : 'another n8n';
	return { by: 'trigger', who: `the trigger of workflow ${mark.workflow} of ${where}, at ${shownUrl(hook.url)}` };
}
