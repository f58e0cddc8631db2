import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { KnownCall } from '../../events/callStates';
import type { CallRecord } from '../../events/record';

/** A call as the operations that read calls put it out. */
export type CallRow = CallRecord & {
	sid: string | null;
	callid: string | null;
	trace_id: string | null;
	/** Of a leg that the gateway opened to transfer another call. */
	parent_call_sid: string | null;
	raw?: IDataObject;
};

/** Option of the operations that read calls. */
export const includeRawOption: INodeProperties = {
	displayName: 'Include Raw Payload',
	name: 'includeRaw',
	type: 'boolean',
	default: true,
	description: 'Whether to add the call as the gateway told it, with internal addresses, under "raw"',
};

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The gateway's own text under a name; null when it has none. */
export const textOf = ({ raw }: KnownCall, name: string): string | null => text(raw[name]);

/** The row of a call: what every output says of one, and what only the gateway's call objects hold. */
export function callRow(call: KnownCall, options: unknown): CallRow {
	const { record, raw } = call;
	const { includeRaw } = (options || {}) as { includeRaw?: unknown };
	return {
		sid: record.call_sid,
		callid: record.call_id,
		...record,
		trace_id: textOf(call, 'trace_id'),
		parent_call_sid: textOf(call, 'parent_call_sid'),
		...(includeRaw === true ? { raw } : {}),
	};
}
