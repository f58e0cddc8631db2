import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { sameHook, type Change } from '../../gateway/applicationHooks';
import type { GatewayClient } from '../../gateway/client';
import type { GatewayProblem } from '../../gateway/problems';
import type { ApplicationHook, ApplicationWithHooks } from '../../gateway/types';
import { claimOf, type Seen } from './claims';
import { shownUrl } from './hookMark';
import { restore } from './putBack';

/** Why an application does not report to the trigger, and what to do. The message says it all: n8n 2 shows nothing else. */

const PORTAL = 'the application in the Voice Gateway Self-Service Portal';

export const refuseTrigger = (context: IHookFunctions, { name }: ApplicationWithHooks, who: string): NodeOperationError =>
	new NodeOperationError(
		context.getNode(),
		`The application "${name}" already reports its calls to another Voice Gateway Trigger: ${who}. An application reports to one place only. Unpublish that workflow first, or let it hand the events on.`,
		{ description: `If that trigger no longer exists, clear the Status Webhook of ${PORTAL}.` },
	);

/** Somebody else is there: what would break, and how to go on. */
export function refuseOther(context: IHookFunctions, { name }: ApplicationWithHooks, hook: ApplicationHook, replace: boolean): NodeOperationError {
	const there = `The application "${name}" already reports its calls to ${shownUrl(hook.url)}`;
	if (replace) {
		return new NodeOperationError(
			context.getNode(),
			`${there}, and the gateway does not tell the ID of that webhook, so it could not be put back as it is. Clear the Status Webhook of ${PORTAL} first.`,
		);
	}
	return new NodeOperationError(
		context.getNode(),
		`${there}. Replacing that webhook cuts off whoever listens there: if it is a Cognigy.AI endpoint, the voice agent no longer learns how its calls go on and end. If you are sure, turn on "Replace Existing Webhook": it is put back when this workflow is unpublished. To hear only of calls that n8n places, set Calls to "Of This Workflow".`,
	);
}

/** The application cannot even be read. */
export function explainUnreadable(context: IHookFunctions, sid: string, { code, message }: GatewayProblem): NodeOperationError {
	const what = code === '404' ? `There is no application ${sid} at this gateway. Choose the application again from the list.` : `The application ${sid} cannot be read. ${message}`;
	return new NodeOperationError(context.getNode(), what, {
		description: 'Nothing was changed. Check the application, and that the API key of the credential may read and change it.',
	});
}

function reasonOf({ application: now, problem }: Change & { done: false }, before: ApplicationWithHooks): string {
	if (problem === undefined) return 'The gateway said it was done, but reads back something else.';
	if (before.call_hook === null && problem.code === '400') {
		return `It has no Calling Webhook, and the gateway takes a Status Webhook only together with one. Enter one for ${PORTAL}. (${problem.message})`;
	}
	return now === undefined || problem.code !== '403' ? problem.message : `The API key may read the application, but not change it. ${problem.message}`;
}

/** A registration that did not come out as wanted: puts the old state back, and says what is there now. */
export async function explainUnchanged(
	context: IHookFunctions,
	client: GatewayClient,
	before: ApplicationWithHooks,
	change: Change & { done: false },
	seen: Seen,
): Promise<NodeOperationError> {
	const { name, call_status_hook: hook } = before;
	const what = `The application "${name}" could not be told to report to this trigger. ${reasonOf(change, before)}`;
	const { application: now } = change;
	if (now === undefined) {
		return new NodeOperationError(
			context.getNode(),
			`${what} It is not known what became of its Status Webhook, because it cannot be read now. Publish the workflow again later: that puts it right.`,
		);
	}
	if (sameHook(now.call_status_hook, hook) && sameHook(now.call_hook, before.call_hook)) {
		return new NodeOperationError(context.getNode(), `${what} Nothing was changed.`);
	}
	// Another n8n was faster by a moment: its registration is not ours to undo.
	const claim = claimOf(now.call_status_hook, before.application_sid, seen);
	if (claim.by === 'trigger') return refuseTrigger(context, now, claim.who);
	const shown = (it: ApplicationHook | null): string => (it === null ? 'none' : shownUrl(it.url));
	// Refused, and yet not as before, nor ours. Without a refusal it is our URL, which the gateway has changed.
	if (change.problem !== undefined && claim.by !== 'us') {
		return new NodeOperationError(
			context.getNode(),
			`${what} Meanwhile somebody else has changed its webhooks, which stay as they are now. The Status Webhook is: ${shown(now.call_status_hook)}.`,
		);
	}
	const { change: back } = await restore(client, now, hook, seen);
	return new NodeOperationError(
		context.getNode(),
		back.done
			? `${what} What was there before has been put back.`
			: `${what} What was there before could not be put back either: correct the webhooks of ${PORTAL}. The Status Webhook was: ${shown(hook)}.`,
	);
}
