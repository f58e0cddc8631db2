'use strict';

const { startGateway } = require('../gateway');
const { credentialTestContext } = require('./contexts');
const { ACTION, TRIGGER, credentialFor, nodeTypes } = require('./engine');
const { answering, closeServers, deadUrl, HTML_PAGE, startServer } = require('./servers');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'recordings', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const ACCOUNT = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
const OWN = { accountSid: ACCOUNT, apiKey: 'c0ffee00-0000-4000-8000-00000000acc1' };

const tested = async (fields = {}, type = ACTION) => {
	const data = credentialFor(gateway, { ...OWN, ...fields });
	return await nodeTypes([]).getByName(type).methods.credentialTest.cognigyVoiceGatewayApiTest.call(credentialTestContext(), { id: '1', name: 'Gateway', type: 'cognigyVoiceGatewayApi', data });
};

test.each([['the action node', ACTION], ['the trigger', TRIGGER]])('%s accepts the right key for the right account, with one harmless request', async (_what, type) => {
	expect(await tested({}, type)).toEqual({ status: 'OK', message: `Connected to ${new URL(gateway.url).host}` });
	expect(gateway.requests).toMatchObject([{ method: 'GET', path: `/v1/Accounts/${ACCOUNT}/CallCount`, status: 200 }]);
});

test.each([
	['an account SID in upper case with blanks', { accountSid: ` ${ACCOUNT.toUpperCase()} ` }],
	['a base URL with /v1/', () => ({ baseUrl: `${gateway.url}/v1/` })],
])('%s is right too', async (_what, fields) => {
	expect(await tested(typeof fields === 'function' ? fields() : fields)).toMatchObject({ status: 'OK' });
});

describe('what is wrong is told apart', () => {
	const SITUATIONS = [
		['a wrong key', async () => ({ apiKey: 'wrong-key' }), /^Wrong API key/],
		['a wrong account', async () => ({ accountSid: '00000000-678c-43f5-b8a6-d4eb58d131af' }), /^Wrong account: .*00000000-678c/],
		['the account of somebody else', async () => ({ accountSid: '22222222-678c-43f5-b8a6-d4eb58d131af' }), /^Wrong account: .*22222222-678c/],
		['a rate limit', async () => gateway.setFaults([{ kind: '429', operation: '*' }]) && {}, /limits requests.*Try again/],
		['a broken gateway', async () => gateway.setFaults([{ kind: '500', operation: '*' }]) && {}, /HTTP 500: Internal Server Error/],
		['a redirect', async () => gateway.setFaults([{ kind: 'redirect', operation: '*', location: 'http://127.0.0.1:9/' }]) && {}, /redirects to another address/],
		['a web page', async () => ({ baseUrl: (await startServer(answering(200, HTML_PAGE, { 'Content-Type': 'text/html' }))).url }), /does not answer like a Voice Gateway API \(HTTP 200\)/],
		['another JSON API', async () => ({ baseUrl: (await startServer(answering(200, { hello: 'world' }))).url }), /does not answer like a Voice Gateway API/],
		['another API that does not know the path', async () => ({ baseUrl: (await startServer(answering(404, HTML_PAGE, { 'Content-Type': 'text/html' }))).url }), /does not answer like a Voice Gateway API/],
		['nothing at the address', async () => ({ baseUrl: await deadUrl() }), /cannot be reached: nothing answers.*API Base URL/],
		['a host that does not exist', async () => ({ baseUrl: 'http://no-such-host.invalid' }), /no-such-host\.invalid cannot be reached: the host name/],
		['a connection that is cut', async () => gateway.setFaults([{ kind: 'reset', operation: '*' }]) && {}, /did not answer/],
	];

	test.each(SITUATIONS)('%s', async (_what, prepare, message) => {
		const fields = await prepare();
		const result = await tested(fields);
		expect(result).toEqual({ status: 'Error', message: expect.stringMatching(message) });
		expect(result.message).not.toContain(fields.apiKey ?? OWN.apiKey);
		expect(result.message).not.toMatch(/<html|<!DOCTYPE|undefined|\bnull\b|\[object/i);
	});

	test.each([
		['accountSid', 'my-account', /^Account SID is not a UUID/], ['accountSid', '', /^Account SID is empty/], ['apiKey', '', /^API Key is empty/],
		['apiKey', 'a\nb', /^API Key holds/], ['baseUrl', 'vg.example.com', /^API Base URL must start with/], ['baseUrl', 'https://vg.example.com/api', /^API Base URL must not hold a path/],
		['environment', 'nowhere', /^Environment is not set/],
	])('%s %j, before any request', async (field, value, message) => {
		expect(await tested({ [field]: value })).toEqual({ status: 'Error', message: expect.stringMatching(message) });
		expect(gateway.requests).toEqual([]);
	});

	test('no data at all', async () => {
		const run = nodeTypes([]).getByName(ACTION).methods.credentialTest.cognigyVoiceGatewayApiTest;
		expect(await run.call(credentialTestContext(), { id: '1', name: 'x', type: 'cognigyVoiceGatewayApi' })).toMatchObject({ status: 'Error' });
	});
});

describe('the key', () => {
	test.each([301, 302, 307, 308])('does not follow a %i to another host', async (status) => {
		const other = await startServer(answering(200, { inbound: 0, outbound: 0 }));
		gateway.setFaults([{ kind: 'redirect', operation: '*', status, location: `${other.url}/v1/x` }]);
		expect(await tested()).toMatchObject({ status: 'Error' });
		expect(other.requests).toEqual([]);
	});

	test('is sent once, even if it is refused', async () => {
		await tested({ apiKey: 'wrong-key' });
		expect(gateway.requests).toHaveLength(1);
	});

	test.each([400, 500])('does not come back from a server that repeats the request in a %i', async (status) => {
		const server = await startServer((request, response) => answering(status, { msg: JSON.stringify(request.headers) })(request, response));
		const { message } = await tested({ baseUrl: server.url });
		expect(server.requests[0].headers.authorization).toBe(`Bearer ${OWN.apiKey}`);
		expect(message).not.toContain(OWN.apiKey);
	});
});
