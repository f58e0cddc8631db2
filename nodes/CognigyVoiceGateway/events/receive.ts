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
			// An empty token would let everyone in.
			return verification.expected !== '' && sameSecret(verification.given, verification.expected) ? {} : unauthorized;
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

/** An event that is real and readable, or what to answer instead. */
export type Admission =
	| { record: CallEventRecord; raw: IDataObject; /** Undefined without signatures. */ signature?: string }
	| { status: 400 | 401 | 413 | 415 | 503; reason: string };

/** The first half of a webhook's way in: verify, parse, normalise. Never throws for anything a sender can send. */
export async function admit(webhook: IncomingWebhook, verification: Verification): Promise<Admission> {
	const caller = await authenticate(webhook, verification);
	if ('status' in caller) return caller;
	const parsed = parseEvent(webhook.rawBody, webhook.contentType);
	if ('refused' in parsed) return parsed.refused;
	return { record: normaliseEvent(parsed.event), raw: parsed.event, signature: caller.signature };
}

/**
 * A webhook's whole way into a trigger: admit, filter, drop repeats.
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
	const admission = await admit(webhook, verification);
	if ('status' in admission) return admission;
	const { raw, record, signature } = admission;
	if (!passes(record, filter)) return { status: 200, reason: 'Not listened for' };
	if (signature !== undefined && isRepeat(scope, signature, record.final ? stored : undefined, webhook.receivedAt)) {
		return { status: 200, reason: 'Seen before' };
	}
	return { status: 200, record, raw };
}
