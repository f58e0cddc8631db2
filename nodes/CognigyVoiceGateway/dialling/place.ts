import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';
import type { CreateCallRequest } from '../gateway/types';

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
	const result = await client.send({ method: 'POST', path: '/Calls', body: request as IDataObject, changesState: true });
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
