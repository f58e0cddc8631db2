import type { IDataObject } from 'n8n-workflow';

import { withMaskedSecrets } from '../gateway/mask';
import { outcomeOf, type CallRecord } from './record';

/** The call history (call detail records): what the gateway keeps of a call once it has ended. */

/** A call of the history: the record that every output speaks, and what only the history knows. */
export interface HistoryRecord extends CallRecord {
	attempted_at: unknown;
	answered: unknown;
	answered_at: unknown;
	terminated_at: unknown;
	termination_reason: unknown;
	trunk: unknown;
	sip_callid: unknown;
	trace_id: unknown;
	recording_url: unknown;
	host: unknown;
	remote_host: unknown;
	[field: string]: unknown;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function statusOf(answered: boolean, sipStatus: number | null): string {
	if (answered) return 'completed';
	if (sipStatus === 486 || sipStatus === 603) return 'busy';
	return sipStatus === 487 ? 'no-answer' : 'failed';
}

/** Who hung up: the history speaks of the calling and the called party, one of which is the gateway. */
function hungUpBy(reason: string | null, direction: string | null): CallRecord['hung_up_by'] {
	if (reason === null) return null;
	if (direction === 'inbound') return reason.startsWith('caller') ? 'caller' : 'gateway';
	return reason.startsWith('called party') ? 'callee' : 'gateway';
}

/** A row of the call history (CDR) as a record; numbers there have no plus sign. */
export function recordOfHistory(row: IDataObject): CallRecord {
	const sipStatus = typeof row.sip_status === 'number' ? row.sip_status : null;
	const answered = row.answered === true;
	const status = statusOf(answered, sipStatus);
	const direction = text(row.direction);
	return {
		call_sid: text(row.call_sid),
		call_id: null,
		call_status: status,
		from: text(row.from),
		to: text(row.to),
		direction,
		sip_status: sipStatus,
		sip_reason: null,
		duration: typeof row.duration === 'number' ? row.duration : null,
		application_sid: text(row.application_sid),
		outcome: outcomeOf(status, sipStatus),
		final: true,
		answered_by: 'unknown',
		hung_up_by: answered ? hungUpBy(text(row.termination_reason), direction) : null,
		tag: null,
	};
}

/** A row of the call history with everything that it tells. The same fields for every call; what is not known is null. */
export function historyRecord(row: IDataObject): HistoryRecord {
	// Whose call it is stands in the credential.
	const own = Object.fromEntries(Object.entries(withMaskedSecrets(row)).filter(([name]) => !/^(?:account|service_provider)_sid$/.test(name)));
	const known = {
		attempted_at: null, answered: null, answered_at: null, terminated_at: null, termination_reason: null, trunk: null,
		sip_callid: null, trace_id: null, recording_url: null, host: null, remote_host: null,
	};
	const record = recordOfHistory(row);
	// First and last: in front for who reads it, and never overwritten by a row's own idea of a field.
	return { ...record, ...known, ...own, ...record };
}

/** What makes a row itself. A call sid alone does not: a call that was tried several ways leaves a row for each. */
export const historyIdentity = ({ call_sid: sid, attempted_at: at, sip_callid: callId }: IDataObject): string => JSON.stringify([sid, at, callId]);
