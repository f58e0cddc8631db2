import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient, GatewayResult } from '../../gateway/client';
import type { GatewayAnswer, GatewayProblem } from '../../gateway/problems';
import { idOf } from '../one';
import type { Job } from '../perItem';

/** Live call control: requests that change a call which is going on. They ring nobody's phone, but none of them may strike twice. */

/** The call that the item is about. */
export const callSidOf = (job: Job): string => idOf(job, 'call', 'Call', 'call');

/** Whether the gateway says that the call is over, or forgotten. */
export const isGone = ({ code, message }: GatewayProblem): boolean => code === '404' || (code === '422' && /is gone/i.test(message));

/** Whether the gateway says that the call is not in the state that the request is for. */
export const isWrongState = ({ code, message }: GatewayProblem): boolean => code === '422' && /incompatible/i.test(message);

/** What a call that the gateway does not know may be. */
export const FORGOTTEN =
	'The gateway forgets calls an hour after their last change of status: one that was answered longer ago may still be going on, and can no longer be changed from here.';

/** What to do next, for a request that was to change a call; the gateway's client speaks of placing one. */
function nextStep(problem: GatewayProblem): string {
	if (problem.effect === 'unknown') {
		return 'The request may have reached the call, so it is not sent again. Look at the call with the operation Get, or listen to it, before you send it again.';
	}
	switch (problem.code) {
		case '404':
			return `Nothing was changed. Check the ID, and that the credential is that of the call's own account and environment. ${FORGOTTEN}`;
		case '422':
			return isGone(problem)
				? 'Nothing was changed: the call has ended. The operation Get tells how.'
				: 'Nothing was changed. Look at the call with the operation Get, and send the request when its status is right.';
		case '429':
			return `Nothing was changed. ${problem.retryAfterMs === undefined ? 'Try again later' : `Try again in ${Math.ceil(problem.retryAfterMs / 1000)} seconds`}, with fewer requests at a time.`;
		case '480':
			return 'Nothing was changed. Try again in a minute.';
		default:
			return problem.description;
	}
}

/** The problem of a 2xx answer that lacks what it should hold: the change may have been made. */
export function unreadableChange(client: GatewayClient, answer: GatewayAnswer): GatewayProblem {
	const problem = client.unreadable(answer, true);
	return { ...problem, description: nextStep(problem) };
}

/** Whether an answer is the gateway's "Accepted" (or the JSON of a SIP request), and not the page of something in between. */
const isUnderstood = ({ body }: GatewayAnswer): boolean => typeof body !== 'string' || !body.includes('<');

/**
 * Sends one request that changes a call.
 *
 * @param secrets what must not come back in an error
 * @returns the answer, or the problem with what to do next
 */
export async function control(client: GatewayClient, sid: string, body: IDataObject, secrets: string[] = []): Promise<GatewayResult> {
	const result = await client.attempt({ method: 'PUT', path: `/Calls/${sid}`, body, changesState: true, secrets });
	if ('problem' in result) return { problem: { ...result.problem, description: nextStep(result.problem) } };
	return isUnderstood(result.answer) ? result : { problem: unreadableChange(client, result.answer) };
}
