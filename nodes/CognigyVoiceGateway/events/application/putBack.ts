import type { IDataObject, IHookFunctions } from 'n8n-workflow';

import { readApplication, removeStatusHook, setStatusHook, type Change } from '../../gateway/applicationHooks';
import type { GatewayClient } from '../../gateway/client';
import { inTurn } from '../../gateway/turns';
import type { ApplicationWithHooks } from '../../gateway/types';
import { claimOf, type Seen } from './claims';
import { markUrl, readMark, withoutFragment, type Before } from './hookMark';
import { forget, registrations } from './registrations';

/**
 * Takes the status webhook away, or comes as close as the gateway allows: where it cannot be removed, our URL stays,
 * without the request for retries, and marked as resting: every trigger may take its place, and none remembers it.
 */
async function remove(client: GatewayClient, application: ApplicationWithHooks, { owner }: Seen): Promise<{ change: Change; rests: boolean }> {
	const removed = await removeStatusHook(client, application);
	const hook = removed.done ? null : removed.application?.call_status_hook;
	// What is there is still ours, unless it is not the same any more.
	if (removed.done || removed.application === undefined || !hook || hook.url !== application.call_status_hook?.url) return { change: removed, rests: false };
	if (readMark(hook.url)?.resting) return { change: { done: true, application: removed.application }, rests: true };
	const url = markUrl(hook.url, { ...owner, application: application.application_sid, before: null, resting: true });
	const change = await setStatusHook(client, removed.application, { url, method: 'POST' }, (found) => found === url || found === withoutFragment(url));
	return { change, rests: true };
}

/** Puts something back in the place of what is there. */
export async function restore(
	client: GatewayClient,
	application: ApplicationWithHooks,
	before: Before,
	seen: Seen,
): Promise<{ change: Change; rests: boolean }> {
	if (before === null) return await remove(client, application, seen);
	return { change: await setStatusHook(client, application, before), rests: false };
}

/** Puts back what was at an application before this trigger came, if it is still this trigger that is there. Never throws. */
export async function putBack(context: IHookFunctions, client: GatewayClient, sid: string, seen: Seen & { data: IDataObject }): Promise<void> {
	await inTurn(sid, async () => await leavePlace(context, client, sid, seen));
}

async function leavePlace(context: IHookFunctions, client: GatewayClient, sid: string, seen: Seen & { data: IDataObject }): Promise<void> {
	const { data } = seen;
	const known = registrations(data)[sid];
	const about = { application: sid, workflow: seen.owner.workflow };
	const reading = await readApplication(client, sid);
	if ('problem' in reading) {
		const { code, message } = reading.problem;
		// An application that is gone has nothing to be put back.
		if (code === '404') return forget(data, sid);
		context.logger.error(
			`The Status Webhook of an application could not be put back. Publish and unpublish the workflow again once the gateway can be reached, or correct it in the Self-Service Portal. ${message}`,
			about,
		);
		return;
	}
	const { application } = reading;
	const claim = claimOf(application.call_status_hook, sid, seen);
	if (claim.by !== 'us') {
		if (known !== undefined) {
			context.logger.warn(`The Status Webhook of the application "${application.name}" was changed after this workflow was published. It stays as it is now.`, about);
		}
		return forget(data, sid);
	}
	const before = claim.before === undefined ? known?.before ?? null : claim.before;
	const { change, rests } = await restore(client, application, before, seen);
	if (!change.done) {
		context.logger.error(
			`The Status Webhook of the application "${application.name}" could not be put back. Publish and unpublish the workflow again, or correct it in the Self-Service Portal. ${change.problem?.message ?? 'The gateway did not change it.'}`,
			about,
		);
		return;
	}
	forget(data, sid);
	if (rests) {
		context.logger.warn(
			`The gateway does not let the Status Webhook of the application "${application.name}" be empty again. The URL of this trigger stays there and nobody listens at it; remove it in the Self-Service Portal.`,
			about,
		);
	}
}
