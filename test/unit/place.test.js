'use strict';

const { compiled } = require('./compiled');

const { placeCall } = compiled('dialling/place.js');

/** Places one call with a gateway that answers with this; returns what was sent, and what became of the call. */
async function place(to, answer = { status: 201, headers: {}, body: { sid: 'sid-1' } }) {
	let sent;
	const client = {
		send: async (request) => {
			sent = request;
			return { answer };
		},
		unreadable: ({ status }, changesState) => ({ message: `HTTP ${status} cannot be read`, changesState }),
	};
	return { placement: await placeCall(client, { from: '+12025550100', application_sid: 'a', to }), sent };
}

const PHONE = { type: 'phone', number: '+12025550200' };

test.each([
	['a phone', PHONE, []],
	['a SIP URI', { type: 'sip', sipUri: 'sip:bob@example.com' }, []],
	['a SIP URI with login', { type: 'sip', sipUri: 'sip:bob@example.com', auth: { username: 'u', password: 'p' } }, ['p']],
	['a registered user', { type: 'user', name: 'alice' }, []],
])('%s: its password is kept out of whatever is said about the request', async (_what, to, secrets) => {
	const { sent } = await place(to);
	expect(sent).toEqual({ method: 'POST', path: '/Calls', body: { from: '+12025550100', application_sid: 'a', to }, changesState: true, secrets });
});

test.each([
	[{ sid: 's', callid: 'c' }, { placed: 'yes', sid: 's', callid: 'c' }],
	[{ sid: 's', callId: 'c' }, { placed: 'yes', sid: 's', callid: 'c' }],
	[{ sid: 's', callid: '', callId: 'd' }, { placed: 'yes', sid: 's', callid: 'd' }],
	[{ sid: 's' }, { placed: 'yes', sid: 's', callid: null }],
	[{ sid: 's', callid: 'a b' }, { placed: 'yes', sid: 's', callid: null }],
	[{ sid: 's', callid: '\na' }, { placed: 'yes', sid: 's', callid: null }],
])('the answer %j', async (body, placement) => {
	expect((await place(PHONE, { status: 201, headers: {}, body })).placement).toEqual(placement);
});

test.each([
	[201, {}], [201, { sid: '' }], [201, { sid: '../s' }], [201, { sid: 's/..' }], [201, { sid: 's'.repeat(65) }], [201, { sid: 7 }], [201, null], [201, undefined], [201, 'sid'], [200, { sid: 's' }], [202, { sid: 's' }],
])('after %i with %j the call may have been placed', async (status, body) => {
	const { placement } = await place(PHONE, { status, headers: {}, body });
	expect(placement).toEqual({ placed: 'unknown', problem: { message: `HTTP ${status} cannot be read`, changesState: true } });
});
