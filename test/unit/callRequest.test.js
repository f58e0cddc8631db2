'use strict';

const { compiled } = require('./compiled');

const { buildCallRequest } = compiled('dialling/callRequest.js');

const STATUS_URL = 'https://n8n.example.com/webhook/x#rc=5';
const plan = (options = {}, more = {}) => ({
	from: '+12025550100',
	applicationSid: 'a9900000-0000-4000-8000-000000000001',
	to: { type: 'phone', number: '+12025550200', carrier: '' },
	options,
	statusUrl: STATUS_URL,
	...more,
});
const BASE = {
	application_sid: 'a9900000-0000-4000-8000-000000000001',
	from: '+12025550100',
	to: { type: 'phone', number: '+12025550200' },
	notifyUrl: STATUS_URL,
};
const build = (...args) => buildCallRequest(plan(...args));

function refusal(...args) {
	try {
		build(...args);
	} catch (error) {
		expect(error.name).toBe('UnusableValueError');
		// It names the field, in the message too.
		expect(error.field).not.toBe('');
		expect(error.message.startsWith(error.field)).toBe(true);
		return error.message;
	}
	throw new Error('was not refused');
}

describe('the body of a call', () => {
	test('holds no more than what is needed', () => {
		expect(build()).toStrictEqual(BASE);
		expect(build({}, { statusUrl: undefined })).toStrictEqual({ application_sid: BASE.application_sid, from: BASE.from, to: BASE.to });
	});

	test.each([
		['a phone through a carrier', { type: 'phone', number: '+1 202 555 0200', carrier: ' Northline ' }, { type: 'phone', number: '+12025550200', trunk: 'Northline' }],
		['a SIP URI', { type: 'sip', uri: 'sip:bob@example.com', username: '', password: '' }, { type: 'sip', sipUri: 'sip:bob@example.com' }],
		['a SIP URI with login', { type: 'sip', uri: 'sip:bob@example.com', username: 'u', password: 'p' }, { type: 'sip', sipUri: 'sip:bob@example.com', auth: { username: 'u', password: 'p' } }],
		['a registered user', { type: 'user', user: ' alice ' }, { type: 'user', name: 'alice' }],
	])('calls %s', (_what, to, expected) => {
		expect(build({}, { to })).toStrictEqual({ ...BASE, to: expected });
	});

	test('calls any number when told so', () => {
		expect(build({ numberFormat: 'any' }, { to: { type: 'phone', number: '4711' } }).to).toStrictEqual({ type: 'phone', number: '4711' });
		expect(refusal({ numberFormat: 'e164' }, { to: { type: 'phone', number: '4711' } })).toMatch(/no country code/);
	});

	test.each([
		[{ type: 'sip', uri: 'sip:a@b', username: 'u' }, /belong together/],
		[{ type: 'sip', uri: 'sip:a@b', password: 'p' }, /belong together/],
		[{ type: 'teams' }, /^Call To: "teams"/],
		[{ type: '' }, /^Call To/],
	])('refuses the callee %j', (to, message) => {
		expect(refusal({}, { to })).toMatch(message);
	});

	test.each([
		[{ callerName: ' Acme ' }, { callerName: 'Acme' }],
		[{ fromHost: ' sip.example.com ' }, { fromHost: 'sip.example.com' }],
		[{ timeout: 30 }, { timeout: 30 }],
		[{ timeout: '30' }, { timeout: 30 }],
		[{ timeout: 600 }, { timeout: 600 }],
		[{ timeLimit: 3600 }, { timeLimit: 3600 }],
		[{ speechVendor: 'microsoft', speechVoice: 'en-US-JennyNeural', speechLanguage: 'en-US' }, { speech_synthesis_vendor: 'microsoft', speech_synthesis_voice: 'en-US-JennyNeural', speech_synthesis_language: 'en-US' }],
		[{ metadata: { pairs: [{ key: 'id', value: '7' }, { key: 'vip', value: true }] } }, { tag: { id: '7', vip: true } }],
		[{ metadataJson: '{"a":{"b":[1,{"c":"d"}]}}' }, { tag: { a: { b: [1, { c: 'd' }] } } }],
		[{ metadataJson: { a: { b: 1 } } }, { tag: { a: { b: 1 } } }],
		[{ metadataJson: '{"a":1,"b":2}', metadata: { pairs: [{ key: 'b', value: 3 }] } }, { tag: { a: 1, b: 3 } }],
		[{ sipHeaders: { pairs: [{ name: 'X-Id', value: 7 }] } }, { headers: { 'X-Id': '7' } }],
		[{ sipHeadersJson: '{"User-to-User":"UUID: 1"}' }, { headers: { 'User-to-User': 'UUID: 1' } }],
		[{ additionalFields: '{"sipRequestWithinDialogHook":"https://x.example/"}' }, { sipRequestWithinDialogHook: 'https://x.example/' }],
		[{ additionalFields: { tomorrow: { nested: true } } }, { tomorrow: { nested: true } }],
	])('%j adds %j and nothing else', (options, added) => {
		expect(build(options)).toStrictEqual({ ...BASE, ...added });
	});

	test.each([
		{ callerName: '', fromHost: ' ', speechVendor: '', speechVoice: '', speechLanguage: '' },
		{ timeout: '', timeLimit: undefined, metadata: {}, metadataJson: '{}', sipHeaders: {}, sipHeadersJson: '', additionalFields: '{}' },
		{ timeout: 0, timeLimit: null, metadataJson: '  ', additionalFields: ' \n' },
		{ metadata: { pairs: [{ key: '', value: 'x' }] }, sipHeaders: { pairs: [{ name: '', value: '' }] } },
		{ detectAnsweringMachine: false, amdSettings: { thresholdWordCount: 3 } },
	])('%j adds nothing', (options) => {
		expect(build(options)).toStrictEqual(BASE);
	});

	test.each([
		[{ timeout: -1 }, /^Ring Timeout/], [{ timeout: 1.5 }, /^Ring Timeout/], [{ timeout: 601 }, /number of seconds from 1 to 600\./], [{ timeout: 'soon' }, /"soon"/],
		[{ timeLimit: 86_401 }, /^Maximum Duration.* seconds from 1 to 86400\./], [{ timeLimit: NaN }, /^Maximum Duration/],
	])('refuses %j', (options, message) => {
		expect(refusal(options)).toMatch(message);
	});

	test.each([
		['callerName', 12, '12'], ['fromHost', 10, '10'], ['speechVendor', 1, '1'], ['speechVoice', 2, '2'], ['speechLanguage', 3, '3'],
	])('%s from an expression that gives a number is taken as a text', (option, value, expected) => {
		expect(Object.values(build({ [option]: value }))).toContain(expected);
	});
});

describe('metadata', () => {
	test('nulls are left out at every depth, other empty values stay', () => {
		const metadataJson = { a: null, b: { c: null, d: 0 }, e: [1, null, { f: null }], g: false, h: '', i: undefined, j: [undefined] };
		expect(build({ metadataJson }).tag).toStrictEqual({ b: { d: 0 }, e: [1, {}], g: false, h: '', j: [] });
		expect(build({ metadata: { pairs: [{ key: 'a', value: null }, { key: 'b', value: undefined }, { key: 'c', value: 1 }] } }).tag).toStrictEqual({ c: 1 });
	});

	test('a key called __proto__ is sent as a key, and reaches nothing else', () => {
		const { tag } = build({ metadataJson: '{"__proto__":{"polluted":true},"a":1}' });
		expect(JSON.stringify(tag)).toBe('{"__proto__":{"polluted":true},"a":1}');
		expect({}.polluted).toBeUndefined();
	});

	test.each(['[1]', '"text"', '7', 'null', '{', '{a:1}', 'true'])('%s is no JSON object', (text) => {
		expect(refusal({ metadataJson: text })).toMatch(/^Metadata \(JSON\): .*not a JSON object/);
		expect(refusal({ sipHeadersJson: text })).toMatch(/^SIP Headers \(JSON\)/);
		expect(refusal({ additionalFields: text })).toMatch(/^Additional Fields \(JSON\)/);
	});
});

describe('header injection', () => {
	test.each([
		['X-A', 'a\r\nX-Evil: 1'], ['X-A', 'a\nb'], ['X-A', 'a\u0000b'], ['X-A', ''], ['X-A', '  '], ['X-A', null], ['X-A', { a: 1 }], ['X-A', ['a']],
		['X A', 'a'], ['X-A:', 'a'], ['X-A\r\nX-Evil', 'a'], ['', 'a'], ['X-Ä', 'a'],
	])('the SIP header %j: %j is refused', (name, value) => {
		expect(refusal({ sipHeadersJson: { [name]: value } })).toMatch(/^SIP Headers: /);
		if (name !== '') expect(refusal({ sipHeaders: { pairs: [{ name, value }] } })).toMatch(/^SIP Headers: /);
	});

	test.each([[undefined], [null], [{}], [{ pairs: null }], [{ pairs: [] }]])('SIP headers that are not filled in (%j) are none', (sipHeaders) => {
		expect(build({ sipHeaders }).headers).toBeUndefined();
	});

	test.each([
		['callerName', 'Acme"\r\nX-Evil: 1', /^Caller Name/], ['callerName', 'Acme\nSupport', /^Caller Name/],
		['fromHost', 'example.com\r\nX-Evil: 1', /^From Host/], ['fromHost', 'example.com>;x', /^From Host/],
	])('%s %j is refused: it goes into the From header', (option, value, message) => {
		expect(refusal({ [option]: value })).toMatch(message);
	});

	test('what surrounds a header\'s name is not sent', () => {
		expect(build({ sipHeadersJson: { ' X-A ': ' a ' } }).headers).toStrictEqual({ 'X-A': 'a' });
	});

	test.each(['callerName', 'fromHost'])('%s that is refused is shown in its beginning only', (option) => {
		expect(refusal({ [option]: `${'a'.repeat(300)}<` })).toContain(`: "${'a'.repeat(80)}" `);
	});

	test('additional fields are no way around the check of the SIP headers', () => {
		expect(refusal({ additionalFields: { headers: { 'X-A': 'a\r\nX-Evil: 1' } } })).toMatch(/headers/i);
	});
});

describe('additional fields', () => {
	test.each([
		'amd', 'application_sid', 'callerName', 'from', 'fromHost', 'headers', 'notifyUrl', 'speech_synthesis_language', 'speech_synthesis_vendor', 'speech_synthesis_voice', 'tag',
		'timeLimit', 'timeout', 'to',
	])('%s has a field of its own', (field) => {
		expect(refusal({ additionalFields: { [field]: 'x' } })).toMatch(new RegExp(`^Additional Fields \\(JSON\\): "${field}" has a field of its own`));
	});
});

describe('answering machine detection', () => {
	const detect = (amdSettings, more) => build({ detectAnsweringMachine: true, amdSettings }, more);

	test('reports to where the status updates go, unless told otherwise', () => {
		expect(detect(undefined).amd).toStrictEqual({ actionHook: STATUS_URL });
		expect(detect({}, { amdUrl: 'https://other.example/amd' }).amd).toStrictEqual({ actionHook: 'https://other.example/amd' });
		expect(detect({}, { statusUrl: undefined, amdUrl: 'https://other.example/amd' })).toStrictEqual({
			application_sid: BASE.application_sid, from: BASE.from, to: BASE.to, amd: { actionHook: 'https://other.example/amd' },
		});
	});

	test('with nowhere to report to it is refused, with the ways out', () => {
		const message = refusal({ detectAnsweringMachine: true }, { statusUrl: undefined });
		expect(message).toMatch(/nowhere to report to.*Status Updates.*Events URL/);
	});

	test('every setting has its place', () => {
		const settings = {
			recognizerVendor: 'google', recognizerLanguage: 'en-US', thresholdWordCount: 7, noSpeechTimeoutMs: 1, decisionTimeoutMs: 2,
			toneTimeoutMs: 3, greetingCompletionTimeoutMs: 4,
		};
		expect(detect(settings).amd).toStrictEqual({
			actionHook: STATUS_URL,
			thresholdWordCount: 7,
			recognizer: { vendor: 'google', language: 'en-US' },
			timers: { noSpeechTimeoutMs: 1, decisionTimeoutMs: 2, toneTimeoutMs: 3, greetingCompletionTimeoutMs: 4 },
		});
	});

	test('the gateway takes a recognizer with its vendor only: a language alone is refused before dialling', () => {
		expect(detect({ recognizerVendor: 'google' }).amd.recognizer).toStrictEqual({ vendor: 'google' });
		expect(refusal({ detectAnsweringMachine: true, amdSettings: { recognizerLanguage: 'en-US' } })).toMatch(/Recognizer Vendor/);
	});

	test.each([
		[{ thresholdWordCount: 1001 }, /^Word Count.* words /], [{ noSpeechTimeoutMs: -1 }, /^No Speech Timeout.* milliseconds /], [{ decisionTimeoutMs: 0.5 }, /^Decision Timeout/],
		[{ toneTimeoutMs: 'x' }, /^Tone Timeout/], [{ greetingCompletionTimeoutMs: 600_001 }, /^Greeting Completion Timeout/],
	])('refuses %j', (amdSettings, message) => {
		expect(refusal({ detectAnsweringMachine: true, amdSettings })).toMatch(message);
	});
});
