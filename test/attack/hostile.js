'use strict';

const zlib = require('node:zlib');

/** Answers that no gateway gives: each is told to an http.ServerResponse. */

const MEGABYTE = 1024 * 1024;

const KEY = 'attack00-0000-4000-8000-notarealkey01';
const SECRET = 'wh_secret_of_the_attack_0123456789';

const answer = (status, body, headers = {}) => (_request, response) =>
	response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));

/** What is echoed by a server that repeats what it was sent. */
const heard = ({ method, url, headers, text }) => ({ method, url, headers, text, secret: SECRET });

/** A row that has each field that any row has, and the key in all of them. */
const rowOf = (value) => ({
	call_sid: value, sid: value, callid: value, callId: value, call_id: value, call_status: value, name: value, number: value, application_sid: value, phone_number_sid: value,
	voip_carrier_sid: value, from: value, to: value, direction: value, recording_url: value, sip_callid: value, trunk: value, alert_type: value, message: value, time: value, attempted_at: value,
	account_sid: null, [`x-${value}`]: value, nested: { deep: [{ text: `Authorization: Bearer ${value}` }] },
});

const echoing = (status, tell) => (request, response) => tell(status, request, response);
const ECHOES = {
	'as JSON words': (status, request, response) => answer(status, { msg: `you sent ${JSON.stringify(heard(request))}` })(request, response),
	'as an object': (status, request, response) => answer(status, heard(request))(request, response),
	'as text': (status, request, response) => answer(status, JSON.stringify(heard(request)), { 'Content-Type': 'text/plain' })(request, response),
	'as a page': (status, request, response) => answer(status, `<html><body>${JSON.stringify(heard(request))}</body></html>`, { 'Content-Type': 'text/html' })(request, response),
	'in headers': (status, request, response) =>
		answer(status, '{}', { 'Content-Type': `text/${KEY}`, 'X-Echo': KEY, 'Retry-After': KEY, Location: `http://127.0.0.1:9/?${KEY}`, 'Set-Cookie': KEY, 'Content-Disposition': `attachment; filename="${KEY}"` })(request, response),
	'in the status line': (status, request, response) => {
		response.writeHead(status, `Bearer ${KEY}`, { 'Content-Type': 'application/json' }).end('{}');
	},
	'in rows': (status, request, response) => answer(status, [rowOf(KEY), rowOf(SECRET)])(request, response),
	'in a page of rows': (status, request, response) => answer(status, { total: 2, data: [rowOf(KEY), rowOf(SECRET)] })(request, response),
	'in one thing': (status, request, response) => answer(status, rowOf(KEY))(request, response),
	'in escapes': (status, request, response) => answer(status, `[${JSON.stringify(rowOf(KEY)).replace(/attack/g, '\\u0061ttack')}]`)(request, response),
};

/** Texts that stand where the gateway's own words, IDs and names do. */
const TEXTS = {
	'line breaks': 'sid\r\nX-Evil: 1\r\n\r\n',
	'a path': '../../../v1/ApiKeys',
	'an escaped path': '%2e%2e/%2e%2e',
	'a dot segment': '..',
	'a query': 'sid?regenerate=true#x',
	'50 kB': 'x'.repeat(50_000),
	'an expression': '={{ $env }}',
	markup: '<img src=x onerror=alert(1)>',
	controls: '\u0000\u001b[31m\u202e',
};

/** Bodies that are no answer to anything. */
const BODIES = {
	'a page of HTML': '<!DOCTYPE html><html><body>Sign in</body></html>',
	'half JSON': '[{"call_sid":"',
	nothing: '',
	'invalid UTF-8': Buffer.from([0x5b, 0x7b, 0x22, 0xff, 0xfe, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d, 0x5d]),
	'invalid UTF-8 in words': Buffer.concat([Buffer.from('{"msg":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
	null: 'null',
	'a list of nulls': '[null,null]',
	'a list of numbers': '[1,-1e308,0]',
	'a page of null': '{"data":null}',
	'a page of nulls': '{"total":"x","data":[null,1,"x",[]]}',
	'rows of nulls': JSON.stringify([rowOf(null)]),
	'rows of numbers': JSON.stringify([rowOf(7)]),
	'rows of objects': JSON.stringify([rowOf({})]),
	'rows of lists': JSON.stringify({ data: [rowOf([])] }),
	'one thing of nulls': JSON.stringify(rowOf(null)),
	'one thing of objects': JSON.stringify(rowOf({})),
	'an ID of 1 MB': JSON.stringify({ sid: 'x'.repeat(MEGABYTE), name: 'y'.repeat(MEGABYTE) }),
	'keys that change prototypes': '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"data":[{"__proto__":{"polluted":1},"call_sid":"x","call_status":"y"}],"sid":"x"}',
	'rows with keys that change prototypes': '[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"valueOf":null,"hasOwnProperty":1}]',
	'a duplicate key': '{"sid":"one","sid":null,"data":[],"data":{}}',
	'JSON nested 50,000 deep': `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
	'a row nested 50,000 deep': `[{"call_sid":"x","call_status":"y","name":"n","x":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]`,
	'words nested 50,000 deep': `{"msg":"no","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
	'rows with texts of all kinds': JSON.stringify(Object.values(TEXTS).map(rowOf)),
	...Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [`one thing with ${name}`, JSON.stringify(rowOf(text))])),
};

/**
 * Sends pieces until the other side has enough.
 *
 * @param {(bytes: number) => void} [count] hears how many bytes went out
 */
const endless = (piece, everyMs, { status = 200, count = () => {} } = {}) => (_request, response) => {
	response.writeHead(status, { 'Content-Type': 'application/json' });
	let open = true;
	response.on('close', () => (open = false));
	response.on('error', () => {});
	const next = () => {
		if (!open) return;
		count(piece.length);
		if (everyMs > 0) response.write(piece, () => setTimeout(next, everyMs));
		else if (response.write(piece)) setImmediate(next);
		else response.once('drain', next);
	};
	next();
};

/** A status line, and then one header after the other. */
const endlessHeaders = (request) => {
	const { socket } = request;
	socket.write('HTTP/1.1 200 OK\r\n');
	const timer = setInterval(() => socket.write('X'), 50);
	socket.on('close', () => clearInterval(timer));
	socket.on('error', () => {});
};

/** 400 MB of blanks in some hundred kilobytes. */
const bomb = () => zlib.gzipSync(Buffer.alloc(400 * MEGABYTE, ' '), { level: 1 });

module.exports = { answer, BODIES, bomb, ECHOES, echoing, endless, endlessHeaders, KEY, MEGABYTE, rowOf, SECRET, TEXTS };
