'use strict';

const { startGateway } = require('../gateway');
const { locator } = require('./calls');
const { credentialFor } = require('./engine');
const { byId, callIn, operate } = require('./steering');

/** What the operations that read and change calls have in common: bad input, refusals, rate limits, silence, and what becomes of the item. */

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
});

/** Each operation, with the request that a fault is to strike, and whether that changes the call. */
const OPERATIONS = [
	['get', 'getCall', {}, false],
	['getMany', 'listCalls', {}, false],
	['hangUp', 'updateCall', {}, true],
	['update', 'updateCall', { action: 'mute' }, true],
];

describe.each(OPERATIONS)('%s', (operation, struck, parameters, changes) => {
	const run = async (setup = {}) =>
		await operate(gateway, operation, { ...setup, parameters: { ...byId(await callIn(gateway, '+12025550220', 'in-progress')), ...parameters, ...setup.parameters } });
	const strike = (fault) => gateway.setFaults([{ ...fault, operation: struck }]);

	test.each([
		['401', /does not accept the API key/, /paste the key again/],
		['403', /insufficient permissions/, /Account SID/],
		['500', /HTTP 500/, changes ? /may have reached the call/ : /Try again later/],
		['html', /cannot be read/, changes ? /may have reached the call/ : /API Base URL/],
		['reset', /did not answer/, changes ? /may have reached the call/ : /Try again later/],
	])('%s is an error with item, reason and next step', async (kind, message, description) => {
		strike({ kind });
		const { status, error } = await run();
		expect(status).toBe('error');
		expect(error.message).toMatch(message);
		expect(error.message).toMatch(/\[item 0\]$/);
		expect(error.description).toMatch(description);
		expect(JSON.stringify(error)).not.toContain(credentialFor(gateway).apiKey);
		// Sent once: nothing of this passes by itself.
		const [method, path] = changes ? ['PUT', /Calls\/.+/] : ['GET', /Calls/];
		expect(gateway.requests.filter((request) => request.method === method && path.test(request.path))).toHaveLength(1);
	});

	test('no answer in time', async () => {
		strike({ kind: 'hang' });
		// Long enough for the request to reach a busy gateway: one that comes later would meet the next test's fault.
		const { error } = await run({ patienceMs: 1_000 });
		expect(gateway.requests.at(-1)).toMatchObject({ method: changes ? 'PUT' : 'GET', status: undefined });
		expect(error.message).toMatch(/did not answer\. \[item 0\]$/);
		expect(error.description).toMatch(changes ? /may have reached the call/ : /Try again later/);
	});

	test('a rate limit is waited for as long as the gateway asks, then the request succeeds', async () => {
		strike({ kind: '429', retryAfter: 1, count: 1 });
		const started = Date.now();
		const { status } = await run();
		expect(status).toBe('success');
		expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
		expect(gateway.requests.filter(({ status: code }) => code === 429)).toHaveLength(1);
	});

	test('no capacity for a moment passes by itself', async () => {
		strike({ kind: '480', count: 1 });
		expect((await run()).status).toBe('success');
		expect(gateway.requests.filter(({ status: code }) => code === 480)).toHaveLength(1);
	});

	test('a rate limit that asks for too long is an error at once', async () => {
		strike({ kind: '429', retryAfter: 900 });
		const { error } = await run();
		expect(error.message).toMatch(/rate limit is reached.*\[item 0\]$/);
		expect(error.description).toMatch(/Try again in 900 seconds/);
		expect(gateway.requests.filter(({ status: code }) => code === 429)).toHaveLength(1);
	});

	test('a rate limit is waited for no longer when the workflow is stopped', async () => {
		const seconds = 60;
		strike({ kind: '429', retryAfter: seconds });
		const stop = new AbortController();
		const stopSoon = ({ status }) => status === 429 && setTimeout(() => stop.abort(), 300);
		gateway.on('answered', stopSoon);
		const started = Date.now();
		const { error } = await run({ signal: stop.signal });
		gateway.off('answered', stopSoon);
		expect(error.message).toMatch(/rate limit is reached/);
		expect(Date.now() - started).toBeLessThan(1000 * seconds);
		expect(gateway.requests.filter(({ status: code }) => code === 429)).toHaveLength(1);
	});

	test('a request timeout that is none', async () => {
		const { error } = await run({ parameters: { options: { requestTimeout: -1 } } });
		expect(error.message).toMatch(/Request Timeout/);
	});

	test('Continue: the failed item carries the error, the others go on', async () => {
		strike({ kind: '403', count: 1 });
		const { status, outputs, items } = await run({ items: [{ json: { id: 1 } }, { json: { id: 2 } }], settings: { onError: 'continueRegularOutput' } });
		expect(status).toBe('success');
		expect(outputs[0]).toHaveLength(2);
		expect(outputs[0][0]).toEqual({ id: 1, error: expect.stringMatching(/insufficient permissions.*\[item 0\]$/) });
		expect(outputs[0][1]).not.toHaveProperty('error');
		expect(items[0].map(({ pairedItem }) => pairedItem.item)).toEqual([0, 1]);
	});

	test('Continue (using error output): the failed item comes out there, with its fields, reason and next step', async () => {
		strike({ kind: '403', count: 1 });
		const { outputs } = await run({ items: [{ json: { id: 1 } }, { json: { id: 2 } }], settings: { onError: 'continueErrorOutput' } });
		expect(outputs[0]).toHaveLength(1);
		expect(outputs[1]).toEqual([{ id: 1, error: expect.stringMatching(/\[item 0\]$/), message: expect.stringMatching(/Account SID/) }]);
	});
});

describe.each(OPERATIONS.filter(([operation]) => operation !== 'getMany'))('the call of %s', (operation, _struck, parameters) => {
	test.each([
		['={{ "" }}', /Call is empty\. Choose one from the list, or give the ID of the call/],
		['={{ $json.nothing }}', /Call is empty/],
		['+12025550220', /Call: "\+12025550220" is not the ID of a call, which looks like [0-9a-f-]{36}\./],
		['../../Applications', /is not the ID of a call/],
		['={{ { sid: 1 } }}', /is not the ID of a call/],
	])('%p is refused before any request', async (call, message) => {
		const { error } = await operate(gateway, operation, { parameters: { ...parameters, call: locator(call, 'id') } });
		expect(error.message).toMatch(message);
		expect(error.message).toMatch(/\[item 0\]$/);
		expect(error.description).toMatch(/Correct the field/);
		expect(gateway.requests).toEqual([]);
	});
});
