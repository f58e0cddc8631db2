'use strict';

const { inspect } = require('node:util');

const { startGateway } = require('../gateway');
const { ACCOUNT, PROVIDER_KEY, byId, historyRows, look, sidOf } = require('./lookups');
const { answering, closeServers, HTML_PAGE, startServer } = require('./servers');

/** What every operation that looks things up has in common when something goes wrong. */

const API_KEY = 'demo0000-acme-4000-8000-notarealkey01';

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
beforeEach(() => {
	gateway.world.recent_calls = historyRows(1, () => ({ recording_url: `/Accounts/${ACCOUNT}/RecentCalls/${sidOf(0)}/record/2026/11/22/mp3` }));
	gateway.addAlert(ACCOUNT, 'no-tts', 'text to speech credentials for google have not been provisioned');
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const OPERATIONS = [
	['callHistory:getMany', {}], ['callHistory:get', { call: byId(sidOf(0)) }], ['callHistory:getRecording', { call: byId(sidOf(0)) }], ['callHistory:getPcap', { call: byId(sidOf(0)) }],
	['alert:getMany', {}], ['application:getMany', {}], ['application:get', { application: byId('a9900000-0000-4000-8000-000000000001') }],
	['carrier:getMany', {}], ['carrier:get', { carrierId: byId('ca220000-0000-4000-8000-000000000001') }],
	['phoneNumber:getMany', {}], ['phoneNumber:get', { phoneNumberId: byId('0f0e0000-0000-4000-8000-000000000001') }],
	['call:getActiveCount', {}],
];

describe.each(OPERATIONS)('%s', (operation, parameters) => {
	const run = async (setup) => await look(gateway, operation, parameters, setup);

	test.each([
		['401', { kind: '401' }, /does not accept the API key/, /paste the key again/],
		['403', { kind: '403' }, /may not do this for account/, /Account SID.*API key belongs to this account, or to the service provider/],
		['500', { kind: '500' }, /HTTP 500/, /Try again later/],
		['a page of HTML', { kind: 'html' }, /cannot be read|is no|There is no/, /Environment|try again/i],
		['a page of HTML with 502', { kind: 'html', status: 502 }, /HTTP 502/, /Environment/],
		['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/' }, /redirect, which is not followed/, /API Base URL/],
		['a cut connection', { kind: 'reset' }, /did not answer/, /Try again later/],
	])('%s', async (_what, fault, message, description) => {
		gateway.setFaults([{ ...fault, operation: '*' }]);
		const result = await run();
		expect(result.status).toBe('error');
		expect(result.error.message).toMatch(message);
		expect(result.error.message).toMatch(/\[item 0\]$/);
		expect(result.error.description).toMatch(description);
		expect(result.error.description).not.toMatch(/placed/);
		expect(inspect([result.error, result.data], { depth: 12, showHidden: true })).not.toContain(API_KEY);
		expect(gateway.requests).toHaveLength(1);
	});

	test.each([['an address that knows no such path', 404, HTML_PAGE], ['a list of nothing', 200, 'null'], ['a number', 200, '7'], ['nothing', 200, '']])('%s', async (_what, status, body) => {
		const server = await startServer(answering(status, body, { 'Content-Type': body.startsWith('<') ? 'text/html' : 'application/json' }));
		const { error } = await run({ credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/\[item 0\]$/);
		expect(error.message).not.toMatch(/undefined|null|\[object|<html/);
		expect(error.description.length).toBeGreaterThan(15);
	});

	test('a rate limit is waited for, as long as the gateway asks', async () => {
		gateway.setFaults([{ kind: '429', operation: '*', retryAfter: 0, count: 2 }]);
		expect((await run()).status).toBe('success');
		expect(gateway.requests.map(({ status }) => status).slice(0, 3)).toEqual([429, 429, 200]);
	});

	test('a rate limit that stays is an error that says how to go on', async () => {
		gateway.setFaults([{ kind: '429', operation: '*', retryAfter: 3600 }]);
		const { error } = await run();
		expect(error.message).toMatch(/rate limit is reached/);
		expect(error.description).toMatch(/Try again in 3600 seconds, and ask less often/);
		expect(gateway.requests).toHaveLength(1);
	});

	test('Continue: the item says what was wrong, the next one goes on', async () => {
		gateway.setFaults([{ kind: '500', operation: '*', count: 1 }]);
		const items = [{ json: { id: 1 } }, { json: { id: 2 } }];
		const { status, items: out } = await run({ items, settings: { onError: 'continueRegularOutput' } });
		expect(status).toBe('success');
		expect(out[0][0]).toMatchObject({ json: { id: 1, error: expect.stringMatching(/HTTP 500.*\[item 0\]/) }, pairedItem: { item: 0 } });
		expect(out[0].slice(1).length).toBeGreaterThan(0);
		for (const { json, pairedItem } of out[0].slice(1)) {
			expect(pairedItem).toEqual({ item: 1 });
			expect(json).not.toHaveProperty('error');
		}
	});

	test('Continue (using error output): the failed item goes there with its reason', async () => {
		gateway.setFaults([{ kind: '403', operation: '*', count: 1 }]);
		const { outputs } = await run({ items: [{ json: { id: 1 } }, { json: { id: 2 } }], settings: { onError: 'continueErrorOutput' } });
		expect(outputs[1]).toEqual([{ id: 1, error: expect.stringMatching(/\[item 0\]/), message: expect.stringMatching(/Account SID/) }]);
		expect(outputs[0].length).toBeGreaterThan(0);
	});

	test('a key of the service provider will do', async () => {
		expect((await run({ credential: { apiKey: PROVIDER_KEY } })).status).toBe('success');
	});

	test('a key of another service provider will not', async () => {
		gateway.world.accounts.push({ ...gateway.world.accounts[0], account_sid: 'ac3e0000-0000-4000-8000-00000000eeee', service_provider_sid: '5e7c0000-0000-4000-8000-00000000eeee' });
		gateway.world.api_keys.push({ ...gateway.world.api_keys[1], token: 'other-provider', service_provider_sid: '5e7c0000-0000-4000-8000-00000000eeee' });
		const { error, outputs } = await run({ credential: { apiKey: 'other-provider' } });
		// The list of numbers is the one that has no account in its path: such a key sees its own numbers, none of which is the account's.
		if (operation === 'phoneNumber:getMany') expect(outputs).toEqual([[]]);
		else expect(error.message).toMatch(/may not do this for account|may not look at that|There is no application/);
	});

	test('a credential that cannot be used', async () => {
		const { error } = await run({ credential: { accountSid: 'x' } });
		expect(error.message).toMatch(/^The credential cannot be used\. Account SID/);
		expect(gateway.requests).toEqual([]);
	});
});
