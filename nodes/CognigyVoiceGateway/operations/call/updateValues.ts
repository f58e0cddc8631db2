import type { IDataObject } from 'n8n-workflow';

import { UnusableValueError } from '../../gateway/unusable';
import { hookUrl } from '../../gateway/hookUrl';
import { sipHeaders } from '../../dialling/sipHeaders';
import { VERDICT_KEY } from '../../events/record';
import type { Job } from '../perItem';

/** Reads the fields of Update, and refuses before any request what the gateway would refuse, or accept and then not do. */

/** A field by its name, and as the user sees it. */
export interface Field {
	name: string;
	title: string;
}

const refuse = ({ title }: Field, reason: string): UnusableValueError => new UnusableValueError(title, `${title}: ${reason}`);

const shown = (value: unknown): string => String(value).slice(0, 80);

/** The trimmed text of a field; empty when nothing is in it. */
export function optionalText(job: Job, field: Field): string {
	const value = job.get(field.name) ?? '';
	if (typeof value === 'string' || typeof value === 'number') return String(value).trim();
	throw refuse(field, 'this is not a text.');
}

/** The trimmed text of a field that must hold one. */
export function requiredText(job: Job, field: Field, example: string): string {
	const text = optionalText(job, field);
	if (text === '') throw refuse(field, `it is empty. Fill it in, e.g. ${example}.`);
	return text;
}

/** One of a field's choices: an expression may give anything. */
export function choice<T extends string>(job: Job, field: Field, allowed: readonly T[]): T {
	const value = job.get(field.name);
	const found = allowed.find((each) => each === value);
	if (found === undefined) throw refuse(field, `"${shown(value)}" is not one of ${allowed.join(', ')}.`);
	return found;
}

/** An address that the gateway fetches from; for an application also that of a WebSocket. */
export function address(job: Job, field: Field, kind: 'web' | 'application'): string {
	const text = optionalText(job, field);
	hookUrl(kind === 'application' ? text.replace(/^ws(s?:)/i, 'http$1') : text, field.title, job.client.account);
	// As written: the retries that hookUrl asks for belong to status webhooks.
	return text;
}

/** JSON out of a text or, from an expression, as it is. */
function json(job: Job, field: Field): unknown {
	const value = job.get(field.name);
	if (typeof value !== 'string') return value ?? undefined;
	if (value.trim() === '') return undefined;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		throw refuse(field, 'this is not JSON. Write it like { "key": "value" }.');
	}
}

const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is left of metadata without nulls: those that were sent with the call come without them, too. */
function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) return value.filter((entry) => entry !== null && entry !== undefined).map(withoutNulls);
	if (!isObject(value)) return value;
	const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
	return Object.fromEntries(entries.map(([key, entry]) => [key, withoutNulls(entry)]));
}

/** Pairs of a fixed collection, without those that have no key. */
function pairsOf(job: Job, name: string, key: 'key' | 'name'): Array<[string, unknown]> {
	const { pairs } = (job.get(name) || {}) as { pairs?: unknown };
	const rows = Array.isArray(pairs) ? pairs.filter(isObject) : [];
	return rows.map((row): [string, unknown] => [String(row[key] ?? '').trim(), row.value]).filter(([given]) => given !== '');
}

/** New metadata of a call: the JSON, the pairs over it, and the verdict that a waiting node keeps among them. */
export function metadata(job: Job): IDataObject {
	const field = { name: 'metadataJson', title: 'Metadata (JSON)' };
	const given = json(job, field) ?? {};
	if (!isObject(given)) throw refuse(field, 'this is not a JSON object. Write it like { "key": "value" }.');
	const own = withoutNulls({ ...given, ...Object.fromEntries(pairsOf(job, 'metadata', 'key')) }) as IDataObject;
	if (Object.keys(own).length === 0) {
		throw refuse({ name: 'metadata', title: 'Metadata' }, 'they are empty. Add a pair, or fill in Metadata (JSON).');
	}
	const { answeredBy } = (job.get('options') || {}) as { answeredBy?: unknown };
	const verdict = answeredBy === undefined || answeredBy === 'unknown' ? own[VERDICT_KEY] : answeredBy;
	if (verdict === undefined) return own;
	if (verdict !== 'human' && verdict !== 'machine') {
		throw refuse(
			{ name: 'answeredBy', title: 'Answered By' },
			`"${shown(verdict)}" is not one of human, machine, unknown. The key ${VERDICT_KEY} of the metadata is reserved for it.`,
		);
	}
	return { ...own, [VERDICT_KEY]: verdict };
}

/** Headers of a SIP request. */
export const headers = (job: Job): Record<string, string> | undefined => sipHeaders(pairsOf(job, 'sipHeaders', 'name'));

/** The address of a recording server. */
export function sipAddress(job: Job, field: Field): string {
	const text = requiredText(job, field, 'sip:recorder.example.com');
	if (/^sips?:[^\s<>"]+$/i.test(text)) return text;
	throw refuse(field, `"${shown(text)}" is not a SIP URI. It starts with sip: or sips: and holds no blanks, e.g. sip:recorder.example.com.`);
}

/** Tones to send, one by one. */
export function digits(job: Job): string[] {
	const field = { name: 'digits', title: 'Digits' };
	const text = requiredText(job, field, '1234#').replace(/\s/g, '');
	if (!/^[0-9*#]{1,32}$/.test(text)) throw refuse(field, `"${shown(text)}" is not made of 0 to 9, * and #, at most 32 of them.`);
	return [...text];
}

/** How long a tone sounds. Milliseconds. */
export function toneLength(job: Job): number {
	const field = { name: 'toneDuration', title: 'Tone Duration' };
	const value = Number(job.get(field.name));
	if (Number.isInteger(value) && value >= 50 && value <= 5_000) return value;
	throw refuse(field, `"${shown(job.get(field.name))}" is not a whole number of milliseconds from 50 to 5000.`);
}

/** Verbs to whisper: the gateway takes others than say and play, and then does nothing. */
export function whisperVerbs(job: Job): IDataObject[] {
	const field = { name: 'whisperVerbs', title: 'Verbs (JSON)' };
	const given = json(job, field);
	const verbs = Array.isArray(given) ? given : given === undefined ? [] : [given];
	if (verbs.length === 0) throw refuse(field, 'it is empty. Fill it in, e.g. [{ "verb": "say", "text": "One minute left" }].');
	return verbs.map((verb: unknown) => {
		if (isObject(verb) && ['say', 'play'].includes(String(verb.verb))) return verb;
		throw refuse(field, `${shown(JSON.stringify(verb))} is neither a say nor a play, e.g. { "verb": "say", "text": "One minute left" }.`);
	});
}
