'use strict';

const { compiled } = require('./compiled');
const { gatewayContext } = require('./strictContext');

const { GatewayClient } = compiled('gateway/client.js');
const { arrive, completeRecord, isDone } = compiled('events/waiting.js');
const { normaliseEvent } = compiled('events/normalise.js');

const TO = '+12025550200';
const event = (fields) => normaliseEvent({ call_sid: 'sid-0', call_status: 'completed', direction: 'outbound', sip_status: 200, sip_reason: 'OK', duration: 3, ...fields });
const verdictOf = (type, fields) => event({ call_status: 'in-progress', duration: undefined, type, ...fields });
const waitingCall = (fields) => ({ sid: 'sid-0', callid: 'callid-0', from: '+12025550100', to: TO, application_sid: 'app-1', tag: { id: 7 }, done: false, ...fields });

let waits = 0;
beforeEach(() => waits++);
const stateOf = (calls, fields) => ({ nonce: `nonce-${waits}`, resumeWhen: 'ended', verify: true, calls, ...fields });

/**
 * A gateway that knows these calls by sid; what it is asked and told is kept.
 *
 * @param {Record<string, object>} calls the status of each, or the whole answer
 */
async function gatewayWith(calls = {}) {
	const asked = [];
	const { context } = gatewayContext(({ method, url, qs, body }) => {
		const { pathname } = new URL(url);
		const [kind, sid] = pathname.split('/').slice(-2);
		if (method === 'PUT') {
			asked.push(`PUT ${sid} ${body}`);
			return { statusCode: 202, headers: {}, body: '' };
		}
		const list = Object.entries(calls).map(([each, status]) => ({ call_sid: each, call_status: status }));
		if (kind !== 'Calls') {
			asked.push(qs?.to ? `list to ${qs.to}` : pathname.split('/').at(-1));
			return pathname.endsWith('/RecentCalls') ? { statusCode: 200, headers: {}, body: { data: [] } } : { statusCode: 200, headers: {}, body: list };
		}
		asked.push(sid);
		if (calls[sid] === 'refused') return { statusCode: 403, headers: {}, body: { msg: 'insufficient privileges' } };
		return { statusCode: 200, headers: {}, body: calls[sid] === undefined ? {} : { call_sid: sid, call_status: calls[sid], sip_status: 200, call_id: `of ${sid}` } };
	});
	return { client: await GatewayClient.open(context), asked };
}

describe('what the run waits for', () => {
	test.each([
		['ended', event(), true], ['ended', event({ call_status: 'in-progress' }), false], ['ended', verdictOf('amd_human_detected'), false],
		['answered', event({ call_status: 'in-progress' }), true], ['answered', event({ call_status: 'busy' }), true], ['answered', event({ call_status: 'ringing' }), false],
		['verdict', event({ call_status: 'in-progress' }), false], ['verdict', event({ call_status: 'busy' }), true],
		...['amd_human_detected', 'amd_machine_detected', 'amd_no_speech_detected', 'amd_decision_timeout', 'amd_error', 'amd_stopped'].map((type) => ['verdict', verdictOf(type), true]),
		...['amd_tone_detected', 'amd_machine_stopped_speaking'].map((type) => ['verdict', verdictOf(type), false]),
		['verdict', { final: false, call_status: 'in-progress' }, false],
	])('%s, hearing %j: %p', (resumeWhen, record, expected) => {
		expect(isDone(resumeWhen, record)).toBe(expected);
	});
});

describe('a complete record', () => {
	test('holds what the gateway says, and what only the run knows', () => {
		const record = event({ call_id: 'call-id', application_sid: 'app-2', from: '1', to: '2', call_termination_by: 'caller' });
		expect(completeRecord(waitingCall(), record)).toStrictEqual({
			sid: 'sid-0', callid: 'callid-0', call_sid: 'sid-0', call_id: 'callid-0', call_status: 'completed', from: '+12025550100', to: TO, direction: 'outbound',
			sip_status: 200, sip_reason: 'OK', duration: 3, application_sid: 'app-2', outcome: 'answered', final: true, answered_by: 'unknown', hung_up_by: 'callee',
			tag: { id: 7 }, timed_out: false,
		});
	});

	test('of a call whose placing got no answer takes its IDs from the gateway', () => {
		const complete = completeRecord(waitingCall({ sid: null, callid: null }), event({ call_sid: 'sid-9', call_id: 'call-id' }));
		expect(complete).toMatchObject({ sid: 'sid-9', call_sid: 'sid-9', callid: 'call-id', call_id: 'call-id', application_sid: 'app-1' });
	});

	test('without any ID knows no verdict', () => {
		expect(completeRecord(waitingCall({ sid: null }), { ...event(), call_sid: null }).answered_by).toBe('unknown');
	});
});

describe('an event', () => {
	test('of the only call ends the wait, and nobody is asked', async () => {
		const { client, asked } = await gatewayWith();
		const { resume } = await arrive(client, stateOf([waitingCall()]), 0, event());
		expect([...resume]).toEqual([[0, expect.objectContaining({ sid: 'sid-0', outcome: 'answered' })]]);
		expect(asked).toEqual([]);
	});

	test.each([
		['of an item that has none', 1, event(), 'Nothing is waited for'], ['of an item that does not exist', 7, event(), 'Nothing is waited for'],
		['of another call', 0, event({ call_sid: 'sid-x' }), 'Another call'], ['of a transferred leg', 0, event({ parent_call_sid: 'sid-0' }), 'Another call'],
		['before its end', 0, event({ call_status: 'ringing' }), 'Not what is waited for'],
	])('%s changes nothing', async (_what, item, record, wait) => {
		const { client, asked } = await gatewayWith();
		expect(await arrive(client, stateOf([waitingCall(), null]), item, record)).toEqual({ wait });
		expect(asked).toEqual([]);
	});

	test('waits for the other calls, as the gateway tells of them', async () => {
		const calls = [waitingCall(), waitingCall({ sid: 'sid-1' }), null, waitingCall({ sid: 'sid-3', done: true })];
		const alive = await gatewayWith({ 'sid-1': 'in-progress' });
		expect(await arrive(alive.client, stateOf(calls), 0, event())).toEqual({ wait: 'Other calls are not done' });
		const over = await gatewayWith({ 'sid-1': 'busy' });
		const { resume } = await arrive(over.client, stateOf(calls), 0, event());
		expect([...resume.keys()]).toEqual([0, 1]);
		expect(resume.get(1)).toMatchObject({ sid: 'sid-1', outcome: 'busy', call_id: 'callid-0' });
		expect(over.asked).toEqual(['sid-1']);
	});

	test('with another call answered, in a run that waits for answers: that is enough', async () => {
		const { client } = await gatewayWith({ 'sid-1': 'in-progress' });
		const { resume } = await arrive(client, stateOf([waitingCall(), waitingCall({ sid: 'sid-1' })], { resumeWhen: 'answered' }), 0, event({ call_status: 'in-progress' }));
		expect(resume.get(1)).toMatchObject({ call_status: 'in-progress', final: false });
	});

	test('when the gateway does not tell of the others: it shall come again', async () => {
		const { client } = await gatewayWith({ 'sid-1': 'refused' });
		expect(await arrive(client, stateOf([waitingCall(), waitingCall({ sid: 'sid-1' })]), 0, event())).toEqual({ again: expect.stringMatching(/insufficient privileges/) });
	});

	test('heard before of another call is not asked for again, and its end is not undone by what comes late', async () => {
		const { client, asked } = await gatewayWith({ 'sid-1': 'in-progress' });
		const state = stateOf([waitingCall(), waitingCall({ sid: 'sid-1' })], { resumeWhen: 'answered' });
		await arrive(client, state, 0, event());
		await arrive(client, state, 0, event({ call_status: 'in-progress' }));
		const { resume } = await arrive(client, state, 1, event({ call_sid: 'sid-1', call_status: 'busy' }));
		expect(resume.get(0)).toMatchObject({ call_status: 'completed', final: true });
		expect(resume.get(1)).toMatchObject({ call_status: 'busy' });
		expect(asked.filter((what) => what === 'sid-0')).toEqual([]);
	});

	test('of a call that was over before the wait began ends it when the others are over, and does not change what was written down', async () => {
		const { client, asked } = await gatewayWith({ 'sid-1': 'busy' });
		const { resume } = await arrive(client, stateOf([waitingCall({ done: true }), waitingCall({ sid: 'sid-1' })], { resumeWhen: 'verdict' }), 0, verdictOf('amd_human_detected'));
		expect([...resume.keys()]).toEqual([1]);
		expect(asked).toEqual(['sid-1']);
	});
});

describe('a call whose placing got no answer', () => {
	const unknown = waitingCall({ sid: null, callid: null });

	test('may be alive: the wait goes on', async () => {
		const { client, asked } = await gatewayWith({ 'sid-9': 'ringing', 'sid-0': 'completed' });
		expect(await arrive(client, stateOf([waitingCall(), unknown]), 0, event())).toEqual({ wait: 'Another call may be alive' });
		expect(asked).toEqual([`list to ${TO}`]);
	});

	test('is not waited for when the only live calls to its number are the run\'s own', async () => {
		const { client } = await gatewayWith({ 'sid-0': 'in-progress', 'sid-2': 'in-progress' });
		const calls = [waitingCall(), unknown, waitingCall({ sid: 'sid-2', done: true }), null];
		const { resume } = await arrive(client, stateOf(calls), 0, event());
		expect([...resume.keys()]).toEqual([0]);
	});

	test('nor looked for when every call has its sid', async () => {
		const { client, asked } = await gatewayWith({ 'sid-1': 'busy', 'sid-9': 'ringing' });
		expect(await arrive(client, stateOf([waitingCall(), waitingCall({ sid: 'sid-1' })]), 0, event())).toHaveProperty('resume');
		expect(asked).toEqual(['sid-1']);
	});

	test('is known by its own event', async () => {
		const { client } = await gatewayWith();
		const { resume } = await arrive(client, stateOf([unknown]), 0, event({ call_sid: 'sid-9' }));
		expect(resume.get(0)).toMatchObject({ sid: 'sid-9', outcome: 'answered' });
	});
});

describe('a verdict', () => {
	test('is kept in the call\'s metadata, once, and in the process', async () => {
		const { client, asked } = await gatewayWith();
		const sid = `sid-of-verdict-${waits}`;
		const state = stateOf([waitingCall({ sid })]);
		for (let time = 0; time < 2; time++) await arrive(client, state, 0, verdictOf('amd_human_detected', { call_sid: sid }));
		expect(asked).toEqual([`PUT ${sid} {"tag":{"id":7,"n8n_answered_by":"human"}}`]);
		const { resume } = await arrive(client, state, 0, event({ call_sid: sid }));
		expect(resume.get(0)).toMatchObject({ answered_by: 'human', tag: { id: 7 } });
	});

	test('that comes with the event counts more than one of before', async () => {
		const { client } = await gatewayWith();
		const sid = `sid-of-verdict-${waits}`;
		await arrive(client, stateOf([waitingCall({ sid })]), 0, verdictOf('amd_human_detected', { call_sid: sid }));
		expect(completeRecord(waitingCall({ sid }), event({ call_sid: sid, customerData: { n8n_answered_by: 'machine' } })).answered_by).toBe('machine');
	});

	test('is replaced by a later one, and one that says nothing is not kept', async () => {
		const { client, asked } = await gatewayWith();
		const sid = `sid-of-verdict-${waits}`;
		for (const type of ['amd_no_speech_detected', 'amd_human_detected', 'amd_machine_detected']) await arrive(client, stateOf([waitingCall({ sid, tag: null })]), 0, verdictOf(type, { call_sid: sid }));
		expect(asked).toEqual([`PUT ${sid} {"tag":{"n8n_answered_by":"human"}}`, `PUT ${sid} {"tag":{"n8n_answered_by":"machine"}}`]);
	});
});
