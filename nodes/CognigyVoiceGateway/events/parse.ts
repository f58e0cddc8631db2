import type { IDataObject } from 'n8n-workflow';

import { readJson } from '../gateway/json';

/** A webhook's content, as the gateway sent it. */
export type GatewayEvent = IDataObject & { call_sid: string; call_status: string };

/** Larger than any real event: the gateway takes 100 kB of metadata per call, and sends them back. Bytes. */
const MAX_EVENT_BYTES = 1_000_000;

export type Parsed = { event: GatewayEvent } | { refused: { status: 400 | 413 | 415; reason: string } };

const refuse = (status: 400 | 413 | 415, reason: string): Parsed => ({ refused: { status, reason } });

/**
 * Reads a webhook's raw body. Never throws: whatever is not an event of a call is refused with the HTTP status to answer.
 *
 * @param rawBody the bytes as received, the same that the signature covers
 * @param contentType the Content-Type header
 */
export function parseEvent(rawBody: Buffer, contentType: string | undefined): Parsed {
	if (!/^application\/json\s*(?:;|$)/i.test(contentType ?? '')) return refuse(415, 'Send application/json');
	if (rawBody.length > MAX_EVENT_BYTES) return refuse(413, 'Too large');
	const read = readJson(rawBody.toString('utf8'));
	if (read === undefined) return refuse(400, 'Not JSON');
	const body = read.value;
	const { call_sid: callSid, call_status: callStatus } = (body ?? {}) as IDataObject;
	if (typeof callSid !== 'string' || callSid === '' || typeof callStatus !== 'string' || callStatus === '') {
		return refuse(400, 'Not a call event');
	}
	return { event: body as GatewayEvent };
}
