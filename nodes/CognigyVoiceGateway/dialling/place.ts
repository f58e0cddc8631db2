import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';
import type { CreateCallRequest } from '../gateway/types';
import { pause, type Canceled } from './pause';

/** What became of one attempt to place a call. */
export type Placement =
	| { placed: 'yes'; sid: string; callid: string | null }
	/** The request may have reached the gateway: it is never repeated. */
	| { placed: 'unknown'; problem: GatewayProblem }
	/** Certainly not placed: no phone rings. */
	| { placed: 'no'; problem: GatewayProblem };

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

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
	const sid = text(body?.sid);
	if (result.answer.status !== 201 || sid === null) {
		return { placed: 'unknown', problem: client.unreadable(result.answer, true) };
	}
	// Cognigy documents `callid`; the platform below it says `callId`.
	return { placed: 'yes', sid, callid: text(body?.callid) ?? text(body?.callId) };
}

/** What passes by itself: nobody there for a moment, no capacity (480), rate limit (429). All of it certainly not placed. */
const PASSES_BY_ITSELF = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '429', '480']);

/** First wait before a repeat; doubles each time. Milliseconds. */
const FIRST_WAIT_MS = 1_000;

/** A gateway that asks for a longer wait than this is not waited for. Milliseconds. */
const LONGEST_WAIT_MS = 5 * 60_000;

/** How long to wait before the next try, with jitter, so that several runs do not come back together; undefined: not at all. */
function waitBefore(retry: number, { code, retryAfterMs }: GatewayProblem): number | undefined {
	if (!PASSES_BY_ITSELF.has(code)) return undefined;
	const backoff = FIRST_WAIT_MS * 2 ** retry * (0.75 + Math.random() / 2);
	const wait = retryAfterMs === undefined ? backoff : retryAfterMs + Math.random() * 500;
	return wait > LONGEST_WAIT_MS ? undefined : wait;
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
