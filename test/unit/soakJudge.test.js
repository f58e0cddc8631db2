'use strict';

const { judge } = require('../n8n/soak/judge');

/** What the soak takes for right and for wrong, of runs whose last call's end the workflow does not know. */

const NUMBERS = ['+12000001486', '+12000002200'];
const placed = [
	{ number: NUMBERS[0], sid: 'first', final_status: 'busy', final_sip_status: 486, ended_at: 1_000 },
	{ number: NUMBERS[1], sid: 'last', final_status: 'completed', final_sip_status: 200, ended_at: 5_000 },
];
const delivery = (fields) => ({ id: 1, call_sid: 'last', event: 'completed', sent_at: 5_000, at: 5_010, status: 200, ...fields });
const seen = (outcomes, deliveries, more = {}) => ({
	executions: [NUMBERS.map((number) => ({ number }))],
	placed,
	deliveries,
	runs: [{ execution: '1', items: outcomes.map((outcome, index) => ({ phone: NUMBERS[index], execution_number: 0, outcome, call_sid: placed[index].sid, timed_out: outcome === 'unknown' })) }],
	ended: [{ id: '1', status: 'success' }],
	started: 1,
	...more,
});
const timedOut = (...deliveries) => judge(seen(['unknown', 'unknown'], deliveries));

test('the outcomes of the gateway are right, others are wrong', () => {
	expect(judge(seen(['busy', 'answered'], [])).wrong).toEqual([]);
	expect(judge(seen(['busy', 'busy'], [])).wrong).toEqual([expect.stringMatching(/put out as "busy", the gateway says "answered"/)]);
	expect(judge(seen(['busy', 'answered'], [], { placed: [...placed, placed[0]] })).wrong).toEqual([expect.stringMatching(/rang 2 times/)]);
	expect(judge(seen(['busy', 'answered'], [], { ended: [] })).wrong).toEqual([expect.stringMatching(/1 executions were started, 0 have ended/)]);
});

test.each([
	['nothing was sent', []],
	['the last event was dropped', [delivery({ status: undefined, error: 'dropped by a fault' })]],
	['n8n was away', [delivery({ status: undefined, error: 'ECONNREFUSED' }), delivery({ status: 404 })]],
	['n8n was just starting, and said 200 with its start page', [delivery({ answer: 'n8n is starting up. Please wait' })]],
	['only the end of the first call was heard, before the last had ended', [delivery({ call_sid: 'first', event: 'busy', sent_at: 4_999, at: 14_000, answer: 'Other calls are not done' })]],
	['the end that was heard is a forged one', [delivery({ forged: true })]],
	['an event that is no end was heard', [delivery({ event: 'in-progress' })]],
	['an end of another run was heard', [delivery({ call_sid: 'other' })]],
])('unknown at the deadline is right when %s', (_what, deliveries) => {
	expect(timedOut(...deliveries).wrong).toEqual([]);
});

test.each([
	['the last call\'s own', delivery({ answer: 'Nothing is waited for' })],
	['another call\'s, sent when all had ended', delivery({ call_sid: 'first', event: 'busy', sent_at: 5_001, answer: 'Other calls are not done' })],
])('and wrong when a final event was heard at the end: %s', (_what, heard) => {
	expect(timedOut(heard).wrong).toEqual(Array(2).fill(expect.stringMatching(/unknown after the deadline, though the end was reported \(delivery 1 of (last|first), answered ".+"\)/)));
});
