import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';
import { recordOfHistory } from './history';
import { callRecord } from './normalise';
import type { GatewayEvent } from './parse';
import type { CallRecord } from './record';

/** Asks the gateway how calls are doing: one by one, from its list of calls, and from its call history. */

/** A call that the gateway knows. */
export interface KnownCall {
	record: CallRecord;
	/** `calls`: alive, or ended not long ago. `history`: ended. */
	source: 'calls' | 'history';
	/** As the gateway told it. */
	raw: IDataObject;
}

/** How a call is doing; a null record: the gateway does not know the call (any more, or yet). */
export type State = KnownCall | { record: null } | { problem: GatewayProblem };

/** Up to this many calls are asked for one by one; beyond that one list costs less than many questions. */
const ONE_BY_ONE = 8;

const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function knownCall(call: unknown): KnownCall | null {
	// A list may hold {} for a call that has just expired.
	if (!isObject(call) || typeof call.call_sid !== 'string' || typeof call.call_status !== 'string') return null;
	return { record: callRecord(call as GatewayEvent), source: 'calls', raw: call };
}

/** A call that ended long ago is found in the call history only. */
async function fromHistory(client: GatewayClient, sid: string, days: number): Promise<State> {
	const result = await client.attempt({ method: 'GET', path: '/RecentCalls', qs: { page: 1, count: 10, days, filter: sid } });
	const rows = 'answer' in result ? (result.answer.body as IDataObject | null)?.data : undefined;
	if (!Array.isArray(rows)) {
		const problem = 'problem' in result ? result.problem : client.unreadable(result.answer, false);
		return { problem: { ...problem, message: `The call is not among the recent ones, and the call history could not be read. ${problem.message}` } };
	}
	const row = rows.filter(isObject).find(({ call_sid: found }) => found === sid);
	return row === undefined ? { record: null } : { record: recordOfHistory(row), source: 'history', raw: row };
}

/** How one call is doing, as far as the gateway keeps calls: until they are answered, then for an hour after the last change. */
export async function recentStateOf(client: GatewayClient, sid: string): Promise<State> {
	const result = await client.attempt({ method: 'GET', path: `/Calls/${encodeURIComponent(sid)}` });
	if ('problem' in result) return result.problem.code === '404' ? { record: null } : result;
	const { body } = result.answer;
	const expired = isObject(body) && Object.keys(body).length === 0;
	return knownCall(body) ?? (expired ? { record: null } : { problem: client.unreadable(result.answer, false) });
}

/**
 * How one call is doing.
 *
 * @param days how far to look back in the call history, up to 30
 */
export async function stateOf(client: GatewayClient, sid: string, days = 2): Promise<State> {
	const state = await recentStateOf(client, sid);
	return 'record' in state && state.record === null ? await fromHistory(client, sid, days) : state;
}

/** The calls that the gateway lists: those alive, and those that ended not long ago. */
export async function listCalls(client: GatewayClient, qs: IDataObject): Promise<{ calls: KnownCall[] } | { problem: GatewayProblem }> {
	const result = await client.attempt({ method: 'GET', path: '/Calls', qs });
	if ('problem' in result) return result;
	const rows = result.answer.body;
	if (!Array.isArray(rows)) return { problem: client.unreadable(result.answer, false) };
	return { calls: rows.map(knownCall).filter((call): call is KnownCall => call !== null) };
}

/** How several calls are doing, by sid. */
export async function statesOf(client: GatewayClient, sids: string[]): Promise<Map<string, State>> {
	if (sids.length <= ONE_BY_ONE) {
		return new Map(await Promise.all(sids.map(async (sid) => [sid, await stateOf(client, sid)] as const)));
	}
	const listed = await listCalls(client, { direction: 'outbound' });
	if ('problem' in listed) return new Map(sids.map((sid) => [sid, listed]));
	const bySid = new Map(listed.calls.map((call) => [call.record.call_sid, call]));
	const states = new Map<string, State>();
	for (const sid of sids) states.set(sid, bySid.get(sid) ?? (await stateOf(client, sid)));
	return states;
}

/**
 * How several calls are doing, unless one of them is not done: then that is all there is to know, and no more is asked.
 *
 * A few calls are asked for first, in random order: while many are alive, one of them tells at once. Only when these
 * are all done the others are asked for together, so that the questions of a whole run grow with the number of calls.
 *
 * @param heard what was heard of a call meanwhile, and is done: it need not be asked for
 */
export async function statesIfAllDone(
	client: GatewayClient,
	sids: string[],
	done: (state: CallRecord) => boolean,
	heard: (sid: string) => CallRecord | undefined,
): Promise<{ states: Map<string, CallRecord> } | { pending: true } | { problem: GatewayProblem }> {
	const shuffled = sids.map((sid) => ({ sid, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ sid }) => sid);
	const states = new Map<string, CallRecord>();
	const take = (sid: string, state: State | undefined): { pending: true } | { problem: GatewayProblem } | undefined => {
		if (state !== undefined && 'problem' in state) return state;
		if (!state?.record || !done(state.record)) return { pending: true };
		states.set(sid, state.record);
		return undefined;
	};
	/** Calls that end close together are heard of while one of them is asked for. */
	const isHeard = (sid: string): boolean => {
		const record = heard(sid);
		if (record !== undefined) states.set(sid, record);
		return record !== undefined;
	};
	for (const sid of shuffled.slice(0, ONE_BY_ONE)) {
		const verdict = isHeard(sid) ? undefined : take(sid, await stateOf(client, sid));
		if (verdict !== undefined) return verdict;
	}
	const rest = shuffled.slice(ONE_BY_ONE).filter((sid) => !isHeard(sid));
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
	const listed = await listCalls(client, { direction: 'outbound', to });
	// It may be alive: its own webhooks, or the deadline, will tell.
	if ('problem' in listed) return true;
	return listed.calls.some(({ record }) => !record.final && !known.has(record.call_sid as string));
}
