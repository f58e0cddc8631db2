'use strict';

const fc = require('fast-check');

const { closeServers, startServer } = require('../engine/servers');
const { ACTORS } = require('./actors');
const { answer, BODIES, bomb, ECHOES, echoing, endless, endlessHeaders, KEY, MEGABYTE, rowOf, SECRET } = require('./hostile');
const { everythingIn, found } = require('./secrets');

/** A hostile gateway, against everything of the package that asks one. */

const SECRETS = { 'API key': KEY, 'webhook secret': SECRET };

let evil;
let server;
let current;
beforeAll(async () => {
	evil = await startServer(answer(200, []));
	server = await startServer((request, response) => current(request, response));
});
beforeEach(() => {
	evil.requests.length = 0;
	server.requests.length = 0;
});
afterAll(closeServers);

/** What a program says of itself, and not of the gateway. Between quotation marks stand the gateway's own words. */
const OF_A_PROGRAM = /undefined|\[object|Cannot |is not a|not iterable|Unexpected token|circular|at position|call stack|Invalid URL|invalid array|reading '/i;

/** Nothing of the attack is left behind, and what is said is said to a person. */
function expectClear(what, { said, left, good }) {
	for (const text of said) {
		expect([what, text.replace(/"[^]*"/g, '""')]).toEqual([what, expect.not.stringMatching(OF_A_PROGRAM)]);
		expect([what, text.length < 2000]).toEqual([what, true]);
	}
	expect([what, good || said.some((text) => text.length > 15)]).toEqual([what, true]);
	expect([what, found(everythingIn(...left), SECRETS)]).toEqual([what, []]);
	expect({}.polluted).toBeUndefined();
}

describe.each(ACTORS)('%s', (_name, act) => {
	test('bodies that are no answer to anything: a clear error, or an output', async () => {
		for (const [what, body] of Object.entries(BODIES)) {
			for (const status of [200, 201, 400]) {
				current = answer(status, body);
				expectClear(`${what} with ${status}`, await act(server.url));
			}
		}
	});

	test('the key comes back: it stands in no output, error, log or stored data', async () => {
		for (const [what, tell] of Object.entries(ECHOES)) {
			for (const status of [200, 201, 400, 401, 403, 404, 422, 500, 503]) {
				current = echoing(status, tell);
				expectClear(`${what} with ${status}`, await act(server.url));
			}
		}
	});

	test('a redirect to another origin is not followed', async () => {
		for (const status of [301, 302, 303, 307, 308]) {
			for (const to of [evil.url, `//${new URL(evil.url).host}`, `\\\\${new URL(evil.url).host}`, evil.url.replace('127.0.0.1', 'localhost'), `http://${new URL(server.url).host}@${new URL(evil.url).host}`]) {
				current = answer(status, '', { Location: `${to}/v1/stolen` });
				const outcome = await act(server.url);
				expectClear(`${status} to ${to}`, outcome);
				expect(outcome.good).toBe(false);
			}
		}
		expect(evil.requests).toEqual([]);
	});

	test('a body that does not end is left alone, whether it comes as a flood, as a bomb or drop by drop', async () => {
		let sent = 0;
		const count = (bytes) => (sent += bytes);
		const blanks = Buffer.alloc(64 * 1024, ' ');
		current = endless(blanks, 0, { count });
		const flooded = await act(server.url);
		expectClear('a flood', flooded);
		expect(flooded.good).toBe(false);
		// What fills the buffers of the connection on the way is not read.
		expect(sent).toBeLessThan(60 * MEGABYTE);

		const zipped = bombOnce();
		current = answer(200, zipped, { 'Content-Encoding': 'gzip' });
		const before = process.memoryUsage().rss;
		const bombed = await act(server.url);
		expectClear('a bomb', bombed);
		expect(bombed.good).toBe(false);
		expect(process.memoryUsage().rss - before).toBeLessThan(250 * MEGABYTE);
	});
});

let zippedBomb;
const bombOnce = () => (zippedBomb ??= bomb());

test('an answer that comes drop by drop ends with the Request Timeout, wherever it stands', async () => {
	const drop = Buffer.from(' ');
	const slow = { 'the body': endless(drop, 50), 'the body of a refusal': endless(drop, 50, { status: 400 }), 'the headers': endlessHeaders };
	for (const [what, tell] of Object.entries(slow)) {
		current = tell;
		const began = Date.now();
		const outcomes = await Promise.all(ACTORS.map(async ([name, act]) => [name, await act(server.url), Date.now() - began]));
		for (const [name, outcome, ms] of outcomes) {
			expectClear(`${name}: ${what}`, outcome);
			expect([name, what, outcome.good]).toEqual([name, what, false]);
			// Some wait longer than the option says: 15 s for what a person waits for.
			expect([name, what, ms < 25_000]).toEqual([name, what, true]);
		}
	}
});

test('whatever JSON comes: a clear error, or an output', async () => {
	const row = fc.dictionary(fc.constantFrom(...Object.keys(rowOf('')), '__proto__', 'constructor', 'data', 'webhook_secret', 'inbound', 'outbound', 'msg', 'customerData', 'type'), fc.jsonValue(), { maxKeys: 12 });
	const body = fc.oneof(fc.jsonValue(), row, fc.array(row, { maxLength: 3 }), fc.record({ data: fc.oneof(fc.jsonValue(), fc.array(row, { maxLength: 3 })) }));
	await fc.assert(
		fc.asyncProperty(fc.constantFrom(...ACTORS), body, fc.constantFrom(200, 200, 201, 202, 204, 400, 404, 422, 500), async ([name, act], value, status) => {
			current = answer(status, status === 204 ? '' : JSON.stringify(value));
			expectClear(name, await act(server.url));
		}),
		{ numRuns: 400 },
	);
});
