import type { IDataObject, IExecuteFunctions, NodeOperationError } from 'n8n-workflow';

import { calleeOf } from '../../dialling/prepare';
import type { Result } from '../../dialling/session';
import type { CallRecord } from '../../events/record';

/** What an operation that dials puts out for an item beside the input's own fields: the documented response, then the record. */
export type DialOutput = CallRecord & {
	sid: string | null;
	callid: string | null;
	/** Why the outcome is `skipped`. */
	skip_reason?: string;
	/** For a duplicate: the earlier call, when known. */
	duplicate_of?: string | null;
	/** For a call outside its window: when that opens next, ISO 8601. */
	next_window_at?: string | null;
	/** For an outcome that needs words: what happened. */
	message?: string;
};

/** The record of an item right after dialling. */
export function dialOutput({ prepared, placement, skipped, error }: Result): DialOutput {
	const request = 'request' in prepared ? prepared.request : undefined;
	const placed = placement?.placed === 'yes' ? placement : undefined;
	const doubt = placement?.placed === 'unknown' ? placement.problem : undefined;
	const output: DialOutput = {
		sid: placed?.sid ?? null,
		callid: placed?.callid ?? null,
		call_sid: placed?.sid ?? null,
		call_id: placed?.callid ?? null,
		// The 201 says that the INVITE was sent, which is what the gateway calls trying.
		call_status: placed === undefined ? null : 'trying',
		from: request?.from ?? null,
		to: request === undefined ? null : calleeOf(request),
		direction: 'outbound',
		sip_status: null,
		sip_reason: null,
		duration: null,
		application_sid: request?.application_sid ?? null,
		outcome: null,
		final: false,
		answered_by: 'unknown',
		hung_up_by: null,
		tag: (request?.tag as IDataObject | undefined) ?? null,
	};
	if (placed !== undefined) return output;
	if (doubt !== undefined) return { ...output, outcome: 'unknown', message: `${doubt.message} ${doubt.description}` };
	if (skipped?.reason === 'duplicate') {
		return { ...output, outcome: 'skipped', final: true, skip_reason: skipped.reason, duplicate_of: skipped.duplicateOf() };
	}
	if (skipped !== undefined) {
		return { ...output, outcome: 'skipped', final: true, skip_reason: skipped.reason, next_window_at: skipped.nextWindowAt };
	}
	if (error === undefined) {
		return { ...output, outcome: 'skipped', final: true, skip_reason: 'stopped', message: 'Not dialled: the run was stopped before.' };
	}
	return { ...output, outcome: 'failed', final: true, message: error.description ?? '' };
}

/** The record of an item when not even the first check could begin. */
export const dialFailure = (error: NodeOperationError): DialOutput => dialOutput({ prepared: { error }, error });

/** Says in the editor what the items alone do not: that a call is in doubt. */
export function hintDoubts(context: IExecuteFunctions, results: Result[]): void {
	const doubtful = results.filter(({ placement }) => placement?.placed === 'unknown').length;
	if (doubtful === 0) return;
	context.addExecutionHints({
		message: `${doubtful} of ${results.length} calls may or may not have been placed (outcome "unknown"). They are not dialled again; look them up before calling these numbers again.`,
		type: 'warning',
		location: 'outputPane',
	});
}
