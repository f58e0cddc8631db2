'use strict';

const { compiled } = require('./compiled');
const { webhooks } = require('./recordings');

const { parseEvent } = compiled('events/parse.js');

const parse = (text) => parseEvent(Buffer.from(text), 'application/json');
const parseAs = (type) => parseEvent(Buffer.from(EVENT), type);
const EVENT = '{"call_sid":"1","call_status":"ringing"}';

test.each(webhooks.map((webhook) => [webhook.name, webhook]))('the recorded webhook %s is read as it is', (_name, { rawBody, contentType, body }) => {
	expect(parseEvent(rawBody, contentType)).toEqual({ event: body });
});

test.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;charset=utf-8'])('takes %s', (type) => {
	expect(parseAs(type)).toHaveProperty('event.call_sid', '1');
});

test.each([undefined, '', 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/json-patch+json', 'multipart/form-data', 'x application/json'])(
	'refuses the type %p with 415',
	(type) => {
		expect(parseAs(type)).toEqual({ refused: { status: 415, reason: 'Send application/json' } });
	},
);

test.each([
	['nothing', ''], ['half an object', '{"call_sid":"1","call_st'], ['text', 'hello'], ['a form', 'call_sid=1&call_status=ringing'], ['binary', '\u0000\u0001\u0002'],
	['JSON nested 200 000 deep', `{"call_sid":"1","call_status":"ringing","x":${'['.repeat(200_000)}`],
	['closed JSON nested 200 000 deep', `{"call_sid":"1","call_status":"ringing","x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
	['100 kB of nonsense', 'nonsense'.repeat(12_500)],
])('refuses %s with 400: no JSON', (_what, text) => {
	expect(parse(text)).toEqual({ refused: { status: 400, reason: 'Not JSON' } });
});

test.each([
	['an array', `[${EVENT}]`], ['null', 'null'], ['a number', '7'], ['a string', '"x"'], ['an empty object', '{}'],
	['no call_sid', '{"call_status":"ringing"}'], ['no call_status', '{"call_sid":"1"}'], ['an empty call_sid', '{"call_sid":"","call_status":"ringing"}'], ['an empty call_status', '{"call_sid":"1","call_status":""}'],
	['a number as call_sid', '{"call_sid":1,"call_status":"ringing"}'], ['an object as call_status', '{"call_sid":"1","call_status":{}}'],
])('refuses %s with 400: no event', (_what, text) => {
	expect(parse(text)).toEqual({ refused: { status: 400, reason: 'Not a call event' } });
});

test('takes an event with 100 kB of metadata, one of a megabyte, and refuses more with 413', () => {
	const event = (size) => JSON.stringify({ call_sid: '1', call_status: 'ringing', customerData: { a: 'x'.repeat(size) } });
	expect(parse(event(100_000))).toHaveProperty('event');
	const around = event(0).length;
	expect(parse(event(1_000_000 - around))).toHaveProperty('event');
	expect(parse(event(1_000_001 - around))).toEqual({ refused: { status: 413, reason: 'Too large' } });
});

test('what was sent stays as sent: unicode, key order, nested names', () => {
	const text = '{"call_sid":"1","call_status":"ringing","customerData":{"fooBar":{"snake_case":"Grüße 😀"},"b":1,"a":2}}';
	expect(JSON.stringify(parse(text).event)).toBe(text);
});

test.each([
	'{"call_sid":"1","call_status":"ringing","__proto__":{"polluted":true}}',
	'{"call_sid":"1","call_status":"ringing","customerData":{"__proto__":{"polluted":true}}}',
])('%s changes no prototype', (text) => {
	const { event } = parse(text);
	expect({ ...event }.polluted).toBeUndefined();
	expect(Object.assign({}, event.customerData).polluted).toBeUndefined();
	expect({}.polluted).toBeUndefined();
});
