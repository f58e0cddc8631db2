'use strict';

/**
 * Faults that can be switched on. Each one may be limited:
 * `count` (how often it strikes), `number` (regular expression on the called number; a plain digit string is a suffix),
 * `operation` (API faults; `create` unless told, `*` for all) and `event` (webhook faults: a call status or amd type).
 *
 * @typedef {object} Fault
 * @property {string} kind
 * @property {number} [count]
 * @property {string} [number]
 * @property {string} [operation]
 * @property {string} [event]
 */

const API_KINDS = {
	401: 'answers 401 "Unauthorized"',
	403: 'answers 403 {"msg":"insufficient permissions"}',
	429: 'answers 429 with Retry-After (`retryAfter`, seconds, default 1)',
	480: 'answers 480: no feature server, nothing placed',
	500: 'answers 500 text, nothing placed',
	'500-after-placing': 'places the call, then answers 500 text',
	unreachable: 'answers 500 {"msg":"fetch failed"}: the server behind the API is down, nothing placed',
	hang: 'never answers, nothing placed',
	'hang-after-placing': 'places the call, then never answers',
	reset: 'cuts the connection, nothing placed',
	'reset-after-placing': 'places the call, then cuts the connection',
	'broken-json': 'places the call, then answers 201 with half a JSON body',
	html: 'answers an HTML page (`status`, default 200), nothing placed',
	'html-after-placing': 'places the call, then answers an HTML page (`status`, default 502)',
	redirect: 'answers a redirect (`status`, default 307) to `location`, nothing placed',
	slow: 'waits `ms` (default 1000) before doing anything',
	'slow-after-placing': 'places the call at once, answers `ms` later',
};

const WEBHOOK_KINDS = {
	'webhook-drop': 'the event is never sent',
	'webhook-duplicate': 'the event is sent twice (`times`) with one signature',
	'webhook-late': 'the event is sent `ms` (default 1000) later, behind younger ones',
	'webhook-reorder': 'the event is sent after the one that follows it',
	'webhook-forged': 'an invented event with a bad signature is sent before the real one (`body` overrides its fields)',
	'webhook-wrong-secret': 'the event is signed with a wrong secret',
};

const asRegExp = (number) => (/^\d+$/.test(number) ? new RegExp(`${number}$`) : new RegExp(number));

class Faults {
	constructor() {
		/** @type {Fault[]} */
		this.list = [];
	}

	/**
	 * Replace all faults. Takes a list, one fault, or {faults: [...]}.
	 * @param {Fault[]|Fault|{faults: Fault[]}} given
	 */
	set(given) {
		const list = Array.isArray(given) ? given : given.faults || [given];
		for (const { kind } of list) {
			if (!Object.hasOwn(API_KINDS, kind) && !Object.hasOwn(WEBHOOK_KINDS, kind))
				throw new Error(`unknown fault kind: ${kind}`);
		}
		this.list = list.map((fault) => ({
			...fault,
			kind: String(fault.kind),
			number: fault.number instanceof RegExp ? fault.number.source : fault.number,
		}));
		return this.list;
	}

	clear() {
		this.list = [];
	}

	/** The first fault that matches, with one stroke used up. */
	take(matches) {
		const fault = this.list.find((f) => (f.count === undefined || f.count > 0) && matches(f));
		if (fault && fault.count !== undefined) fault.count -= 1;
		return fault;
	}

	forRequest(operation, number) {
		return this.take(
			(f) =>
				Object.hasOwn(API_KINDS, f.kind) &&
				[operation, '*'].includes(f.operation || 'create') &&
				(f.number === undefined || asRegExp(String(f.number)).test(number || '')),
		);
	}

	forWebhook({ event, body, hook }) {
		return this.take(
			(f) =>
				Object.hasOwn(WEBHOOK_KINDS, f.kind) &&
				(f.event === undefined || f.event === event) &&
				(f.url === undefined || hook.url.includes(f.url)) &&
				(f.number === undefined || asRegExp(String(f.number)).test(body.to)),
		);
	}
}

module.exports = { Faults, API_KINDS, WEBHOOK_KINDS };
