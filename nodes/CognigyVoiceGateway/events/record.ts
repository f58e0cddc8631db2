import type { IDataObject } from 'n8n-workflow';

/** How a call ended; null while it has not. */
export type Outcome =
	| 'answered'
	| 'busy'
	| 'declined'
	| 'no-answer'
	| 'failed'
	| 'canceled'
	| 'unknown'
	/** Not dialled, on purpose: a duplicate, outside the calling window, or the run was stopped before. */
	| 'skipped';

/** The one shape in which every output speaks of a call: the gateway's own names, then what is derived from them. */
export interface CallRecord {
	call_sid: string | null;
	call_id: string | null;
	call_status: string | null;
	from: string | null;
	to: string | null;
	direction: string | null;
	sip_status: number | null;
	sip_reason: string | null;
	/** Seconds; null until the call has ended. */
	duration: number | null;
	application_sid: string | null;
	outcome: Outcome | null;
	/** True when no further status follows for this call. */
	final: boolean;
	answered_by: 'human' | 'machine' | 'unknown';
	hung_up_by: 'caller' | 'callee' | 'gateway' | null;
	/** The metadata that was sent with the call. */
	tag: IDataObject | null;
}

/**
 * How a call ended, from its status and its SIP status.
 *
 * jambonz sends `busy` for 486 and 603; Cognigy's documentation knows no `busy` and files 486 and 600
 * under `no-answer`: both are read here.
 */
export function outcomeOf(callStatus: string | null, sipStatus: number | null): Outcome | null {
	switch (callStatus) {
		case 'completed':
			return 'answered';
		case 'busy':
			return sipStatus === 603 ? 'declined' : 'busy';
		case 'no-answer':
			if (sipStatus === 603) return 'declined';
			return sipStatus === 486 || sipStatus === 600 ? 'busy' : 'no-answer';
		case 'failed':
			return sipStatus === 603 ? 'declined' : 'failed';
		case 'canceled':
			return 'canceled';
		default:
			return null;
	}
}

/**
 * Who hung up, from `call_termination_by`. The gateway calls the far end `caller`, on outbound calls too.
 */
export function hungUpBy(terminationBy: unknown, direction: string | null): CallRecord['hung_up_by'] {
	if (terminationBy === 'caller') return direction === 'inbound' ? 'caller' : 'callee';
	return typeof terminationBy === 'string' && terminationBy !== '' ? 'gateway' : null;
}

/** Who answered, from the type of an answering-machine event. */
export function answeredBy(eventType: string | null): CallRecord['answered_by'] {
	switch (eventType) {
		case 'amd_human_detected':
			return 'human';
		case 'amd_machine_detected':
		case 'amd_tone_detected':
		case 'amd_machine_stopped_speaking':
			return 'machine';
		default:
			return 'unknown';
	}
}

/** A call that this package placed carries its answering-machine verdict in its metadata, under this key (see waiting.ts). */
export const VERDICT_KEY = 'n8n_answered_by';
