import type { ByteStream } from './download';
import { readJson } from './json';
import { pause } from './pause';

/** Reads the gateway's answers to their end, if they have one. n8n's own helper would take any size, and wait for ever. */

/** A page of 500 applications has a megabyte. Bytes. */
const MOST_BYTES = 20 * 1024 * 1024;

/** Longest piece of a refusal's text that is read for the words of an error. */
const WORDS_BYTES = 16_384;

/** How long that may take. Milliseconds. */
const WORDS_MS = 3_000;

/** A body that is not read to its end: it grows too large, comes too slowly, or breaks off. */
export class UnreadBodyError extends Error {
	constructor(readonly reason: 'large' | 'late') {
		super(`The body is too ${reason}`);
		this.name = 'UnreadBodyError';
	}
}

/** The code of what kept an answer from coming: out of what n8n's HTTP helper throws, or of a deadline that has passed. */
export function connectionCode(error: unknown): string {
	if (error instanceof UnreadBodyError) return 'ETIMEDOUT';
	for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
		const { code, httpCode, cause } = at as { code?: unknown; httpCode?: unknown; cause?: unknown };
		for (const value of [code, httpCode]) {
			if (typeof value === 'string' && /^[A-Z][A-Z0-9_]+$/.test(value)) return value;
		}
		at = cause;
	}
	return '';
}

/** n8n hands a whole body over where it makes the answer up itself: in the evaluation of a workflow. */
const isStream = (body: unknown): body is ByteStream =>
	typeof body === 'object' && body !== null && Symbol.asyncIterator in body && typeof (body as { destroy?: unknown }).destroy === 'function';

/** JSON if it is that, else the text; bytes that are no UTF-8 become replacement characters. */
function parsed(text: string): unknown {
	const plain = text.replace(/^\ufeff/, '');
	const read = readJson(plain);
	return read === undefined ? plain : read.value;
}

/**
 * Waits for something, but no longer than until a deadline.
 *
 * @throws {UnreadBodyError} then
 */
export async function until<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
	let expire: (() => void) | undefined;
	const expired = new Promise<never>((_resolve, reject) => {
		expire = () => reject(new UnreadBodyError('late'));
		if (deadline.aborted) expire();
		else deadline.addEventListener('abort', expire, { once: true });
	});
	// Whatever comes of it later, nobody waits for it any more.
	work.catch(() => undefined);
	try {
		return await Promise.race([work, expired]);
	} finally {
		if (expire !== undefined) deadline.removeEventListener('abort', expire);
	}
}

async function collected(stream: ByteStream): Promise<string> {
	const pieces: Buffer[] = [];
	let bytes = 0;
	for await (const piece of stream) {
		pieces.push(Buffer.from(piece as Buffer));
		bytes += pieces[pieces.length - 1].length;
		if (bytes > MOST_BYTES) throw new UnreadBodyError('large');
	}
	return Buffer.concat(pieces).toString('utf8');
}

/**
 * The body of an answer.
 *
 * @throws {UnreadBodyError}, or what breaks the connection
 */
export async function bodyOf(body: unknown, deadline: AbortSignal): Promise<unknown> {
	if (!isStream(body)) return body;
	try {
		return parsed(await until(deadline, collected(body)));
	} finally {
		body.destroy();
	}
}

/** What can be had of a refusal's body, for the words of an error: its beginning. Whatever goes wrong on the way, there is then no more. */
export async function wordsOf(body: unknown): Promise<unknown> {
	if (!isStream(body)) return body;
	const pieces: Buffer[] = [];
	let bytes = 0;
	let over = false;
	// Not worth a long wait.
	void pause(WORDS_MS, () => over).then(() => body.destroy());
	try {
		for await (const piece of body) {
			pieces.push(Buffer.from(piece as Buffer));
			bytes += pieces[pieces.length - 1].length;
			if (bytes >= WORDS_BYTES) break;
		}
	} catch {
		// What came before the end will do.
	}
	over = true;
	return parsed(Buffer.concat(pieces).toString('utf8'));
}

/** Throws an answer away that nobody waits for any more. */
export function discard(body: unknown): void {
	if (isStream(body)) body.destroy();
}
