'use strict';

const { compiled } = require('./compiled');

const { historyIdentity, historyRecord, recordOfHistory } = compiled('events/history.js');

const ROW = {
	call_sid: 'sid-1', from: '12025550100', to: '12025550200', direction: 'outbound', answered: false, sip_status: 480, duration: 0, application_sid: 'app-1',
	account_sid: 'account-1', service_provider_sid: 'provider-1', trunk: 'Northline', termination_reason: 'whatever',
};

test('a row of the history is a record of a call that ended', () => {
	expect(recordOfHistory(ROW)).toStrictEqual({
		call_sid: 'sid-1', call_id: null, call_status: 'failed', from: '12025550100', to: '12025550200', direction: 'outbound', sip_status: 480, sip_reason: null,
		duration: 0, application_sid: 'app-1', outcome: 'failed', final: true, answered_by: 'unknown', hung_up_by: null, tag: null,
	});
});

test('an empty row, or one of surprising types, is no error', () => {
	const nothing = {
		call_sid: null, call_id: null, call_status: 'failed', from: null, to: null, direction: null, sip_status: null, sip_reason: null, duration: null,
		application_sid: null, outcome: 'failed', final: true, answered_by: 'unknown', hung_up_by: null, tag: null,
	};
	expect(recordOfHistory({})).toStrictEqual(nothing);
	expect(recordOfHistory({ call_sid: 7, from: '', to: {}, direction: 1, answered: 'yes', sip_status: '603', duration: '7', application_sid: null, termination_reason: 3 })).toStrictEqual(nothing);
});

test.each([
	[{ answered: true, sip_status: 200 }, 'completed', 'answered'],
	[{ answered: true, sip_status: 603 }, 'completed', 'answered'],
	[{ sip_status: 486 }, 'busy', 'busy'],
	[{ sip_status: 603 }, 'busy', 'declined'],
	[{ sip_status: 487 }, 'no-answer', 'no-answer'],
	[{ sip_status: 480 }, 'failed', 'failed'],
	[{ sip_status: 503 }, 'failed', 'failed'],
])('%j ended %s: %s', (fields, status, outcome) => {
	expect(recordOfHistory({ ...ROW, ...fields })).toMatchObject({ call_status: status, outcome });
});

test.each([
	['outbound', 'called party hung up', 'callee'], ['outbound', 'caller hung up', 'gateway'], ['outbound', 'max duration; called party', 'gateway'],
	['inbound', 'caller hung up', 'caller'], ['inbound', 'called party hung up', 'gateway'], ['inbound', 'timeout of caller', 'gateway'],
	['outbound', '', null], ['inbound', undefined, null], [undefined, 'called party hung up', 'callee'],
])('%s, "%s": %s hung up', (direction, reason, who) => {
	const fields = { direction, termination_reason: reason };
	expect(recordOfHistory({ ...ROW, ...fields, answered: true }).hung_up_by).toBe(who);
	expect(recordOfHistory({ ...ROW, ...fields }).hung_up_by).toBeNull();
});

test('a whole row keeps what only the history knows, and not whose account it is', () => {
	const record = historyRecord({ ...ROW, outcome: 'made up', my_account_sid: 'x', account_sid_2: 'y' });
	expect(record).toStrictEqual({
		...recordOfHistory(ROW),
		attempted_at: null, answered: false, answered_at: null, terminated_at: null, termination_reason: 'whatever', trunk: 'Northline', sip_callid: null,
		trace_id: null, recording_url: null, host: null, remote_host: null, my_account_sid: 'x', account_sid_2: 'y',
	});
	expect(Object.keys(record).slice(0, 3)).toEqual(['call_sid', 'call_id', 'call_status']);
});

test('rows of one call that was tried several ways are told apart, also where their fields run into each other', () => {
	const row = { call_sid: 'a', attempted_at: 'b', sip_callid: 'c', duration: 1 };
	expect(historyIdentity(row)).toBe(historyIdentity({ ...row, duration: 2 }));
	const others = [{ ...row, call_sid: 'x' }, { ...row, attempted_at: 'x' }, { ...row, sip_callid: 'x' }, { call_sid: 'ab', attempted_at: '', sip_callid: 'c' }];
	expect(new Set([row, ...others].map(historyIdentity)).size).toBe(5);
});
