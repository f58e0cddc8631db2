import type { IDataObject } from 'n8n-workflow';

import { passes, type EventFilter } from './filter';
import { normaliseEvent, type CallEventRecord } from './normalise';
import { parseEvent } from './parse';
import { isRepeat } from './repeats';
import type { SecretAnswer } from './secret';
import { looksSigned, sameSecret, verifySignature } from './verify';

/** How a trigger tells a real webhook from a forged one. */
export type Verification =
	| { by: 'signature'; secret: (when: 'known' | 'failed') => Promise<SecretAnswer> }
	| { by: 'token'; expected: string; given: string }
	| { by: 'none' };

export interface IncomingWebhook {
	rawBody: Buffer;
	contentType: string | undefined;
	signature: string | undefined;
	/** Milliseconds since 1970. */
	receivedAt: number;
}

/** What to answer, and the event that starts a run, if it does. */
export type Reception =
	| { status: 200; record: CallEventRecord; raw: IDataObject }
	| { status: 200 | 400 | 401 | 413 | 415 | 503; reason: string };

async function authenticate(
	webhook: IncomingWebhook,
	verification: Verification,
): Promise<{ signature?: string } | { status: 401 | 503; reason: string }> {
	const unauthorized = { status: 401 as const, reason: 'Unauthorized' };
	switch (verification.by) {
		case 'none':
			return {};
		case 'token':
			return sameSecret(verification.given, verification.expected) ? {} : unauthorized;
		case 'signature': {
			if (!looksSigned(webhook.signature)) return unauthorized;
			let secret: string | undefined;
			for (const when of ['known', 'failed'] as const) {
				const answer = await verification.secret(when);
				// The gateway tries again later when the answer is 5xx, and so the event is not lost.
				if ('problem' in answer) return { status: 503, reason: 'The webhook secret is not available' };
				if (answer.secret === secret) break;
				secret = answer.secret;
				const verdict = verifySignature(webhook.rawBody, webhook.signature, secret, webhook.receivedAt);
				if (verdict.valid) return { signature: verdict.signature };
				if (verdict.reason !== 'wrong') break;
			}
			return unauthorized;
		}
	}
}

/**
 * A webhook's way in: verify, parse, normalise, filter, drop repeats. Never throws for anything a sender can send.
 *
 * @param scope identifies the trigger, for telling repeats
 * @param stored the trigger's stored data, changed in place
 */
export async function receive(
	webhook: IncomingWebhook,
	verification: Verification,
	filter: EventFilter,
	scope: string,
	stored: IDataObject,
): Promise<Reception> {
	const caller = await authenticate(webhook, verification);
	if ('status' in caller) return caller;

	const parsed = parseEvent(webhook.rawBody, webhook.contentType);
	if ('refused' in parsed) return parsed.refused;

	const record = normaliseEvent(parsed.event);
	if (!passes(record, filter)) return { status: 200, reason: 'Not listened for' };
	if (
		caller.signature !== undefined &&
		isRepeat(scope, caller.signature, record.final ? stored : undefined, webhook.receivedAt)
	) {
		return { status: 200, reason: 'Seen before' };
	}
	return { status: 200, record, raw: parsed.event };
}
