'use strict';

const { closeServers, startServer } = require('../engine/servers');
const { ACTORS } = require('./actors');
const { fc } = require('./fc');
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
afterEach(() => jest.restoreAllMocks());
afterAll(closeServers);

/** What a program says of itself, and not of the gateway. Between quotation marks stand the gateway's own words. */
const OF_A_PROGRAM = /undefined|\[object|Cannot (?:read|destructure|convert|create|use|mix|set)|is not a (?:function|constructor)|not iterable|Unexpected token|circular|at position|call stack|Invalid URL|invalid array|reading '/;

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

describe.each(ACTORS)('%s', (name, act) => {
	/** The status of a good answer. */
	const good = name.startsWith('call:create') ? 201 : 200;

	test('bodies that are no answer to anything: a clear error, or an output', async () => {
		const reads = /getMany|search|Count|test/.test(name) ? /^(?!one thing)/ : /^(?!rows of)/;
		for (const [what, body] of Object.entries(BODIES).filter(([each]) => reads.test(each))) {
			current = answer(good, body);
			expectClear(`${what} with ${good}`, await act(server.url));
		}
		for (const what of Object.keys(BODIES).filter((each) => /HTML|words|^null$|one thing with (?:controls|line breaks|markup)/.test(each))) {
			current = answer(400, BODIES[what]);
			expectClear(`${what} with 400`, await act(server.url));
		}
	});

	test('the key comes back: it stands in no output, error, log or stored data', async () => {
		for (const [what, tell] of Object.entries(ECHOES)) {
			for (const status of what === 'as JSON words' ? [good, 202, 400, 401, 403, 404, 422, 500, 503] : [good, 400]) {
				current = echoing(status, tell);
				expectClear(`${what} with ${status}`, await act(server.url));
			}
		}
	});

	test('a redirect to another origin is not followed', async () => {
		const host = (of) => new URL(of.url).host;
		const tricks = [`//${host(evil)}`, `\\\\${host(evil)}`, evil.url.replace('127.0.0.1', 'localhost'), `http://${host(server)}@${host(evil)}`];
		for (const [status, to] of [...[301, 302, 303, 307, 308].map((each) => [each, evil.url]), ...tricks.map((trick) => [307, trick])]) {
			current = answer(status, '', { Location: `${to}/v1/stolen` });
			const outcome = await act(server.url);
			expectClear(`${status} to ${to}`, outcome);
			expect(outcome.good).toBe(false);
		}
		expect(evil.requests).toEqual([]);
	});
});

/** One of each way to read an answer. */
const OF_EACH_KIND = ACTORS.filter(([name]) => /^call:|callHistory:getMany|callHistory:getRecording|application:get$|searchApplications$|trigger|test/.test(name));

test('a body without end is left alone', async () => {
	for (const [name, act] of OF_EACH_KIND) {
		let sent = 0;
		server.requests.length = 0;
		current = endless(Buffer.alloc(64 * 1024, ' '), 0, { count: (bytes) => (sent += bytes) });
		const outcome = await act(server.url);
		expectClear(name, outcome);
		expect([name, outcome.good]).toEqual([name, false]);
		// 20 MB are read, and some more are on their way in buffers.
		expect([name, sent / server.requests.length < 60 * MEGABYTE]).toEqual([name, true]);
	}
});

test('a bomb: 400 MB in some hundred kilobytes are not unpacked', async () => {
	const zipped = bomb();
	for (const [name, act] of OF_EACH_KIND.slice(3)) {
		current = answer(200, zipped, { 'Content-Encoding': 'gzip' });
		const before = process.memoryUsage().rss;
		const outcome = await act(server.url);
		expectClear(name, outcome);
		expect([name, outcome.good]).toEqual([name, false]);
		expect(process.memoryUsage().rss - before).toBeLessThan(250 * MEGABYTE);
	}
});

test('an answer that comes drop by drop ends with the Request Timeout, wherever it stands', async () => {
	// The node's own time limits of up to a minute are shortened here.
	const real = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => real(Math.min(ms, 300)));
	const drop = Buffer.from(' ');
	const slow = { 'the body': endless(drop, 50), 'the body of a refusal': endless(drop, 50, { status: 400 }), 'the headers': endlessHeaders };
	for (const [what, tell] of Object.entries(slow)) {
		current = tell;
		const began = Date.now();
		const outcomes = await Promise.all(ACTORS.map(async ([name, act]) => [name, await act(server.url), Date.now() - began]));
		for (const [name, outcome, ms] of outcomes) {
			expectClear(`${name}: ${what}`, outcome);
			expect([name, what, outcome.good]).toEqual([name, what, false]);
			// Some ask several times, and the words of a refusal are waited for for 3 s.
			expect([name, what, ms < 15_000]).toEqual([name, what, true]);
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
		{ numRuns: 200 },
	);
});
