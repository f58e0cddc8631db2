import { createHmac, timingSafeEqual } from 'crypto';

/** Header that carries the signature: `t=<unix s>,v1=<hex HMAC-SHA256(secret, t + "." + raw body)>`. */
export const SIGNATURE_HEADER = 'jambonz-signature';

/** A retry repeats time and signature up to 13.5 s later, and clocks differ: this much is allowed, both ways. Seconds. */
export const SIGNATURE_WINDOW_S = 300;

/** A signature has this form or is none; several `v1` may follow each other while a secret is rotated. */
const FORM = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64})+)$/i;

export type Verdict =
	| { valid: true; /** The signature that matched, hex; identifies the event. */ signature: string }
	| { valid: false; reason: 'missing' | 'malformed' | 'old' | 'wrong' };

/** Whether a header can be a signature at all; what cannot is refused without asking anyone for a secret. */
export const looksSigned = (header: string | undefined): boolean => FORM.test(header?.replace(/\s+/g, '') ?? '');

/**
 * Checks a webhook's signature over its raw bytes, in constant time.
 *
 * @param header value of {@link SIGNATURE_HEADER}
 * @param now milliseconds since 1970
 */
export function verifySignature(
	rawBody: Buffer,
	header: string | undefined,
	secret: string,
	now: number,
): Verdict {
	if (header === undefined || header.trim() === '') return { valid: false, reason: 'missing' };
	const match = FORM.exec(header.replace(/\s+/g, ''));
	if (match === null) return { valid: false, reason: 'malformed' };
	const [, time, signatures] = match;
	const expected = createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
	let matched: string | undefined;
	for (const candidate of signatures.split(',v1=').slice(1)) {
		if (timingSafeEqual(Buffer.from(candidate, 'hex'), expected)) matched = candidate.toLowerCase();
	}
	// The age is judged after the signature, so that "old" is only said of something that was real.
	if (matched === undefined) return { valid: false, reason: 'wrong' };
	if (Math.abs(now / 1000 - Number(time)) > SIGNATURE_WINDOW_S) return { valid: false, reason: 'old' };
	return { valid: true, signature: matched };
}

/** Compares two secrets in constant time, whatever their lengths. */
export function sameSecret(given: string, expected: string): boolean {
	const digest = (value: string) => createHmac('sha256', 'compare').update(value).digest();
	return timingSafeEqual(digest(given), digest(expected));
}
