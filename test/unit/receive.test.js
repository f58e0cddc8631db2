'use strict';

const { createHmac } = require('node:crypto');

const { compiled } = require('./compiled');

const { receive } = compiled('events/receive.js');

const NOW = 1_795_376_360_000;
const FILTER = { listenFor: 'final', events: [], metadata: [] };
const BODY = Buffer.from('{"call_sid":"1","call_status":"completed"}');

const sign = (secret, at = NOW, body = BODY) => `t=${at / 1000},v1=${createHmac('sha256', secret).update(`${at / 1000}.`).update(body).digest('hex')}`;
const webhook = (fields) => ({ rawBody: BODY, contentType: 'application/json', signature: sign('s1'), receivedAt: NOW, ...fields });

let scopes = 0;

/** Receives one webhook, with secrets as they are known and as they are asked for anew; says also which were asked for. */
async function arrive(fields, { known = { secret: 's1' }, failed = known, filter = FILTER, stored = {}, scope = `scope-${++scopes}` } = {}) {
	const asked = [];
	const secret = async (when) => {
		asked.push(when);
		return when === 'known' ? known : failed;
	};
	return { ...(await receive(webhook(fields), { by: 'signature', secret }, filter, scope, stored)), asked };
}

test('a real event starts a run', async () => {
	expect(await arrive()).toEqual({ status: 200, record: expect.objectContaining({ call_sid: '1', event: 'completed' }), raw: { call_sid: '1', call_status: 'completed' }, asked: ['known'] });
});

test.each([
	['none', undefined], ['no signature', 'nonsense'], ['', ''],
])('a webhook signed with %s is refused without asking for the secret', async (_what, signature) => {
	expect(await arrive({ signature })).toEqual({ status: 401, reason: 'Unauthorized', asked: [] });
});

test('a wrong signature has the secret asked for again, and a rotated one is right', async () => {
	expect(await arrive({ signature: sign('s2') })).toEqual({ status: 401, reason: 'Unauthorized', asked: ['known', 'failed'] });
	expect(await arrive({ signature: sign('s2') }, { failed: { secret: 's2' } })).toMatchObject({ status: 200, raw: { call_sid: '1' }, asked: ['known', 'failed'] });
});

test('a signature that is right and too old is refused, and no reason to ask for the secret again', async () => {
	expect(await arrive({ signature: sign('s1', NOW - 301_000) })).toEqual({ status: 401, reason: 'Unauthorized', asked: ['known'] });
});

test.each([[{ known: { problem: {} } }], [{ failed: { problem: {} } }]])('without the secret (%j) the gateway shall send it again', async (secrets) => {
	expect(await arrive({ signature: sign('s2') }, secrets)).toMatchObject({ status: 503, reason: 'The webhook secret is not available' });
});

test('what is no event is answered as what it is', async () => {
	const rawBody = Buffer.from('{}');
	expect(await arrive({ rawBody, signature: sign('s1', NOW, rawBody) })).toMatchObject({ status: 400, reason: 'Not a call event' });
});

test('an event that is not listened for, and one that was seen before, start none', async () => {
	expect(await arrive({}, { filter: { ...FILTER, listenFor: 'selected' } })).toMatchObject({ status: 200, reason: 'Not listened for' });
	await arrive({}, { scope: 'twice' });
	expect(await arrive({}, { scope: 'twice' })).toMatchObject({ status: 200, reason: 'Seen before' });
});

test('the end of a call is written down for other processes, what comes before it is not', async () => {
	const stored = {};
	const rawBody = Buffer.from('{"call_sid":"1","call_status":"ringing"}');
	await arrive({ rawBody, signature: sign('s1', NOW, rawBody) }, { stored, filter: { ...FILTER, listenFor: 'all' } });
	expect(stored).toEqual({});
	await arrive({}, { stored });
	expect(stored).toEqual({ finalEvents: expect.stringMatching(/^[0-9a-f]{16} \d+$/) });
});

describe('by a token', () => {
	const by = async (given, expected) => await receive(webhook({ signature: undefined }), { by: 'token', expected, given }, FILTER, 'token', {});

	test('the right one lets in, also twice, because nothing tells a repeat', async () => {
		for (let time = 0; time < 2; time++) expect(await by('t'.repeat(20), 't'.repeat(20))).toMatchObject({ status: 200, raw: { call_sid: '1' } });
	});

	test.each([['', ''], ['', 'x'], ['x', ''], ['x', 'y'], ['x', 'xx']])('%j does not, where it is %j', async (given, expected) => {
		expect(await by(given, expected)).toEqual({ status: 401, reason: 'Unauthorized' });
	});
});

test('without verification everything is let in', async () => {
	expect(await receive(webhook({ signature: undefined }), { by: 'none' }, FILTER, 'none', {})).toMatchObject({ status: 200, raw: { call_sid: '1' } });
});
