'use strict';

const { sign } = require('../../gateway/sign');
const { setUp, SECRET } = require('./helpers');

let env;
beforeEach(async () => {
	env = await setUp();
});
afterEach(() => env.close());

const NUMBER = '+15089084200';
const rang = () => env.gateway.rang(NUMBER);

describe('faults of create', () => {
	test.each([
		['401', 401, 'Unauthorized'],
		['403', 403, '{"msg":"insufficient permissions"}'],
		['429', 429, 'Too many requests, please try again later.'],
		['480', 480, '{"msg":"no available feature servers at this time"}'],
		['500', 500, 'Internal Server Error'],
		['unreachable', 500, '{"msg":"fetch failed"}'],
	])('%s answers and places nothing', async (kind, status, text) => {
		env.gateway.setFaults({ kind, count: 1, retryAfter: 7 });
		const answer = await env.create(NUMBER);
		expect([answer.status, await answer.text()]).toEqual([status, text]);
		if (kind === '429') expect(answer.headers.get('retry-after')).toBe('7');
		expect(rang()).toBe(0);
		expect((await env.create(NUMBER)).status).toBe(201);
	});

	test('500-after-placing hides a placed call', async () => {
		env.gateway.setFaults({ kind: '500-after-placing' });
		expect((await env.create(NUMBER)).status).toBe(500);
		expect(rang()).toBe(1);
	});

	test.each([
		['hang', 0],
		['hang-after-placing', 1],
	])('%s never answers', async (kind, calls) => {
		env.gateway.setFaults({ kind });
		const abort = new AbortController();
		const answer = fetch(`${env.gateway.url}/v1/Accounts/9351f46a-678c-43f5-b8a6-d4eb58d131af/Calls`, {
			method: 'POST',
			signal: abort.signal,
			headers: { Authorization: 'Bearer c0ffee00-0000-4000-8000-00000000acc1', 'Content-Type': 'application/json' },
			body: JSON.stringify({
				application_sid: '7087fe50-8acb-4f3b-b820-97b573723aab',
				from: '1',
				to: { type: 'phone', number: NUMBER },
			}),
		});
		const outcome = answer.then(
			() => 'answered',
			(err) => err.name,
		);
		if (calls) await new Promise((resolve) => env.gateway.once('placed', resolve));
		else await expect(env.api('GET', '/CallCount').then((r) => r.json())).resolves.toEqual({ inbound: 0, outbound: 0 });
		abort.abort();
		expect(await outcome).toBe('AbortError');
		expect(rang()).toBe(calls);
	});

	test.each([
		['reset', 0],
		['reset-after-placing', 1],
	])('%s cuts the connection', async (kind, calls) => {
		env.gateway.setFaults({ kind, count: 1 });
		await expect(env.create(NUMBER)).rejects.toThrow('fetch failed');
		expect(rang()).toBe(calls);
	});

	test('broken-json answers 201 with half a body', async () => {
		env.gateway.setFaults({ kind: 'broken-json' });
		const answer = await env.create(NUMBER);
		expect(answer.status).toBe(201);
		await expect(answer.json()).rejects.toThrow();
		expect(rang()).toBe(1);
	});

	test.each([
		['html', 200, 0],
		['html-after-placing', 502, 1],
	])('%s answers a page', async (kind, status, calls) => {
		env.gateway.setFaults({ kind });
		const answer = await env.create(NUMBER);
		expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
		expect(rang()).toBe(calls);
	});

	test.each([
		[undefined, 307],
		[302, 302],
	])('redirect (%s)', async (status, expected) => {
		env.gateway.setFaults({ kind: 'redirect', status, location: 'http://127.0.0.2:9/elsewhere' });
		const answer = await env.create(NUMBER);
		expect([answer.status, answer.headers.get('location')]).toEqual([expected, 'http://127.0.0.2:9/elsewhere']);
		expect(rang()).toBe(0);
	});

	test.each([
		['slow', false],
		['slow-after-placing', true],
	])('%s', async (kind, placedFirst) => {
		env.gateway.setFaults({ kind, ms: 60 });
		const { clock } = env.gateway;
		clock.stop();
		const delayed = new Promise((resolve) => clock.on('after', (ms) => ms === 60 && resolve()));
		const answer = env.create(NUMBER);
		await delayed;
		expect(rang()).toBe(placedFirst ? 1 : 0);
		clock.advance(59);
		expect([rang(), env.gateway.requests[0].status]).toEqual([placedFirst ? 1 : 0, undefined]);
		clock.advance(2);
		expect((await answer).status).toBe(201);
		expect(rang()).toBe(1);
	});
});

test('faults may be limited by number, by operation and by count', async () => {
	env.gateway.setFaults([
		{ kind: '500', number: '486' },
		{ kind: '403', operation: 'listCalls', count: 1 },
		{ kind: '429', operation: '*', number: '^\\+49' },
	]);
	expect((await env.create('+15089084486')).status).toBe(500);
	expect((await env.create(NUMBER)).status).toBe(201);
	expect((await env.create('+4930231250')).status).toBe(429);
	expect((await env.api('GET', '/Calls')).status).toBe(403);
	expect((await env.api('GET', '/Calls')).status).toBe(200);
	env.gateway.clearFaults();
	expect((await env.create('+15089084486')).status).toBe(201);
});

test('a refused request stays refused under an after-placing fault', async () => {
	env.gateway.setFaults({ kind: '500-after-placing' });
	const answer = await env.create(NUMBER, { from: '' });
	expect(await answer.json()).toEqual({ msg: 'missing from parameter' });
});

test('an unknown kind is an error', () => {
	expect(() => env.gateway.setFaults({ kind: 'earthquake' })).toThrow('unknown fault kind: earthquake');
});

describe('faults of webhooks', () => {
	const run = async (fault) => {
		env.gateway.setFaults(fault);
		await env.create(NUMBER);
		await env.gateway.idle();
		return env.receiver.got.map((g) => g.body.call_status);
	};
	const isSigned = ({ headers, rawBody }) =>
		headers['jambonz-signature'] === sign(SECRET, rawBody, Number(/t=(\d+)/.exec(headers['jambonz-signature'])[1]));

	test('drop', async () => {
		expect(await run({ kind: 'webhook-drop', event: 'completed' })).toEqual(['trying', 'ringing', 'in-progress']);
		expect(env.gateway.deliveries.at(-1)).toMatchObject({
			event: 'completed',
			attempt: 0,
			error: 'dropped by a fault',
		});
	});

	test('duplicate', async () => {
		expect(await run({ kind: 'webhook-duplicate', event: 'in-progress' })).toEqual([
			'trying',
			'ringing',
			'in-progress',
			'in-progress',
			'completed',
		]);
		const [first, second] = env.receiver.got.filter((g) => g.body.call_status === 'in-progress');
		expect(second.headers['jambonz-signature']).toBe(first.headers['jambonz-signature']);
		const [one, two] = env.gateway.deliveries.filter((d) => d.event === 'in-progress');
		expect(two.duplicateOf).toBe(one.id);
	});

	test('late', async () => {
		expect((await run({ kind: 'webhook-late', event: 'ringing', ms: 150 })).at(-1)).toBe('ringing');
	});

	test('reorder', async () => {
		expect(await run({ kind: 'webhook-reorder', event: 'ringing' })).toEqual([
			'trying',
			'in-progress',
			'ringing',
			'completed',
		]);
	});

	test('reorder of a last event does not keep it for ever', async () => {
		expect(await run({ kind: 'webhook-reorder', event: 'completed' })).toEqual([
			'trying',
			'ringing',
			'in-progress',
			'completed',
		]);
	});

	test('forged', async () => {
		expect(await run({ kind: 'webhook-forged', event: 'ringing' })).toEqual([
			'trying',
			'completed',
			'ringing',
			'in-progress',
			'completed',
		]);
		const forged = env.receiver.got[1];
		expect(isSigned(forged)).toBe(false);
		expect(env.gateway.deliveries.filter((d) => d.forged)).toHaveLength(1);
	});

	test('wrong secret', async () => {
		await run({ kind: 'webhook-wrong-secret', event: 'ringing' });
		expect(env.receiver.got.map(isSigned)).toEqual([true, false, true, true]);
	});
});
