import type { IDataObject } from 'n8n-workflow';

import { isFinalStatus } from '../gateway/types';
import type { GatewayEvent } from './parse';
import { answeredBy, hungUpBy, outcomeOf, VERDICT_KEY, type CallRecord } from './record';

/** One event of a call: the record, and what kind of event it is. */
export interface CallEventRecord extends CallRecord {
	/** The call status, or the type of the answering-machine event, e.g. `amd_machine_detected`. */
	event: string;
	/** True for a leg that the gateway opened to transfer the call; its end is not the end of the call. */
	child_leg: boolean;
	parent_call_sid: string | null;
	/** What the answering-machine detection says about its verdict. */
	amd?: IDataObject;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const whole = (value: unknown): number | null => {
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : null;
};

const object = (value: unknown): IDataObject | null =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as IDataObject) : null;

/** The metadata as the user sent them, and the verdict that a waiting call keeps beside them. */
function openTag(customerData: unknown): { tag: IDataObject | null; verdict: CallRecord['answered_by'] } {
	const tag = object(customerData);
	if (tag === null || !Object.hasOwn(tag, VERDICT_KEY)) return { tag, verdict: 'unknown' };
	const { [VERDICT_KEY]: verdict, ...own } = tag;
	return {
		tag: Object.keys(own).length === 0 ? null : own,
		verdict: verdict === 'human' || verdict === 'machine' ? verdict : 'unknown',
	};
}

/** Whether an event comes from the answering-machine detection. */
export const isAmdEvent = (event: GatewayEvent): boolean => String(event.type ?? '').startsWith('amd_');

/** A call's record from an event or from the gateway's call object, which share their names. Surprising types become null, never an error. */
export function callRecord(event: GatewayEvent): CallRecord {
	const amd = isAmdEvent(event);
	const direction = text(event.direction);
	const sipStatus = whole(event.sip_status);
	const { tag, verdict } = openTag(event.customerData);
	const heard = answeredBy(text(event.type));
	return {
		call_sid: event.call_sid,
		call_id: text(event.call_id),
		call_status: event.call_status,
		from: text(event.from),
		to: text(event.to),
		direction,
		sip_status: sipStatus,
		sip_reason: text(event.sip_reason),
		duration: whole(event.duration),
		application_sid: text(event.application_sid),
		outcome: amd ? null : outcomeOf(event.call_status, sipStatus),
		// An answering-machine event repeats the call's status of that moment; it never ends a call, nor does a child leg.
		final: !amd && text(event.parent_call_sid) === null && isFinalStatus(event.call_status),
		answered_by: heard === 'unknown' ? verdict : heard,
		hung_up_by: hungUpBy(event.call_termination_by, direction),
		tag,
	};
}

/** Brings an event into the record shape, with what kind of event it is. */
export function normaliseEvent(event: GatewayEvent): CallEventRecord {
	const parent = text(event.parent_call_sid);
	const { reason, greeting, hint, language } = event;
	const amd = Object.entries({ reason, greeting, hint, language }).filter(([, value]) => value !== undefined);
	return {
		event: isAmdEvent(event) ? String(event.type) : event.call_status,
		...callRecord(event),
		child_leg: parent !== null,
		parent_call_sid: parent,
		...(isAmdEvent(event) ? { amd: Object.fromEntries(amd) } : {}),
	};
}
