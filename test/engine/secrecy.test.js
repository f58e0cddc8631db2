'use strict';

const { inspect } = require('node:util');

const { startGateway } = require('../gateway');
const { call, listeningAt, locator, phones, triggerNode } = require('./calls');
const { answering, closeServers, deadUrl, startServer } = require('./servers');

const API_KEY = 'demo0000-acme-4000-8000-notarealkey01';
const WEBHOOK_SECRET = 'wh_secret_of_the_credential_0123456789';

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

/** Everything that a run leaves behind, as n8n would store or show it, hidden properties and causes included. */
const traces = ({ error, items, hints, data }) =>
	[JSON.stringify([error, items, hints, data]), inspect([error, items, hints, data], { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null }), error?.stack].join('\n');

const echo = (status) => async () => {
	const server = await startServer((request, response) => answering(status, { msg: `you sent ${JSON.stringify(request.headers)}` })(request, response));
	return { baseUrl: server.url };
};
const fault = (...faults) => async () => {
	gateway.setFaults(faults);
	return {};
};

const SITUATIONS = [
	['success', async () => ({})],
	['401', fault({ kind: '401' })],
	['403', fault({ kind: '403' })],
	['500', fault({ kind: '500' })],
	['a redirect', fault({ kind: 'redirect', location: 'http://127.0.0.1:9/' })],
	['a cut connection', fault({ kind: 'reset' })],
	['a time-out', fault({ kind: 'hang' })],
	['nothing listening', async () => ({ baseUrl: await deadUrl() })],
	['a server that repeats the headers in a 400', echo(400)],
	['a server that repeats the headers in a 403', echo(403)],
	['a server that repeats the headers in a 500', echo(500)],
	['a credential that cannot be used', async () => ({ accountSid: 'x' })],
	['a base URL that cannot be used', async () => ({ baseUrl: 'http://127.0.0.1/path' })],
];

describe.each([
	['Stop', {}],
	['Continue', { onError: 'continueRegularOutput' }],
	['Continue (using error output)', { onError: 'continueErrorOutput' }],
])('%s: neither API key nor webhook secret is left behind by', (_mode, settings) => {
	test.each(SITUATIONS)('%s', async (_what, prepare) => {
		const credential = { webhookSecret: WEBHOOK_SECRET, ...(await prepare()) };
		const result = await call(gateway, {
			credential, settings, items: phones('+12025550200', '+12025550201'), patienceMs: 200,
			parameters: { application: locator('assigned'), statusUpdates: 'trigger' },
			staticData: listeningAt('https://n8n.example.com/webhook/x'), extraNodes: [triggerNode()],
		});
		const text = traces(result);
		expect(text).not.toContain(API_KEY);
		expect(text).not.toContain(encodeURIComponent(API_KEY).slice(0, 20));
		expect(text).not.toContain(WEBHOOK_SECRET);
	});
});

test('the key reaches the gateway as a header, and stands in no URL', async () => {
	const server = await startServer(answering(201, { sid: 's', callid: 'c' }));
	await call(gateway, { credential: { baseUrl: server.url } });
	expect(server.requests).toMatchObject([{ headers: { authorization: `Bearer ${API_KEY}` } }]);
	expect(server.requests[0].url).not.toContain(API_KEY);
	expect(server.requests[0].text).not.toContain(API_KEY);
});

test('the SIP password of a callee comes back in no output', async () => {
	const parameters = { toType: 'sip', toSipUri: 'sip:bob@example.com', sipUsername: 'bob', sipPassword: 'sip-password-1' };
	const { items } = await call(gateway, { parameters, settings: { onError: 'continueRegularOutput' } });
	expect(items[0][0].json.sid).toBe(gateway.placed[0]?.sid ?? 'a placed call');
	expect(JSON.stringify(items)).not.toContain('sip-password-1');
});
