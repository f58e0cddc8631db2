'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { answering, closeServers, deadUrl, HTML_PAGE, startServer } = require('./servers');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const NUMBER = '+12025550200';
const creates = () => gateway.requests.filter(({ method }) => method === 'POST').length;
const UNKNOWN = /may have been placed.*not dialled again.*Recent Calls/;

/** What a user sees of an error. */
const said = (error) => ({ message: error.message, description: error.description, httpCode: error.httpCode, item: error.context?.itemIndex });

describe('certainly not placed: the run stops, and says why, where and what to do', () => {
	test.each([
		['401', { kind: '401' }, '401', /API key/, /credential/],
		['403', { kind: '403' }, '403', /insufficient permissions/, /Account SID/],
		['429', { kind: '429', retryAfter: 7 }, '429', /Too many requests, please try again later/, /Nothing was placed/],
		['480', { kind: '480' }, '480', /no available feature servers at this time/, /Nothing was placed.*Try again/],
		['307 to another host', { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }, '307', /redirect, which is not followed/, /API Base URL/],
	])('%s', async (_what, fault, code, message, description) => {
		gateway.setFaults([{ ...fault, number: '0201' }]);
		const { status, error } = await call(gateway, { items: phones(NUMBER, '+12025550201'), parameters: { options: { callsInParallel: 1 } } });
		expect(status).toBe('error');
		expect(said(error)).toEqual({ message: expect.stringMatching(message), description: expect.stringMatching(description), httpCode: code, item: 1 });
		expect(error.message).toMatch(/\[item 1\]$/);
		expect(error.description).toContain(`item 0: ${gateway.placed[0].sid}`);
		expect(creates()).toBe(2);
		expect(gateway.rang('+12025550201')).toBe(0);
	});

	test.each([
		['413, a body that is too large', { options: { metadataJson: JSON.stringify({ a: 'x'.repeat(110_000) }) } }, '413', /too large/, /100 kB/],
		['400, an application that does not exist', { application: { __rl: true, mode: 'id', value: '99999999-8acb-4f3b-b820-97b573723aab' } }, '400', /application_sid not found/, /application/i],
	])('%s', async (_what, parameters, code, message, description) => {
		const { error } = await call(gateway, { parameters });
		expect(said(error)).toEqual({ message: expect.stringMatching(message), description: expect.stringMatching(description), httpCode: code, item: 0 });
		expect(gateway.placed).toEqual([]);
	});

	test.each([
		['404 without a body', 404, '', /does not know what was asked for/, /Account SID and Environment/],
		['404 as an HTML page', 404, HTML_PAGE, /does not know what was asked for \[item 0\]$/, /Account SID and Environment/],
		['422 as a sentence', 422, 'call session is gone', /"call session is gone" \(HTTP 422\)/, /fields of this node/],
		['403 in the other JSON family', 403, { status: 'fail', message: 'insufficient privileges' }, /"insufficient privileges"/, /Account SID/],
	])('%s', async (_what, status, body, message, description) => {
		const server = await startServer(answering(status, body));
		const { error } = await call(gateway, { credential: { baseUrl: server.url } });
		expect(said(error)).toEqual({ message: expect.stringMatching(message), description: expect.stringMatching(description), httpCode: String(status), item: 0 });
		expect(server.requests).toHaveLength(1);
	});

	test('nothing listens: says where nothing answers, that nothing was sent, and which item', async () => {
		const baseUrl = await deadUrl();
		const { status, error } = await call(gateway, { credential: { baseUrl } });
		expect(status).toBe('error');
		expect(said(error)).toEqual({
			message: `The gateway at ${new URL(baseUrl).host} cannot be reached: nothing answers at that address. [item 0]`,
			description: expect.stringMatching(/^Nothing was sent.*credential.*ECONNREFUSED/),
			httpCode: 'ECONNREFUSED',
			item: 0,
		});
	});

	test('the host does not exist', async () => {
		const { status, error } = await call(gateway, { credential: { baseUrl: 'http://no-such-host.invalid' } });
		expect(status).toBe('error');
		expect(said(error)).toEqual({
			message: expect.stringMatching(/^The gateway at no-such-host\.invalid cannot be reached: the host name .*\[item 0\]$/),
			description: expect.stringMatching(/^Nothing was sent/),
			httpCode: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/),
			item: 0,
		});
	});

	test('a credential that cannot be used costs no request', async () => {
		const { error } = await call(gateway, { credential: { accountSid: 'mine' } });
		expect(error.message).toMatch(/^The credential cannot be used\. Account SID is not a UUID/);
		expect(gateway.requests).toEqual([]);
	});

	test('a foreign account is told from a wrong key', async () => {
		const foreign = await call(gateway, { credential: { accountSid: 'ac3e0000-0000-4000-8000-00000000ffff' } });
		expect(foreign.error.message).toMatch(/may not do this for account ac3e0000-0000-4000-8000-00000000ffff: "insufficient permissions"/);
		const wrongKey = await call(gateway, { credential: { apiKey: 'wrong' } });
		expect(wrongKey.error.message).toMatch(/does not accept the API key/);
	});
});

describe('in doubt: the run goes on, the outcome is unknown, and nobody is called again', () => {
	test.each([
		['500, nothing placed', { kind: '500' }, 0, /HTTP 500.*Internal Server Error/],
		['500 after placing', { kind: '500-after-placing' }, 1, /HTTP 500/],
		['500 as JSON', { kind: 'unreachable' }, 0, /HTTP 500.*"fetch failed"/],
		['502 as an HTML page', { kind: 'html-after-placing' }, 1, /HTTP 502/],
		['200 as an HTML page', { kind: 'html' }, 0, /HTTP 200.*cannot be read/],
		['201 with broken JSON', { kind: 'broken-json' }, 1, /HTTP 201.*cannot be read/],
		['no answer, nothing placed', { kind: 'hang' }, 0, /did not answer/],
		['no answer after placing', { kind: 'hang-after-placing' }, 1, /did not answer/],
		['a cut connection, nothing placed', { kind: 'reset' }, 0, /did not answer/],
		['a cut connection after placing', { kind: 'reset-after-placing' }, 1, /did not answer/],
	])('%s', async (_what, fault, rings, message) => {
		gateway.setFaults([{ ...fault, number: '0200' }]);
		const { status, outputs, hints, error } = await call(gateway, { items: phones(NUMBER, '+12025550201'), patienceMs: fault.kind.startsWith('hang') ? 3_000 : undefined });
		expect(error).toBeUndefined();
		expect(status).toBe('success');
		expect(outputs[0]).toMatchObject([
			{ id: 0, outcome: 'unknown', final: false, sid: null, callid: null, call_sid: null, call_status: null, to: NUMBER, message: expect.stringMatching(message) },
			{ id: 1, outcome: null, sid: gateway.placed.find(({ number }) => number !== NUMBER).sid },
		]);
		expect(outputs[0][0].message).toMatch(UNKNOWN);
		expect(outputs[0][0]).not.toHaveProperty('error');
		expect(outputs[0][0].message).not.toMatch(/<html|<!DOCTYPE/i);
		expect(gateway.rang(NUMBER)).toBe(rings);
		expect(creates()).toBe(2);
		expect(hints).toEqual([expect.objectContaining({ type: 'warning', message: expect.stringMatching(/^1 of 2 calls may or may not have been placed/) })]);
	});

	test.each([
		['a 201 without sid', 201, {}], ['a 201 with an empty sid', 201, { sid: '' }], ['a 201 that is an array', 201, []], ['a 201 that is null', 201, 'null'],
		['a 204', 204, ''], ['a 202 with a sid', 202, { sid: 'x' }],
	])('%s', async (_what, status, body) => {
		const server = await startServer(answering(status, body));
		const { outputs } = await call(gateway, { credential: { baseUrl: server.url } });
		expect(outputs[0]).toMatchObject([{ outcome: 'unknown', message: expect.stringMatching(UNKNOWN) }]);
		expect(server.requests).toHaveLength(1);
	});

	test('a slow gateway is waited for', async () => {
		gateway.setFaults([{ kind: 'slow', ms: 150 }]);
		const { outputs } = await call(gateway, {});
		expect(outputs[0]).toMatchObject([{ outcome: null, sid: gateway.placed[0].sid }]);
	});
});

test.each([
	['callid, as Cognigy documents it', { sid: 's', callid: 'c' }, 'c'],
	['callId, as the platform below says it', { sid: 's', callId: 'c' }, 'c'],
	['none of them', { sid: 's' }, null],
])('the answer names the call by %s', async (_what, body, callid) => {
	const server = await startServer(answering(201, body));
	const { outputs } = await call(gateway, { credential: { baseUrl: server.url } });
	expect(outputs[0]).toMatchObject([{ sid: 's', callid, call_sid: 's', call_id: callid, outcome: null }]);
});

test.each([301, 302, 303, 307, 308])('a %i to another host is not followed: neither key nor call arrives there', async (status) => {
	const other = await startServer(answering(201, { sid: 's', callid: 'c' }));
	gateway.setFaults([{ kind: 'redirect', status, location: `${other.url}/v1/x` }]);
	const { error } = await call(gateway, {});
	expect(error.message).toMatch(/redirect, which is not followed/);
	expect(other.requests).toEqual([]);
	expect(creates()).toBe(1);
});
