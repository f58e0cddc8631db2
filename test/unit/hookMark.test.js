'use strict';

const { compiled } = require('./compiled');

const { markUrl, readMark, shownUrl, triggerIdIn, withoutFragment } = compiled('events/application/hookMark.js');

const URL_OF_TRIGGER = 'https://n8n.example.com/webhook/11111111-1111-4111-8111-111111111111/call-status?token=t%26';
const MARK = { instance: 'abcdef012345', workflow: 'wf&=#1', node: 'node.id', application: 'a9900000-0000-4000-8000-000000000001', before: null, resting: false };

describe('a mark', () => {
	test.each([
		['nothing was there', null],
		['a webhook was there', { url: 'https://endpoint.example.test/ä?a=1&b=2#rc=3&rp=ct', method: 'GET' }],
		['a WebSocket was there', { url: 'wss://endpoint.example.test/x', method: 'POST' }],
		['one without encryption', { url: 'ws://endpoint.example.test/x', method: 'POST' }],
		['an address without encryption', { url: 'http://endpoint.example.test/x', method: 'POST' }],
		['it is not known', undefined],
	])('comes back as it was written: %s', (_what, before) => {
		const url = markUrl(`${URL_OF_TRIGGER}#rc=5`, { ...MARK, before });
		expect(withoutFragment(url)).toBe(URL_OF_TRIGGER);
		expect(readMark(url)).toEqual({ ...MARK, before });
		expect(new URL(url).toString()).toBe(url);
	});

	test('leaves the request for retries as the gateway reads it, and takes it away where nobody listens', () => {
		const retries = (url) => new URLSearchParams(url.split('#')[1]);
		expect([retries(markUrl(URL_OF_TRIGGER, MARK)).get('rc'), retries(markUrl(URL_OF_TRIGGER, MARK)).get('rp')]).toEqual(['5', 'ct,4xx,5xx']);
		expect(retries(markUrl(URL_OF_TRIGGER, { ...MARK, resting: true })).get('rc')).toBeNull();
		expect(readMark(markUrl(URL_OF_TRIGGER, { ...MARK, resting: true })).resting).toBe(true);
	});

	test('does not make a URL too long for the gateway', () => {
		const url = markUrl(URL_OF_TRIGGER, { ...MARK, before: { url: `https://x.example/${'y'.repeat(800)}`, method: 'POST' } });
		expect(url.length).toBeLessThanOrEqual(1024);
		expect(readMark(url)).toEqual({ ...MARK, before: undefined });
	});

	test('fills the gateway\'s column to its last character', () => {
		const lengthWith = (pad) => markUrl(URL_OF_TRIGGER, { ...MARK, workflow: 'w'.repeat(pad), before: { url: 'https://x.example/', method: 'POST' } }).length;
		const room = 1024 - lengthWith(0);
		expect([lengthWith(room), lengthWith(room + 1) < 1024]).toEqual([1024, true]);
	});

	test('holds these fields, and no others', () => {
		expect(markUrl('https://x.example/', { ...MARK, workflow: 'w', before: null })).toBe('https://x.example/#rc=5&rp=ct,4xx,5xx&n8n=abcdef012345&wf=w&node=node.id&app=a9900000-0000-4000-8000-000000000001&was=none');
		expect(markUrl('https://x.example/', { ...MARK, workflow: 'w', before: undefined, resting: true })).toBe('https://x.example/#n8n=abcdef012345&wf=w&node=node.id&app=a9900000-0000-4000-8000-000000000001&off=1');
	});

	test.each(['n8n', 'wf', 'node', 'app'])('without %s, or with an empty one, is none', (field) => {
		const url = markUrl(URL_OF_TRIGGER, MARK);
		expect(readMark(url.replace(new RegExp(`${field}=[^&]*`), ''))).toBeUndefined();
		expect(readMark(url.replace(new RegExp(`${field}=[^&]*`), `${field}=`))).toBeUndefined();
	});

	test('never says that a URL of ours was there before', () => {
		const own = markUrl(URL_OF_TRIGGER, MARK);
		expect(readMark(markUrl(URL_OF_TRIGGER, { ...MARK, before: { url: own, method: 'POST' } })).before).toBeUndefined();
	});

	test.each(['', 'x', 'https://x.example/', 'https://x.example/#rc=5', 'https://x.example/#n8n=a&wf=b&node=c', 'https://x.example/#n8n=a&wf=b&node=c&app=d'])('%p bears none', (url) => {
		expect(readMark(url)).toBeUndefined();
	});

	test.each(['%%%', 'bm90IGpzb24', Buffer.from('[1,2]').toString('base64url'), Buffer.from('["POST"]').toString('base64url'), Buffer.from('[1,"https://x.example/"]').toString('base64url'), Buffer.from('["","https://x.example/"]').toString('base64url'), Buffer.from('["POST","javascript:x(\'https://x.example/\')"]').toString('base64url'), Buffer.from('["POST","javascript:alert(1)"]').toString('base64url'), Buffer.from('{}').toString('base64url')])(
		'nonsense in it (%s) is no memory',
		(was) => {
			const url = `${markUrl(URL_OF_TRIGGER, { ...MARK, before: undefined })}&was=${was}`;
			expect(readMark(url)).toEqual({ ...MARK, before: undefined });
		},
	);
});

test.each([
	['https://endpoint.example.test/3f9a77bcd01e5562aa/status?key=1#x', 'https://endpoint.example.test/3f9a77…/status'],
	['https://user:pass@endpoint.example.test/voice', 'https://endpoint.example.test/voice'],
	['wss://endpoint.example.test:8443/', 'wss://endpoint.example.test:8443/'],
	[URL_OF_TRIGGER, 'https://n8n.example.com/webhook/11111111-1111-4111-8111-111111111111/call-status'],
	['nonsense', 'an address that cannot be read'],
])('%s is shown as %s', (url, shown) => expect(shownUrl(url)).toBe(shown));

test.each([
	[URL_OF_TRIGGER, '11111111-1111-4111-8111-111111111111'],
	['https://x.example/ABCDEF00-1111-4111-8111-111111111111/CALL-STATUS', 'abcdef00-1111-4111-8111-111111111111'],
	['http://127.0.0.1:13003/call-status', undefined],
	['https://x.example/11111111-1111-4111-8111-111111111111/call-status-2', undefined],
	['https://x.example/?u=/11111111-1111-4111-8111-111111111111/call-status', undefined],
])('the webhook ID in %s is %s', (url, id) => expect(triggerIdIn(url)).toBe(id));
