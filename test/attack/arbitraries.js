'use strict';

const { sign } = require('../gateway/sign');
const { fc } = require('./fc');

/** What a webhook's sender may send that is no gateway: bodies, content types and signatures. */

const now = () => Math.floor(Date.now() / 1000);

const TYPES = [
	'application/json', 'application/json; charset=utf-8', 'application/json; charset=nonsense', 'APPLICATION/JSON', 'application/json;', 'text/plain', 'text/html', 'application/xml',
	'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'multipart/form-data', 'application/octet-stream', 'application/json, text/plain', 'x', '',
];
/** An event that would count if it were signed. */
const EVENT = { call_sid: '00000000-0000-4000-8000-00000000a77a', direction: 'outbound', from: '+12025550100', to: '+12025550200', sip_status: 200, call_status: 'completed', duration: 3 };

/** Names that mean something to JavaScript, to the parser or to the filter. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'call_sid', 'call_status', 'type', 'customerData', 'parent_call_sid', 'direction', 'sip_status', 'n8n_answered_by', 'json', 'error'];

const json = fc.oneof(
	fc.jsonValue({ maxDepth: 4 }),
	fc.dictionary(fc.constantFrom(...NAMES), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('completed', 'ringing', 'amd_human_detected', '00000000-0000-4000-8000-000000000001')), { maxKeys: 8 }),
	fc.dictionary(fc.constantFrom(...NAMES), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }).map((fields) => ({ ...EVENT, ...fields })),
);
const text = json.map((value) => JSON.stringify(value));
const bodies = fc.oneof(
	{ weight: 12, arbitrary: text },
	// Cut off, or with a piece of something else in it.
	{ weight: 12, arbitrary: fc.tuple(text, fc.nat(2000), fc.string({ unit: 'binary', maxLength: 5 })).map(([whole, at, piece]) => whole.slice(0, at % (whole.length + 1)) + piece) },
	{ weight: 12, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
	{ weight: 1, arbitrary: fc.constantFrom('{"a":'.repeat(10_000), '['.repeat(10_000) + ']'.repeat(10_000), `{"call_sid":"x","call_status":"completed","x":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`) },
);

/** Signature headers that are none, for a body. */
const forgeries = (secret) =>
	fc.oneof(
		fc.constant(() => undefined),
		fc.string({ maxLength: 60 }).filter((value) => /^[\x20-\x7e]*$/.test(value)).map((value) => () => value),
		fc.constantFrom('', 'wrong', `${secret} `, secret.slice(1), secret.toUpperCase()).map((wrong) => (body) => sign(wrong, body, now())),
		fc.constantFrom(-1e9, -86_400, -302, 302, 86_400, 1e9).map((off) => (body) => sign(secret, body, now() + off)),
		fc.nat(63).map((at) => (body) => {
			const good = sign(secret, body, now());
			const index = good.indexOf('v1=') + 3 + at;
			return good.slice(0, index) + (good[index] === '0' ? '1' : '0') + good.slice(index + 1);
		}),
		fc.integer({ min: 1, max: 70 }).map((less) => (body) => sign(secret, body, now()).slice(0, -less)),
		fc.constantFrom(
			(good) => good.replace(/^t=\d+,/, ''), (good) => `t=${now() - 1},${good}`, (good) => `${good},t=${now()}`, (good) => `${good}, ${good}`, (good) => good.replace('v1=', 'v0='), (good) => good.replace('t=', 't=-'),
			(good) => good.replace(/t=\d+/, 't=NaN'), (good) => good.replace(/t=\d+/, 't=9e99'), (good) => good.replace(/t=(\d+)/, 't=$1.0'), (good) => good.replace(/t=(\d+)/, 't=0x$1'), (good) => `${good},v2=x`, (good) => good.replace('v1=', 'v1='.repeat(3)),
		).map((change) => (body) => change(sign(secret, body, now()))),
		// A genuine one, of another body.
		fc.constant((body) => sign(secret, `${body} `, now())),
	);

module.exports = { bodies, forgeries, now, TYPES };
