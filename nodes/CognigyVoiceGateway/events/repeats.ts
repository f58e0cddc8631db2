import type { IDataObject } from 'n8n-workflow';

import { SIGNATURE_WINDOW_S } from './verify';

/** Past the signature's window a repeat is refused anyway; both ways of the window count. Milliseconds. */
const REMEMBER_MS = 2 * SIGNATURE_WINDOW_S * 1000;

/** Upper bound of what one process remembers; the oldest go first. */
const MAX_REMEMBERED = 50_000;

/**
 * Upper bound of what a workflow's stored data remember, one text of `signature time` lines: n8n watches every value in
 * there and saves all of it with each event, and one short text is what it does fastest.
 */
const MAX_STORED = 200;

/** Characters of a signature that are stored: enough to tell them apart. */
const STORED_LENGTH = 16;

/** Signatures seen by this process, oldest first. */
const seen = new Map<string, number>();

function forgetOld(now: number): void {
	for (const [key, at] of seen) {
		if (seen.size <= MAX_REMEMBERED && now - at <= REMEMBER_MS) break;
		seen.delete(key);
	}
}

/**
 * Whether this trigger saw the same signed event before; remembers it.
 *
 * Sure within one process. Across processes (and restarts) the ends of calls are also kept in the trigger's
 * stored data, which n8n loads and saves as a whole with each webhook: two processes that handle the same
 * event in the same moment can still both let it pass.
 *
 * @param scope identifies the trigger: one event may be meant for several
 * @param stored the trigger's stored data, for an event that must survive the process; changed in place
 * @param now milliseconds since 1970
 */
export function isRepeat(scope: string, signature: string, stored: IDataObject | undefined, now: number): boolean {
	forgetOld(now);
	const key = `${scope} ${signature}`;
	const repeatHere = seen.has(key);
	seen.set(key, seen.get(key) ?? now);
	if (stored === undefined) return repeatHere;

	const short = signature.slice(0, STORED_LENGTH);
	const lines = typeof stored.finalEvents === 'string' ? stored.finalEvents.split('\n') : [];
	const repeatThere = lines.some((line) => line.startsWith(`${short} `));
	if (!repeatThere) {
		const recent = lines.filter((line) => now - Number(line.split(' ')[1]) <= REMEMBER_MS);
		stored.finalEvents = [...recent, `${short} ${now}`].slice(-MAX_STORED).join('\n');
	}
	return repeatHere || repeatThere;
}
