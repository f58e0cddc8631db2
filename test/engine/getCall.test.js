'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, FROM, locator } = require('./calls');
const { answering, closeServers, startServer } = require('./servers');
const { apiOf, byId, callIn, NO_CALL, operate } = require('./steering');
const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/call/get.json');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const get = async (sid, setup = {}) => await operate(gateway, 'get', { ...setup, parameters: { ...byId(sid), ...setup.parameters } });

test('a live call: the record, and what only the call object holds', async () => {
	const sid = await callIn(gateway, '+12025550220', 'in-progress');
	const { status, outputs } = await get(sid);
	expect(status).toBe('success');
	expect(outputs[0]).toEqual([
		{
			sid, callid: expect.any(String), call_sid: sid, call_id: expect.any(String), call_status: 'in-progress', from: FROM, to: '+12025550220',
			direction: 'outbound', sip_status: 200, sip_reason: 'OK', duration: null, application_sid: APPLICATION, outcome: null, final: false,
			answered_by: 'unknown', hung_up_by: null, tag: null, trace_id: expect.stringMatching(/^[0-9a-f]{32}$/), parent_call_sid: null,
			attempted_at: null, answered_at: null, terminated_at: null, trunk: null, source: 'calls',
		},
	]);
	expect(outputs[0][0].callid).toBe(outputs[0][0].call_id);
	expect(Object.keys(outputs[0][0])).toEqual(Object.keys(schema.properties));
	expect(gateway.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
});

test('internal addresses come with Include Raw Payload only', async () => {
	const sid = await callIn(gateway, '+12025550220', 'in-progress');
	expect(JSON.stringify((await get(sid)).outputs)).not.toMatch(/service_url|127\.0\.0\.1|fs_sip_address|api_base_url/);
	const { outputs } = await get(sid, { parameters: { options: { includeRaw: true } } });
	expect(outputs[0][0].raw).toMatchObject({ call_sid: sid, service_url: expect.any(String), fs_sip_address: expect.any(String) });
});

test.each([
	['from the list', (sid) => locator(sid)],
	['by an ID in capitals and with blanks', (sid) => locator(`  ${sid.toUpperCase()} `, 'id')],
	['by an expression', () => locator('={{ $json.call_sid }}', 'id')],
])('chosen %s', async (_how, call) => {
	const sid = await callIn(gateway, '+12025550220', 'in-progress');
	const { outputs } = await get(sid, { parameters: { call: call(sid) }, items: [{ json: { call_sid: sid } }] });
	expect(outputs[0][0].call_sid).toBe(sid);
});

test.each([
	['0486', 'busy', { outcome: 'busy', sip_status: 486, final: true }],
	['0603', 'busy', { outcome: 'declined', sip_status: 603, final: true }],
	['0200', 'completed', { outcome: 'answered', duration: 2, hung_up_by: 'callee', final: true }],
])('a call to %s that has ended', async (digits, status, expected) => {
	const sid = await callIn(gateway, `+1202555${digits}`, status);
	expect((await get(sid)).outputs[0][0]).toMatchObject({ call_status: status, source: 'calls', ...expected });
});

test('a leg that was opened for a transfer says whose', async () => {
	const sid = await callIn(gateway, '+12025550240', 'completed');
	const child = (await (await apiOf(gateway)('GET', '/Calls')).json()).find(({ parent_call_sid: parent }) => parent === sid);
	expect((await get(child.call_sid)).outputs[0][0]).toMatchObject({ parent_call_sid: sid, final: false });
});

describe('a call that the gateway has forgotten', () => {
	test('comes out of the call history, with its times', async () => {
		const sid = await callIn(gateway, '+12025550200', 'completed');
		gateway.expireRecords(sid);
		const { outputs } = await get(sid);
		expect(outputs[0]).toMatchObject([
			{
				sid, call_sid: sid, call_status: 'completed', outcome: 'answered', final: true, duration: 2, to: '12025550200', source: 'history',
				attempted_at: expect.stringMatching(/^\d{4}-/), terminated_at: expect.stringMatching(/^\d{4}-/), trunk: expect.any(String),
			},
		]);
		expect(Object.keys(outputs[0][0])).toEqual(Object.keys(schema.properties));
		expect(gateway.requests.at(-1).path).toMatch(/RecentCalls\?page=1&count=10&days=30&filter=/);
	});

	test('and is unknown there too: an error that says where it was looked for', async () => {
		const { error } = await get(NO_CALL);
		expect(error.message).toMatch(new RegExp(`does not know the call ${NO_CALL}: it is neither .* 30 days\\. \\[item 0\\]$`));
		expect(error.description).toMatch(/Check the ID.*answered longer ago may still be going on/);
		expect(error.httpCode).toBe('404');
	});

	test('with a history that the key may not read', async () => {
		gateway.setFaults([{ kind: '403', operation: 'recentCalls' }]);
		const { error } = await get(NO_CALL);
		expect(error.message).toMatch(/not among the recent ones, and the call history could not be read\..*insufficient permissions/);
	});

	test('with a history that cannot be read', async () => {
		gateway.setFaults([{ kind: 'html', operation: 'recentCalls' }]);
		expect((await get(NO_CALL)).error.message).toMatch(/history could not be read\. .*cannot be read/);
	});

	test('with a history that asks to wait first', async () => {
		const sid = await callIn(gateway, '+12025550200', 'completed');
		gateway.expireRecords(sid);
		gateway.setFaults([{ kind: '429', operation: 'recentCalls', retryAfter: 0, count: 1 }]);
		expect((await get(sid)).outputs[0][0]).toMatchObject({ call_sid: sid, source: 'history' });
	});
});

test('an empty object stands for an expired call', async () => {
	const server = await startServer((request, response) => answering(200, request.url.includes('RecentCalls') ? { total: 0, data: [] } : {})(request, response));
	expect((await get(NO_CALL, { credential: { baseUrl: server.url } })).error.message).toMatch(/does not know the call/);
	expect(server.requests).toHaveLength(2);
});

test.each([['a list', []], ['another object', { hello: 'world' }], ['a text', 'OK'], ['null', 'null']])('an answer that is %s cannot be read', async (_what, body) => {
	const server = await startServer(answering(200, body));
	expect((await get(NO_CALL, { credential: { baseUrl: server.url } })).error.message).toMatch(/cannot be read.*\[item 0\]$/);
});
