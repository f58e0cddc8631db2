import type { AnsweringMachineDetection, CallTarget, CreateCallRequest } from '../gateway/types';
import { UnusableValueError } from '../gateway/unusable';
import { anyNumber, caller, e164, registeredUser, sipUri } from './callee';
import { sipHeaders } from './sipHeaders';

/** The options of Create Call as the node's fields hold them; everything is optional. */
export interface CallOptions {
	additionalFields?: unknown;
	amdSettings?: {
		recognizerVendor?: string;
		recognizerLanguage?: string;
		thresholdWordCount?: number;
		noSpeechTimeoutMs?: number;
		decisionTimeoutMs?: number;
		toneTimeoutMs?: number;
		greetingCompletionTimeoutMs?: number;
		eventsUrl?: string;
	};
	callerName?: string;
	detectAnsweringMachine?: boolean;
	fromHost?: string;
	metadata?: { pairs?: Array<{ key: string; value: unknown }> };
	metadataJson?: unknown;
	numberFormat?: 'e164' | 'any';
	sipHeaders?: { pairs?: Array<{ name: string; value: unknown }> };
	sipHeadersJson?: unknown;
	speechLanguage?: string;
	speechVendor?: string;
	speechVoice?: string;
	/** Ring timeout, seconds. */
	timeout?: number | string;
	/** Maximum duration, seconds. */
	timeLimit?: number | string;
}

/** What Create Call knows about one call before it is dialled. */
export interface CallPlan {
	from: unknown;
	applicationSid: string;
	to: { type: string; number?: unknown; carrier?: string; uri?: unknown; username?: string; password?: string; user?: unknown };
	options: CallOptions;
	/** Where status updates go, checked. */
	statusUrl?: string;
	/** Where answering-machine events go, checked; defaults to `statusUrl`. */
	amdUrl?: string;
}

type JsonMap = Record<string, unknown>;

/** Reads a JSON field: text or, from an expression, an object. */
function jsonObject(value: unknown, field: string): JsonMap {
	let parsed = value;
	if (typeof value === 'string') {
		if (value.trim() === '') return {};
		try {
			parsed = JSON.parse(value);
		} catch {
			parsed = undefined;
		}
	}
	if (parsed === undefined || parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
		throw new UnusableValueError(field, `${field}: this is not a JSON object. Write it like { "key": "value" }.`);
	}
	return parsed as JsonMap;
}

/** The gateway turns a null inside the metadata into an error text, so nulls are left out. */
function withoutNulls(value: unknown): unknown {
	if (Array.isArray(value)) return value.filter((entry) => entry !== null && entry !== undefined).map(withoutNulls);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, entry]) => entry !== null && entry !== undefined)
			.map(([key, entry]) => [key, withoutNulls(entry)]),
	);
}

function metadataOf({ metadata, metadataJson }: CallOptions): JsonMap | undefined {
	const tag = withoutNulls({
		...(metadataJson === undefined ? {} : jsonObject(metadataJson, 'Metadata (JSON)')),
		...Object.fromEntries((metadata?.pairs ?? []).filter(({ key }) => key !== '').map(({ key, value }) => [key, value])),
	}) as JsonMap;
	return Object.keys(tag).length === 0 ? undefined : tag;
}

function sipHeadersOf({ sipHeaders: rows, sipHeadersJson }: CallOptions): Record<string, string> | undefined {
	const given: JsonMap = {
		...(sipHeadersJson === undefined ? {} : jsonObject(sipHeadersJson, 'SIP Headers (JSON)')),
		...Object.fromEntries((rows?.pairs ?? []).filter(({ name }) => name !== '').map(({ name, value }) => [name, value])),
	};
	return sipHeaders(Object.entries(given));
}

function positive(value: unknown, field: string, unit: string, max: number): number | undefined {
	if (value === undefined || value === null || value === '' || value === 0) return undefined;
	const number = Number(value);
	if (!Number.isInteger(number) || number < 1 || number > max) {
		throw new UnusableValueError(field, `${field}: "${String(value)}" is not a whole number of ${unit} from 1 to ${max}.`);
	}
	return number;
}

function amdOf({ amdSettings = {}, detectAnsweringMachine }: CallOptions, actionHook: string | undefined): AnsweringMachineDetection | undefined {
	if (detectAnsweringMachine !== true) return undefined;
	if (actionHook === undefined) {
		throw new UnusableValueError(
			'Answering Machine Detection',
			'Answering Machine Detection: there is nowhere to report to. Set Status Updates to the trigger or a URL, or fill in Events URL under Answering Machine Settings.',
		);
	}
	const ms = (value: unknown, field: string) => positive(value, field, 'milliseconds', 600_000);
	const [vendor, language] = [plain(amdSettings.recognizerVendor), plain(amdSettings.recognizerLanguage)];
	if (vendor === undefined && language !== undefined) {
		throw new UnusableValueError(
			'Recognizer Vendor',
			'Recognizer Vendor: fill it in too. The gateway takes a recognizer language only together with its vendor.',
		);
	}
	return compact({
		actionHook,
		thresholdWordCount: positive(amdSettings.thresholdWordCount, 'Word Count', 'words', 1000),
		recognizer: compactOrNothing({ vendor, language }),
		timers: compactOrNothing({
			noSpeechTimeoutMs: ms(amdSettings.noSpeechTimeoutMs, 'No Speech Timeout'),
			decisionTimeoutMs: ms(amdSettings.decisionTimeoutMs, 'Decision Timeout'),
			toneTimeoutMs: ms(amdSettings.toneTimeoutMs, 'Tone Timeout'),
			greetingCompletionTimeoutMs: ms(amdSettings.greetingCompletionTimeoutMs, 'Greeting Completion Timeout'),
		}),
	});
}

/** A text that stands in a SIP header: quotes, angle brackets and line breaks would end it early. */
function headerText(value: unknown, field: string): string | undefined {
	const given = plain(value);
	if (given !== undefined && (/\p{Cc}/u.test(given) || /[<>"\\]/.test(given))) {
		throw new UnusableValueError(field, `${field}: "${given.slice(0, 80)}" holds quotes, angle brackets, a backslash or line breaks. Remove them.`);
	}
	return given;
}

/** The text of a field, whatever an expression made of it; undefined when it is empty. */
function plain(value: unknown): string | undefined {
	const given = String(value ?? '').trim();
	return given === '' ? undefined : given;
}

/** Without the members that hold nothing: the gateway takes an empty text for a value. */
function compact<T extends object>(value: T): T {
	return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== '')) as T;
}

function compactOrNothing<T extends object>(value: T): T | undefined {
	const rest = compact(value);
	return Object.keys(rest).length === 0 ? undefined : rest;
}

function targetOf({ to, options }: CallPlan): CallTarget {
	switch (to.type) {
		case 'phone': {
			const number = options.numberFormat === 'any' ? anyNumber(to.number, 'Phone Number') : e164(to.number, 'Phone Number');
			return compact({ type: 'phone', number, trunk: plain(to.carrier) });
		}
		case 'sip': {
			const { username = '', password = '' } = to;
			if ((username === '') !== (password === '')) {
				throw new UnusableValueError('SIP Username', 'SIP Username and SIP Password belong together: fill in both or none.');
			}
			return { type: 'sip', sipUri: sipUri(to.uri), ...(username === '' ? {} : { auth: { username, password } }) };
		}
		case 'user':
			return { type: 'user', name: registeredUser(to.user) };
		default:
			throw new UnusableValueError('Call To', `Call To: "${to.type}" is not one of phone, sip and user.`);
	}
}

function fromHost(value: unknown): string | undefined {
	const host = plain(value);
	if (host !== undefined && !/^[A-Za-z0-9.\-:[\]]+$/.test(host)) {
		throw new UnusableValueError('From Host', `From Host: "${host.slice(0, 80)}" is not a host name, e.g. sip.example.com.`);
	}
	return host;
}

/** Fields that have a place, and checks, of their own in the node. */
const OWN_FIELDS = [
	'amd',
	'application_sid',
	'callerName',
	'from',
	'fromHost',
	'headers',
	'notifyUrl',
	'speech_synthesis_language',
	'speech_synthesis_vendor',
	'speech_synthesis_voice',
	'tag',
	'timeLimit',
	'timeout',
	'to',
];

/**
 * Builds the body of a create request. Every check that can be made without the gateway is made here, before any phone rings.
 *
 * @throws {UnusableValueError} naming the field, the reason and the remedy
 */
export function buildCallRequest(plan: CallPlan): CreateCallRequest {
	const { options } = plan;
	const additional = options.additionalFields === undefined ? {} : jsonObject(options.additionalFields, 'Additional Fields (JSON)');
	const taken = OWN_FIELDS.find((field) => Object.hasOwn(additional, field));
	if (taken !== undefined) {
		throw new UnusableValueError('Additional Fields (JSON)', `Additional Fields (JSON): "${taken}" has a field of its own in this node. Use that.`);
	}
	return compact({
		application_sid: plan.applicationSid,
		from: caller(plan.from),
		fromHost: fromHost(options.fromHost),
		callerName: headerText(options.callerName, 'Caller Name'),
		to: targetOf(plan),
		timeout: positive(options.timeout, 'Ring Timeout', 'seconds', 600),
		timeLimit: positive(options.timeLimit, 'Maximum Duration', 'seconds', 86_400),
		tag: metadataOf(options),
		headers: sipHeadersOf(options),
		speech_synthesis_vendor: plain(options.speechVendor),
		speech_synthesis_voice: plain(options.speechVoice),
		speech_synthesis_language: plain(options.speechLanguage),
		amd: amdOf(options, plan.amdUrl ?? plan.statusUrl),
		notifyUrl: plan.statusUrl,
		...additional,
	});
}
