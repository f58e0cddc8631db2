import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import { hasUnknownLiveCall, statesIfAllDone } from './callStates';
import { answeredBy, VERDICT_KEY, type CallRecord } from './record';
import type { CallEventRecord } from './normalise';

/**
 * A run that waits for its calls. n8n keeps nothing between the webhooks of a waiting run, so everything is either
 * written down before the run is parked (this state), carried by the gateway (the answering-machine verdict, in the
 * call's metadata), or asked for again (how the other calls of the run are doing).
 */

/** When the run goes on. */
export type ResumeWhen = 'ended' | 'answered' | 'verdict';

/** One call that the run waits for. */
export interface WaitingCall {
	/** Null when the placing got no answer: the call's own webhooks tell its sid. */
	sid: string | null;
	callid: string | null;
	/** What was sent, for the record: other sources know the number without its plus sign, and not the metadata. */
	from: string;
	to: string;
	application_sid: string;
	tag: IDataObject | null;
	/** Set once nothing more is expected: the item is complete as written down before parking. */
	done: boolean;
}

/** What is written down before the run is parked, one entry per input item; null: an item without a call. */
export interface WaitingState {
	/** Unguessable, and new for each wait: an event of an earlier wait in the same execution must not end this one. */
	nonce: string;
	resumeWhen: ResumeWhen;
	verify: boolean;
	calls: Array<WaitingCall | null>;
}

/** Events after which the answering-machine detection says no more. */
const VERDICT_EVENTS = new Set([
	'amd_human_detected',
	'amd_machine_detected',
	'amd_no_speech_detected',
	'amd_decision_timeout',
	'amd_error',
	'amd_stopped',
]);

/** Whether what is known of a call is what the run waits for. */
export function isDone(resumeWhen: ResumeWhen, record: CallRecord & { event?: string }): boolean {
	if (record.final) return true;
	if (resumeWhen === 'answered') return record.call_status === 'in-progress';
	return resumeWhen === 'verdict' && VERDICT_EVENTS.has(record.event ?? '');
}

/**
 * Calls of waiting runs that are done, as this process heard it, by the wait's nonce and the item; oldest first. Saves
 * asking the gateway about them when the last call of the run ends, and knows a call whose placing got no answer.
 */
const heard = new Map<string, CallEventRecord>();
const MAX_HEARD = 5_000;

function remember(key: string, record: CallEventRecord): void {
	// Events may come out of order: nothing is newer than the end.
	if (heard.get(key)?.final === true) return;
	heard.set(key, record);
	if (heard.size > MAX_HEARD) heard.delete(heard.keys().next().value as string);
}

/** Verdicts that this process heard, by call sid: for calls of a run that are over when the last one ends. Oldest first. */
const verdicts = new Map<string, CallRecord['answered_by']>();
const MAX_VERDICTS = 20_000;

/** Keeps a verdict: in this process, and in the call's own metadata at the gateway, which come back with its later events. */
async function keepVerdict(client: GatewayClient, call: WaitingCall, record: CallEventRecord): Promise<void> {
	const verdict = answeredBy(record.event);
	if (verdict === 'unknown' || verdicts.get(record.call_sid as string) === verdict) return;
	verdicts.set(record.call_sid as string, verdict);
	if (verdicts.size > MAX_VERDICTS) verdicts.delete(verdicts.keys().next().value as string);
	await client.send({
		method: 'PUT',
		path: `/Calls/${encodeURIComponent(record.call_sid as string)}`,
		body: { tag: { ...call.tag, [VERDICT_KEY]: verdict } },
		timeoutMs: 5_000,
	});
}

/** The complete record of a call: what the gateway says of it, and what only this run knows. */
export function completeRecord(call: WaitingCall, record: CallRecord): IDataObject {
	const sid = call.sid ?? record.call_sid;
	const known = record.answered_by === 'unknown' ? verdicts.get(sid ?? '') : undefined;
	return {
		sid,
		callid: call.callid ?? record.call_id,
		call_sid: sid,
		call_id: call.callid ?? record.call_id,
		call_status: record.call_status,
		from: call.from,
		to: call.to,
		direction: 'outbound',
		sip_status: record.sip_status,
		sip_reason: record.sip_reason,
		duration: record.duration,
		application_sid: record.application_sid ?? call.application_sid,
		outcome: record.outcome,
		final: record.final,
		answered_by: known ?? record.answered_by,
		hung_up_by: record.hung_up_by,
		tag: call.tag,
		timed_out: false,
	};
}

/** What a webhook of a waiting run leads to: complete records by item, or a reason to go on waiting. */
export type Arrival =
	| { resume: Map<number, IDataObject> }
	| { wait: string }
	/** The gateway could not be asked: it shall send the webhook again. */
	| { again: string };

/**
 * Handles a verified event of a waiting run.
 *
 * @param item index of the item that the webhook's URL names
 */
export async function arrive(
	client: GatewayClient,
	state: WaitingState,
	item: number,
	record: CallEventRecord,
): Promise<Arrival> {
	const call = state.calls[item];
	if (!call) return { wait: 'Nothing is waited for' };
	// A transferred leg has a sid of its own, and so has a call of another run.
	if (record.child_leg || (call.sid !== null && call.sid !== record.call_sid)) return { wait: 'Another call' };

	// A call that was over before the run was parked: its record stands, but the others may be over by now, and nobody may say so.
	if (!call.done) await keepVerdict(client, call, record);
	if (!isDone(state.resumeWhen, record)) return { wait: 'Not what is waited for' };

	const keyOf = (index: number): string => `${state.nonce} ${index}`;
	if (!call.done) remember(keyOf(item), record);
	const resume = new Map<number, IDataObject>();
	const open: Array<{ call: WaitingCall; index: number }> = [];
	for (const [index, other] of state.calls.entries()) {
		if (!other || other.done) continue;
		const known = heard.get(keyOf(index));
		if (known === undefined) open.push({ call: other, index });
		else resume.set(index, completeRecord(other, known));
	}
	const withSid = new Map(open.flatMap(({ call: other, index }) => (other.sid === null ? [] : [[other.sid, { call: other, index }] as const])));
	const result = await statesIfAllDone(
		client,
		[...withSid.keys()],
		(known) => isDone(state.resumeWhen, known),
		(sid) => heard.get(keyOf(withSid.get(sid)?.index as number)),
	);
	if ('problem' in result) return { again: result.problem.message };
	if ('pending' in result) return { wait: 'Other calls are not done' };

	const sids = new Set([record.call_sid as string, ...state.calls.flatMap((each) => each?.sid ?? [])]);
	for (const { call: other } of open.filter(({ call: each }) => each.sid === null)) {
		if (await hasUnknownLiveCall(client, other.to, sids)) return { wait: 'Another call may be alive' };
	}
	for (const [sid, { call: other, index }] of withSid) {
		resume.set(index, completeRecord(other, result.states.get(sid) as CallRecord));
	}
	return { resume };
}
