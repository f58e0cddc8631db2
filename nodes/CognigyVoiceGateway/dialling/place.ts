import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import { waitBefore } from '../gateway/patience';
import { pause, type Canceled } from '../gateway/pause';
import type { GatewayProblem } from '../gateway/problems';
import type { CreateCallRequest } from '../gateway/types';

/** What became of one attempt to place a call. */
export type Placement =
	| { placed: 'yes'; sid: string; callid: string | null }
	/** The request may have reached the gateway: it is never repeated. */
	| { placed: 'unknown'; problem: GatewayProblem }
	/** Certainly not placed: no phone rings. */
	| { placed: 'no'; problem: GatewayProblem };

/** What the ID of a call looks like, with room for other gateways; it stands in addresses later. */
const SID = /^[\w-]{1,64}$/;

/** A SIP call ID is any word. */
const CALL_ID = /^[\x21-\x7e]{1,256}$/;

const matching = (value: unknown, form: RegExp): string | null => (typeof value === 'string' && form.test(value) ? value : null);

/** Sends one create request, once. */
export async function placeCall(client: GatewayClient, request: CreateCallRequest): Promise<Placement> {
	const password = request.to.type === 'sip' ? request.to.auth?.password : undefined;
	const result = await client.send({
		method: 'POST',
		path: '/Calls',
		body: request as IDataObject,
		changesState: true,
		secrets: password === undefined ? [] : [password],
	});
	if ('problem' in result) {
		const { problem } = result;
		return { placed: problem.effect, problem };
	}
	const body = (typeof result.answer.body === 'object' ? result.answer.body : null) as IDataObject | null;
	const sid = matching(body?.sid, SID);
	if (result.answer.status !== 201 || sid === null) {
		return { placed: 'unknown', problem: client.unreadable(result.answer, true) };
	}
	// Cognigy documents `callid`; the platform below it says `callId`.
	return { placed: 'yes', sid, callid: matching(body?.callid, CALL_ID) ?? matching(body?.callId, CALL_ID) };
}

/**
 * Places a call, and tries again when it was certainly not placed and the reason may pass by itself.
 *
 * @param retries how many more tries there are, at most
 * @param turn waits for this call's turn under the run's pacing, before every try; false: do not dial any more
 */
export async function placeWithRetries(
	client: GatewayClient,
	request: CreateCallRequest,
	retries: number,
	turn: () => Promise<boolean>,
	canceled: Canceled,
): Promise<Placement | undefined> {
	let placement: Placement | undefined;
	for (let retry = 0; await turn(); retry++) {
		placement = await placeCall(client, request);
		if (placement.placed !== 'no' || retry >= retries) break;
		const wait = waitBefore(retry, placement.problem);
		if (wait === undefined) break;
		await pause(wait, canceled);
	}
	return placement;
}
