'use strict';

const { compiled } = require('./compiled');
const { webhook, webhooks } = require('./recordings');

const { normaliseEvent } = compiled('events/normalise.js');
const { answeredBy, hungUpBy, outcomeOf } = compiled('events/record.js');
const { isFinalStatus } = compiled('gateway/types.js');

const record = (fields) => normaliseEvent({ call_sid: '1', call_status: 'ringing', ...fields });

const KEYS = [
	'event', 'call_sid', 'call_id', 'call_status', 'from', 'to', 'direction', 'sip_status', 'sip_reason', 'duration', 'application_sid', 'outcome', 'final',
	'answered_by', 'hung_up_by', 'tag', 'child_leg', 'parent_call_sid',
];

describe('recorded webhooks', () => {
	const STATUS = { answered_by: 'unknown', child_leg: false, parent_call_sid: null };
	const running = { ...STATUS, outcome: null, final: false, duration: null, hung_up_by: null };
	const ended = { ...STATUS, final: true };
	test.each([
		['01-', { ...running, event: 'trying', sip_status: 100, sip_reason: 'Trying' }],
		['02-', { ...running, event: 'ringing', sip_status: 180 }],
		['03-', { ...running, event: 'in-progress', sip_status: 200 }],
		['05-', { ...ended, event: 'completed', outcome: 'answered', duration: 1, hung_up_by: 'gateway' }],
		['06-', { ...ended, event: 'completed', outcome: 'answered', hung_up_by: 'callee' }],
		['07-', { ...running, event: 'early-media', sip_status: 183 }],
		['09-', { ...ended, event: 'busy', outcome: 'busy', sip_status: 486 }],
		['10-', { ...ended, event: 'busy', outcome: 'declined', sip_status: 603 }],
		['12-', { ...ended, event: 'failed', outcome: 'failed', sip_status: 404, sip_reason: 'Not Found' }],
		['13-', { ...ended, event: 'failed', outcome: 'failed', sip_status: 480 }],
		['17-', { ...ended, event: 'no-answer', outcome: 'no-answer', sip_status: 487 }],
		['18-', { ...ended, event: 'no-answer', outcome: 'no-answer', sip_status: 487 }],
		['22-', { ...running, event: 'amd_machine_detected', call_status: 'in-progress', answered_by: 'machine' }],
		['23-', { ...running, event: 'amd_tone_detected', answered_by: 'machine' }],
		['24-', { ...running, event: 'amd_machine_stopped_speaking', answered_by: 'machine' }],
		['25-', { ...running, event: 'amd_stopped', answered_by: 'unknown' }],
		['26-', { ...running, event: 'amd_human_detected', answered_by: 'human' }],
		['27-', { ...running, event: 'amd_stopped', answered_by: 'unknown' }],
	])('%s is %j', (name, expected) => {
		expect(normaliseEvent(webhook(name).body)).toMatchObject(expected);
	});

	test.each(webhooks.map(({ name, body }) => [name, body]))('%s: one shape, the gateway\'s own values untouched', (_name, body) => {
		const normal = normaliseEvent(body);
		expect(Object.keys(normal)).toEqual(body.type ? [...KEYS, 'amd'] : KEYS);
		for (const key of ['call_sid', 'call_id', 'call_status', 'from', 'to', 'direction', 'sip_status', 'sip_reason', 'application_sid']) expect(normal[key]).toBe(body[key]);
		expect(normal.tag).toEqual(body.customerData ?? null);
		expect(normal).not.toHaveProperty('account_sid');
	});

	test('the verdict of the detection comes along as it was sent', () => {
		const { body } = webhook('22-');
		expect(normaliseEvent(body).amd).toEqual({ reason: body.reason, greeting: body.greeting, language: body.language });
		expect(normaliseEvent(webhook('25-').body).amd).toStrictEqual({});
	});
});

describe('outcomes', () => {
	test.each([
		['completed', 200, 'answered'], ['busy', 486, 'busy'], ['busy', 600, 'busy'], ['busy', 603, 'declined'], ['busy', null, 'busy'],
		['no-answer', 487, 'no-answer'], ['no-answer', 408, 'no-answer'], ['no-answer', null, 'no-answer'],
		// As Cognigy documents them: there, busy is filed under no-answer.
		['no-answer', 486, 'busy'], ['no-answer', 600, 'busy'], ['no-answer', 603, 'declined'],
		['failed', 404, 'failed'], ['failed', 503, 'failed'], ['failed', 600, 'failed'], ['failed', 603, 'declined'], ['canceled', 487, 'canceled'],
		['trying', 100, null], ['ringing', 180, null], ['early-media', 183, null], ['in-progress', 200, null], ['something-new', 200, null], [null, null, null],
	])('%s with SIP %p: %p', (status, sip, outcome) => {
		expect(outcomeOf(status, sip)).toBe(outcome);
		expect(isFinalStatus(status)).toBe(outcome !== null);
	});

	test.each([
		['caller', 'outbound', 'callee'], ['caller', null, 'callee'], ['caller', 'inbound', 'caller'], ['jambonz', 'outbound', 'gateway'], ['bot', 'outbound', 'gateway'],
		['', 'outbound', null], [undefined, 'outbound', null], [7, 'outbound', null],
	])('ended by %p on an %s call: %p hung up', (by, direction, who) => {
		expect(hungUpBy(by, direction)).toBe(who);
	});

	test.each([
		['amd_human_detected', 'human'], ['amd_machine_detected', 'machine'], ['amd_tone_detected', 'machine'], ['amd_machine_stopped_speaking', 'machine'],
		['amd_no_speech_detected', 'unknown'], ['amd_decision_timeout', 'unknown'], ['amd_error', 'unknown'], ['amd_stopped', 'unknown'], [null, 'unknown'],
	])('after %s: %s', (type, who) => {
		expect(answeredBy(type)).toBe(who);
	});
});

describe('legs', () => {
	test.each(['completed', 'busy', 'failed', 'no-answer'])('%s of a transferred child leg is marked, and ends nothing', (call_status) => {
		expect(record({ call_status, parent_call_sid: '0' })).toMatchObject({ event: call_status, child_leg: true, parent_call_sid: '0', final: false });
	});

	test.each([null, '', undefined, 7])('parent_call_sid %p is no parent', (parent_call_sid) => {
		expect(record({ call_status: 'completed', parent_call_sid })).toMatchObject({ child_leg: false, parent_call_sid: null, final: true });
	});

	test('an answering-machine event ends nothing, even if it repeats a final status', () => {
		expect(record({ call_status: 'completed', type: 'amd_stopped' })).toMatchObject({ event: 'amd_stopped', final: false, outcome: null });
	});

	test('a type that is none of the detection is left aside', () => {
		for (const type of ['dial', '', null, 7, {}]) expect(record({ type })).toMatchObject({ event: 'ringing' });
	});
});

describe('odd types become null, never an error', () => {
	test.each([
		['sip_status', '486', 486], ['sip_status', 'busy', null], ['sip_status', null, null], ['sip_status', {}, null], ['sip_status', NaN, null], ['sip_status', '486 Busy', null], ['sip_status', 'SIP 486', null], ['sip_status', ['486'], null], ['sip_status', Infinity, null],
		['duration', '12', 12], ['duration', 0, 0], ['duration', [], null], ['duration', true, null],
		['from', 12, null], ['to', ['a'], null], ['call_id', {}, null], ['direction', false, null], ['sip_reason', 1, null], ['application_sid', '', null],
	])('%s %j becomes %p', (key, value, expected) => {
		expect(record({ [key]: value })[key]).toBe(expected);
	});

	test.each([[null], ['text'], [7], [[1]], [undefined]])('customerData %j is no tag', (customerData) => {
		expect(record({ customerData }).tag).toBeNull();
	});

	test.each([
		[{ n8n_answered_by: 'human' }, null, 'human'], [{ n8n_answered_by: 'machine', id: 7 }, { id: 7 }, 'machine'],
		[{ n8n_answered_by: 'somebody', id: 7 }, { id: 7 }, 'unknown'], [{ n8n_answered_by: null }, null, 'unknown'], [{}, {}, 'unknown'],
	])('of %j, what the user sent is %j, and the verdict beside it %s', (customerData, tag, verdict) => {
		expect(record({ customerData })).toMatchObject({ tag, answered_by: verdict });
		expect(record({ customerData, type: 'amd_tone_detected' })).toMatchObject({ tag, answered_by: 'machine' });
	});

	test('customerData keeps its own names and nesting', () => {
		const customerData = { internalId: 'A', Customer: { firstName: 'Sara', list: [1, { a_b: null }] } };
		expect(record({ customerData }).tag).toEqual(customerData);
	});

	test('an event with nothing but what it must have still has every field', () => {
		expect(Object.keys(record({}))).toEqual(KEYS);
	});
});
