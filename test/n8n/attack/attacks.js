'use strict';

const crypto = require('node:crypto');
const zlib = require('node:zlib');

const { sign } = require('../../gateway/sign');
const { rawRequest, send, sendRaw } = require('./sending');

/**
 * Attacks on a webhook's address, one by one. None of them may start or end anything. Each is a function of the address,
 * and gives the statuses that came back.
 */

const TOO_LARGE = 17 * 1024 * 1024;
const JSON_TYPE = { 'Content-Type': 'application/json' };

/**
 * @param {string} secret the account's webhook secret
 * @param {() => object} event one that would count
 * @returns {Record<string, (url: string) => Promise<number | number[]>>}
 */
function attacksWith(secret, event) {
	const now = () => Math.floor(Date.now() / 1000);
	const text = () => JSON.stringify(event());
	const signed = (body, at = now()) => ({ ...JSON_TYPE, 'Jambonz-Signature': sign(secret, body, at) });
	/** A genuine event, but for its headers. */
	const with_ = (change) => async (url) => {
		const body = text();
		return await send(url, { body, headers: change(body) });
	};
	/** A body of its own; signed as the gateway would. */
	const body_ = (make, headers = {}) => async (url) => {
		const body = make();
		return await send(url, { body, headers: { ...signed(body), ...headers } });
	};
	const raw = (headersOf, make = text, options) => async (url) => {
		const body = make();
		return await sendRaw(url, rawRequest(url, headersOf(body), body), options);
	};
	const line = (body, header = sign(secret, body, now())) => `Jambonz-Signature: ${header}`;
	const own = (body) => ['Content-Type: application/json', line(body)];
	const length = (body) => `Content-Length: ${Buffer.byteLength(body)}`;
	/** With fields that a filter or an item could stumble over; not an event, so that it starts nothing. */
	const polluting = '{"__proto__":{"call_sid":"x","call_status":"completed","polluted":1},"constructor":{"prototype":{"polluted":1}},"call_status":"completed"}';

	return {
		unsigned: with_(() => JSON_TYPE),
		forged: with_((body) => ({ ...JSON_TYPE, 'Jambonz-Signature': sign('wh_secret_of_nobody', body, now()) })),
		'the signature of another body': with_((body) => ({ ...JSON_TYPE, 'Jambonz-Signature': sign(secret, `${body} `, now()) })),
		'a signature that is cut off': with_((body) => ({ ...JSON_TYPE, 'Jambonz-Signature': sign(secret, body, now()).slice(0, -1) })),
		'older than the window': with_((body) => signed(body, now() - 310)),
		'of the future': with_((body) => signed(body, now() + 310)),
		'several times in one signature': with_((body) => ({ ...JSON_TYPE, 'Jambonz-Signature': `t=${now() - 600},${sign(secret, body, now())}` })),
		'a signature of 8 kB': with_((body) => ({ ...JSON_TYPE, 'Jambonz-Signature': `${sign(secret, body, now())},v1=${'0'.repeat(8_000)}` })),
		'the signature twice': raw((body) => [...own(body), line(body), length(body)]),
		'a wrong signature before the right one': raw((body) => ['Content-Type: application/json', line(body, 't=1,v1=00'), line(body), length(body)]),
		'the signature on two lines': raw((body) => ['Content-Type: application/json', line(body).replace(',v1', ',\r\n v1'), length(body)]),
		'a header of 20 kB': raw((body) => [...own(body), `X-Huge: ${'x'.repeat(20_000)}`, length(body)]),
		'length and chunks at once': raw((body) => [...own(body), length(body), 'Transfer-Encoding: chunked'], () => `5\r\nhello\r\n0\r\n\r\n`),
		'chunks that are none': raw((body) => [...own(body), 'Transfer-Encoding: chunked'], () => 'zz\r\nhello\r\n'),
		'an encoding of the transfer that nobody knows': raw((body) => [...own(body), 'Transfer-Encoding: x, chunked'], () => '0\r\n\r\n'),
		'two lengths': raw((body) => [...own(body), length(body), 'Content-Length: 3']),
		'a length that is none': raw((body) => [...own(body), 'Content-Length: -1']),
		'a body that is cut off': raw((body) => [...own(body), `Content-Length: ${Buffer.byteLength(body) + 100}`], text, { hangUp: true }),
		'a second request inside of the first': async (url) => {
			const inner = rawRequest(url, ['Content-Type: application/json', 'Content-Length: 2'], '{}');
			const body = text();
			return await sendRaw(url, rawRequest(url, ['Content-Type: application/json', line(body), 'Content-Length: 2'], '{}').replace('Connection: close', 'Connection: keep-alive') + inner);
		},
		'another method in a header': async (url) => await send(url, { method: 'PUT', body: '{}', headers: { ...JSON_TYPE, 'X-HTTP-Method-Override': 'POST' } }),
		'17 MB': async (url) => {
			const body = JSON.stringify({ ...event(), customerData: { x: 'x'.repeat(TOO_LARGE) } });
			return await sendRaw(url, rawRequest(url, [...own(body), length(body)], body));
		},
		'2 MB': body_(() => JSON.stringify({ ...event(), customerData: { x: 'x'.repeat(2 * 1024 * 1024) } })),
		'lists nested 10,000 deep': body_(() => JSON.stringify({ ...event(), customerData: 'X' }).replace('"X"', `${'['.repeat(10_000)}${']'.repeat(10_000)}`)),
		'objects nested 10,000 deep': body_(() => JSON.stringify({ ...event(), customerData: 'X' }).replace('"X"', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)),
		'nested 10,000 deep and not closed': body_(() => '{"call_status":"completed","x":'.repeat(10_000)),
		'keys that change prototypes': body_(() => polluting),
		'half of an event': body_(() => text().slice(0, 60)),
		'no body': body_(() => ''),
		null: body_(() => 'null'),
		'a list of events': body_(() => `[${text()}]`),
		XML: body_(() => '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><call_sid>&a;</call_sid>', { 'Content-Type': 'application/xml' }),
		'XML that grows': body_(() => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 8 }, (_, n) => `<!ENTITY a${n} "${`&a${n === 0 ? '' : n - 1};`.repeat(10)}">`).join('')}]><x>&a7;</x>`, { 'Content-Type': 'text/xml' }),
		'a form': body_(() => 'call_sid=x&call_status=completed&__proto__[polluted]=1', { 'Content-Type': 'application/x-www-form-urlencoded' }),
		'an event as a form': body_(text, { 'Content-Type': 'application/x-www-form-urlencoded' }),
		'an event as text': body_(text, { 'Content-Type': 'text/plain' }),
		'an event as bytes': body_(text, { 'Content-Type': 'application/octet-stream' }),
		'a form in parts': body_(() => '--x\r\nContent-Disposition: form-data; name="call_sid"\r\n\r\nx\r\n--x--\r\n', { 'Content-Type': 'multipart/form-data; boundary=x' }),
		'a form in parts without a boundary': body_(() => 'x', { 'Content-Type': 'multipart/form-data' }),
		'a form in parts that has none': body_(() => '{"a":1}', { 'Content-Type': 'multipart/form-data; boundary=x' }),
		'no content type': raw((body) => [line(body), length(body)]),
		'a character set that nobody knows': body_(() => text().slice(0, -1), { 'Content-Type': 'application/json; charset=klingon' }),
		'garbage that is said to be gzip': body_(() => crypto.randomBytes(500).toString('latin1'), { 'Content-Encoding': 'gzip' }),
		'an encoding that nobody knows': body_(() => text().slice(0, -1), { 'Content-Encoding': 'klingon' }),
		'a bomb of 30 MB in gzip': async (url) => {
			const body = zlib.gzipSync(Buffer.alloc(30 * 1024 * 1024, ' '), { level: 1 });
			return await send(url, { body, headers: { ...signed(body), 'Content-Encoding': 'gzip' } });
		},
	};
}

module.exports = { attacksWith };
