'use strict';

const { compiled } = require('./compiled');
const { webhooks } = require('./recordings');

const { passes } = compiled('events/filter.js');
const { normaliseEvent } = compiled('events/normalise.js');

const filter = (fields) => ({ listenFor: 'all', events: [], metadata: [], ...fields });
const names = (fields) => webhooks.filter(({ body }) => passes(normaliseEvent(body), filter(fields))).map(({ name }) => name.slice(0, 2));
const event = (fields) => normaliseEvent({ call_sid: '1', call_status: 'completed', direction: 'outbound', application_sid: 'app-1', ...fields });

const FINAL = ['05', '06', '09', '10', '12', '13', '17', '18'];
const RUNNING = ['01', '02', '03', '07'];
const AMD = ['22', '23', '24', '25', '26', '27'];

describe('which recorded webhooks start a run', () => {
	test.each([
		['all', { listenFor: 'all' }, [...RUNNING, ...FINAL, ...AMD]],
		['status', { listenFor: 'status' }, [...RUNNING, ...FINAL]],
		['final', { listenFor: 'final' }, FINAL],
		['selected: nothing', { listenFor: 'selected', events: [] }, []],
		['selected: amd', { listenFor: 'selected', events: ['amd'] }, AMD],
		['selected: in-progress', { listenFor: 'selected', events: ['in-progress'] }, ['03']],
		['selected: busy and ringing', { listenFor: 'selected', events: ['busy', 'ringing'] }, ['02', '09', '10']],
		['another application', { applicationSid: 'another' }, []],
		['inbound', { direction: 'inbound' }, []],
		['metadata', { metadata: [{ key: 'c', value: 'amd-human' }] }, ['26', '27']],
	])('%s', (_name, fields, expected) => {
		expect(names(fields).sort()).toEqual(expected.sort());
	});
});

test('the end of a child leg is no final outcome, but a status', () => {
	const child = event({ parent_call_sid: '0' });
	expect(passes(child, filter({ listenFor: 'final' }))).toBe(false);
	expect(passes(child, filter({ listenFor: 'status' }))).toBe(true);
});

test.each([
	[{ applicationSid: 'app-1' }, true], [{ applicationSid: 'app-2' }, false], [{ applicationSid: undefined }, true],
	[{ direction: 'outbound' }, true], [{ direction: 'inbound' }, false], [{ direction: undefined }, true],
	[{ applicationSid: 'app-1', direction: 'inbound' }, false],
])('%j: %p', (fields, expected) => {
	expect(passes(event({}), filter(fields))).toBe(expected);
});

test('an event without application or direction does not match a filter for one', () => {
	const bare = event({ application_sid: undefined, direction: undefined });
	expect(passes(bare, filter({ applicationSid: 'app-1' }))).toBe(false);
	expect(passes(bare, filter({ direction: 'outbound' }))).toBe(false);
});

test('the application that reports: events of another one do not pass, events that name none do', () => {
	expect(passes(event({}), filter({ reportedBy: 'app-1' }))).toBe(true);
	expect(passes(event({}), filter({ reportedBy: 'app-2' }))).toBe(false);
	expect(passes(event({ application_sid: undefined }), filter({ reportedBy: 'app-1' }))).toBe(true);
});

describe('metadata', () => {
	const tag = { id: '7', count: 7, zero: 0, vip: false, gone: null, 'a.b': 'flat', a: { b: 'nested', c: { d: 'deep' } }, list: ['x', { y: 'z' }] };

	test.each([
		['id', '7', true], ['id', '8', false], ['ID', '7', false], ['count', '7', true], ['zero', '0', true], ['vip', 'false', true], ['gone', 'null', false], ['gone.x', 'x', false],
		['missing', '', false], ['missing', 'undefined', false], ['a.b', 'flat', true], ['a.b', 'nested', false], ['a.c.d', 'deep', true], ['a.c.x', 'deep', false],
		['a.c.d.e', 'deep', false], ['list.0', 'x', true], ['list.1.y', 'z', true], ['id.length', '1', false], ['toString', 'function', false],
		['constructor.name', 'Object', false], ['__proto__', '[object Object]', false],
	])('%s = %j: %p', (key, value, expected) => {
		expect(passes(event({ customerData: tag }), filter({ metadata: [{ key, value }] }))).toBe(expected);
	});

	test('all pairs must match, and a call without metadata matches none', () => {
		const both = filter({ metadata: [{ key: 'id', value: '7' }, { key: 'count', value: '7' }] });
		expect(passes(event({ customerData: tag }), both)).toBe(true);
		expect(passes(event({ customerData: { id: '7' } }), both)).toBe(false);
		expect(passes(event({}), both)).toBe(false);
	});
});
