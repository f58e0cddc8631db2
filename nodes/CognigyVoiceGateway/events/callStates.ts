import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';
import { callRecord } from './normalise';
import type { GatewayEvent } from './parse';
import { outcomeOf, type CallRecord } from './record';

/** Asks the gateway how calls are doing: one by one, from its list of calls, and from its call history. */

/** A call's record; null when the gateway does not know the call (any more, or yet). */
export type State = { record: CallRecord | null } | { problem: GatewayProblem };

/** Up to this many calls are asked for one by one; beyond that one list costs less than many questions. */
const ONE_BY_ONE = 8;

const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function recordOf(call: unknown): CallRecord | null {
	// A list may hold {} for a call that has just expired.
	if (!isObject(call) || typeof call.call_sid !== 'string' || typeof call.call_status !== 'string') return null;
	return callRecord(call as GatewayEvent);
}

/** A row of the call history (CDR) as a record; numbers there have no plus sign. */
function recordOfHistory(row: IDataObject): CallRecord {
	const sipStatus = typeof row.sip_status === 'number' ? row.sip_status : null;
	const status = row.answered === true ? 'completed' : sipStatus === 486 || sipStatus === 603 ? 'busy' : sipStatus === 487 ? 'no-answer' : 'failed';
	const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
	const reason = text(row.termination_reason);
	return {
		call_sid: text(row.call_sid),
		call_id: null,
		call_status: status,
		from: text(row.from),
		to: text(row.to),
		direction: text(row.direction),
		sip_status: sipStatus,
		sip_reason: null,
		duration: typeof row.duration === 'number' ? row.duration : null,
		application_sid: text(row.application_sid),
		outcome: outcomeOf(status, sipStatus),
		final: true,
		answered_by: 'unknown',
		hung_up_by: row.answered !== true || reason === null ? null : reason.startsWith('called party') ? 'callee' : 'gateway',
		tag: null,
	};
}

/** A call that ended long ago is found in the call history only. */
async function fromHistory(client: GatewayClient, sid: string): Promise<State> {
	const result = await client.send({ method: 'GET', path: '/RecentCalls', qs: { page: 1, count: 10, days: 2, filter: sid } });
	if ('problem' in result) return result;
	const rows = (result.answer.body as IDataObject | null)?.data;
	if (!Array.isArray(rows)) return { problem: client.unreadable(result.answer, false) };
	const row = rows.filter(isObject).find(({ call_sid: found }) => found === sid);
	return { record: row === undefined ? null : recordOfHistory(row) };
}

/** How one call is doing. */
export async function stateOf(client: GatewayClient, sid: string): Promise<State> {
	const result = await client.send({ method: 'GET', path: `/Calls/${encodeURIComponent(sid)}` });
	if (!('problem' in result)) {
		const { body } = result.answer;
		return isObject(body) ? { record: recordOf(body) } : { problem: client.unreadable(result.answer, false) };
	}
	return result.problem.code === '404' ? await fromHistory(client, sid) : result;
}

/** The calls that the gateway lists, by sid. */
async function list(client: GatewayClient, qs: IDataObject): Promise<{ calls: Map<string, CallRecord> } | { problem: GatewayProblem }> {
	const result = await client.send({ method: 'GET', path: '/Calls', qs: { direction: 'outbound', ...qs } });
	if ('problem' in result) return result;
	const rows = result.answer.body;
	if (!Array.isArray(rows)) return { problem: client.unreadable(result.answer, false) };
	const records = rows.map(recordOf).filter((record): record is CallRecord => record !== null);
	return { calls: new Map(records.map((record) => [record.call_sid as string, record])) };
}

/** How several calls are doing, by sid. */
export async function statesOf(client: GatewayClient, sids: string[]): Promise<Map<string, State>> {
	if (sids.length <= ONE_BY_ONE) {
		return new Map(await Promise.all(sids.map(async (sid) => [sid, await stateOf(client, sid)] as const)));
	}
	const listed = await list(client, {});
	if ('problem' in listed) return new Map(sids.map((sid) => [sid, listed]));
	const states = new Map<string, State>();
	for (const sid of sids) {
		const record = listed.calls.get(sid);
		states.set(sid, record === undefined ? await stateOf(client, sid) : { record });
	}
	return states;
}

/**
 * How several calls are doing, unless one of them is not done: then that is all there is to know, and no more is asked.
 *
 * A few calls are asked for first, in random order: while many are alive, one of them tells at once. Only when these
 * are all done the others are asked for together, so that the questions of a whole run grow with the number of calls.
 */
export async function statesIfAllDone(
	client: GatewayClient,
	sids: string[],
	done: (state: CallRecord) => boolean,
): Promise<{ states: Map<string, CallRecord> } | { pending: true } | { problem: GatewayProblem }> {
	const shuffled = sids.map((sid) => ({ sid, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ sid }) => sid);
	const states = new Map<string, CallRecord>();
	const take = (sid: string, state: State | undefined): { pending: true } | { problem: GatewayProblem } | undefined => {
		if (state !== undefined && 'problem' in state) return state;
		if (!state?.record || !done(state.record)) return { pending: true };
		states.set(sid, state.record);
		return undefined;
	};
	for (const sid of shuffled.slice(0, ONE_BY_ONE)) {
		const verdict = take(sid, await stateOf(client, sid));
		if (verdict !== undefined) return verdict;
	}
	const rest = shuffled.slice(ONE_BY_ONE);
	const others = await statesOf(client, rest);
	for (const sid of rest) {
		const verdict = take(sid, others.get(sid));
		if (verdict !== undefined) return verdict;
	}
	return { states };
}

/**
 * Whether a call to this number is alive that is none of the known ones. Tells if it is worth waiting for a call
 * whose placing got no answer: the webhooks of the call itself say for sure.
 */
export async function hasUnknownLiveCall(client: GatewayClient, to: string, known: Set<string>): Promise<boolean> {
	const listed = await list(client, { to });
	// It may be alive: its own webhooks, or the deadline, will tell.
	if ('problem' in listed) return true;
	return [...listed.calls.values()].some(({ call_sid: sid, final }) => !final && !known.has(sid as string));
}
