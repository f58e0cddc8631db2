'use strict';

const { badRequest, internalText } = require('./errors');

const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);
const oneOf =
	(...types) =>
	(v) =>
		types.includes(typeof v);
const string = oneOf('string');
const number = oneOf('number');
const object = oneOf('object');
const hook = oneOf('object', 'string');
const shape =
	(properties, required = []) =>
	(v) =>
		matches(v, properties, required);

/** Does a value have only known properties, each of its type, and all the required ones? */
function matches(value, properties, required) {
	if (typeof value !== 'object' || value === null) return false;
	return (
		required.every((key) => value[key] !== undefined) &&
		Object.keys(value).every(
			(key) =>
				key === '_' || value[key] === undefined || (Object.hasOwn(properties, key) && properties[key](value[key])),
		)
	);
}

const timers = shape({
	noSpeechTimeoutMs: number,
	decisionTimeoutMs: number,
	toneTimeoutMs: number,
	greetingCompletionTimeoutMs: number,
});

const amd = shape(
	{
		actionHook: hook,
		thresholdWordCount: number,
		digitCount: number,
		timers,
		recognizer: (v) => isObject(v) && typeof v.vendor === 'string',
	},
	['actionHook'],
);

const target = shape(
	{
		type: (v) => ['phone', 'sip', 'user', 'teams'].includes(v),
		confirmHook: hook,
		method: (v) => ['GET', 'POST'].includes(v),
		headers: object,
		from: shape({ user: string, host: string }),
		name: string,
		number: string,
		sipUri: string,
		auth: shape({ username: string, password: string }, ['username', 'password']),
		vmail: oneOf('boolean'),
		tenant: string,
		trunk: string,
		overrideTo: string,
		proxy: string,
	},
	['type'],
);

const notifyUrl = (v) => typeof v === 'string' || (isObject(v) && typeof v.url === 'string');

/** Everything that a create body may contain. Any other top-level key makes create fail with a plain 500. */
const bodyProperties = {
	id: string,
	account_sid: string,
	application_sid: (v) => typeof v === 'string' && v.length === 36,
	call_hook: isObject,
	call_status_hook: isObject,
	app_json: string,
	from: (v) => typeof v === 'string' && v.length >= 1 && v.length <= 256,
	callerName: string,
	fromHost: string,
	speech_synthesis_vendor: string,
	speech_synthesis_voice: string,
	speech_synthesis_language: string,
	speech_recognizer_vendor: string,
	speech_recognizer_language: string,
	tag: isObject,
	to: (v) => isObject(v) && target(v),
	headers: object,
	timeout: Number.isInteger,
	amd: (v) => isObject(v) && amd(v),
	dual_streams: oneOf('boolean'),
	sipRequestWithinDialogHook: string,
	referHook: hook,
	timeLimit: Number.isInteger,
	notifyUrl,
};

function checkTo(to) {
	const field =
		to && typeof to === 'object' && { phone: 'number', teams: 'number', user: 'name', sip: 'sipUri' }[to.type];
	if (!field || typeof to[field] !== 'string') {
		throw badRequest(`missing or invalid to property: ${JSON.stringify(to)}`);
	}
}

function checkHook(body, name) {
	const value = body[name];
	if (typeof value === 'string') body[name] = { url: value, method: 'POST' };
	// A null hook fails here just as it does on the gateway: with the text of the language's own error.
	if (typeof body[name] === 'object' && typeof body[name].url !== 'string') {
		throw badRequest(`${name} must be string or an object containing a url property`);
	}
}

/**
 * First stage: what the API itself checks, each with its own text.
 * It also fills in what comes from the application, which wins over the same fields of the body.
 * @param {object} body changed in place
 * @param {(sid: any) => object|undefined} findApplication
 */
function checkRequest(body, findApplication) {
	if (!body.from) throw badRequest('missing from parameter');
	checkTo(body.to);
	if (body.application_sid) {
		const app = findApplication(body.application_sid);
		if (!app) throw badRequest(`application_sid not found ${body.application_sid}`);
		body.call_hook = app.call_hook ? { ...app.call_hook } : undefined;
		body.call_status_hook = app.call_status_hook ? { ...app.call_status_hook } : undefined;
		for (const key of ['vendor', 'language', 'voice']) body[`speech_synthesis_${key}`] = app[`speech_synthesis_${key}`];
		for (const key of ['vendor', 'language']) body[`speech_recognizer_${key}`] = app[`speech_recognizer_${key}`];
	} else {
		delete body.application_sid;
		const speech = [
			'speech_synthesis_vendor',
			'speech_synthesis_language',
			'speech_synthesis_voice',
			'speech_recognizer_vendor',
			'speech_recognizer_language',
		];
		if (!speech.every((key) => body[key])) {
			throw badRequest(`either application_sid or set of ${speech.join(', ')} required`);
		}
		if (!body.call_hook) throw badRequest('either call_hook or application_sid required');
	}
	checkHook(body, 'call_hook');
	checkHook(body, 'call_status_hook');
	for (const name of ['call_hook', 'call_status_hook']) {
		if (body[name] && !/^(https?|wss?):/.test(body[name].url)) throw badRequest(`${name} url be an absolute url`);
	}
}

const isAbsolute = (url) => /^(https?|wss?):\/\//.test(url);

/**
 * Second stage: what the platform behind the API checks. Every failure is the same plain 500.
 * @param {object} body changed in place: null properties vanish
 * @param {object} account
 */
function checkPlatform(body, account) {
	for (const key of Object.keys(body)) if (body[key] === null || body[key] === undefined) delete body[key];
	if (!matches(body, bodyProperties, ['from', 'to'])) throw internalText();
	for (const name of ['call_hook', 'call_status_hook']) {
		const value = body[name];
		if (!value) continue;
		const methods = name === 'call_hook' ? ['GET', 'POST', 'WS'] : ['GET', 'POST'];
		if (!isAbsolute(value.url) || !methods.includes(String(value.method || 'POST').toUpperCase())) throw internalText();
	}
	if (body.to.type === 'teams') throw internalText();
	if (body.to.type === 'user' && !body.to.name.includes('@') && !account.sip_realm) throw internalText();
}

/**
 * What the gateway does to a tag on create: strings are trimmed, strings that look like a URL are rewritten,
 * a null deep inside becomes an error text.
 */
function mangleTag(value) {
	try {
		if (Array.isArray(value)) return value.map(mangleTag);
		if (typeof value === 'object') {
			for (const key of Object.keys(value)) value[key] = mangleTag(value[key]);
			return value;
		}
		if (typeof value !== 'string') return value;
		const trimmed = value.trim();
		return /^https?:\/\/\S+$/.test(trimmed) ? new URL(trimmed).toString() : trimmed;
	} catch (err) {
		return `Error: ${err.message}`;
	}
}

/** The called party as it appears in events: a number, a SIP URI or user@realm. */
function dialledParty(to, account) {
	if (to.type === 'sip') return to.sipUri;
	if (to.type === 'user') return to.name.includes('@') ? to.name : `${to.name}@${account.sip_realm}`;
	return to.number;
}

module.exports = { checkRequest, checkPlatform, mangleTag, dialledParty };
