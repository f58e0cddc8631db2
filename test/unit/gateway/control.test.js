'use strict';

const { setUp, ACCOUNT } = require('./helpers');

let env;
beforeEach(async () => {
	env = await setUp();
});
afterEach(() => env.close());

const control = async (method, path, body) => {
	const answer = await fetch(`${env.gateway.url}/control${path}`, {
		method,
		headers: { 'Content-Type': 'application/json' },
		body: body && JSON.stringify(body),
	});
	const text = await answer.text();
	return { status: answer.status, body: text && JSON.parse(text) };
};

test('shows what was placed, asked and delivered, and waits until all is quiet', async () => {
	await env.create('+15089084486');
	expect((await control('GET', '/idle')).body).toEqual({ idle: true });
	expect((await control('GET', '/placed')).body).toMatchObject([
		{ to: '+15089084486', final_status: 'busy', ended_at: expect.any(Number) },
	]);
	expect((await control('GET', '/requests')).body).toMatchObject([
		{ method: 'POST', status: 201, authorizationPresent: true },
	]);
	expect((await control('GET', '/deliveries')).body.map((d) => [d.event, d.attempt, d.status])).toEqual([
		['trying', 1, 200],
		['ringing', 1, 200],
		['busy', 1, 200],
	]);
	expect((await control('GET', `/rang/${encodeURIComponent('+15089084486')}`)).body.rang).toBe(1);
	expect((await control('GET', '/')).body).toMatchObject({ world: 'recordings', idle: true });
});

test('sets and clears faults', async () => {
	expect((await control('PUT', '/faults', [{ kind: '500', number: '200' }])).body.faults).toHaveLength(1);
	expect((await env.create('+15089084200')).status).toBe(500);
	expect((await control('DELETE', '/faults')).status).toBe(204);
	expect((await env.create('+15089084200')).status).toBe(201);
	expect((await control('PUT', '/faults', { kind: 'nonsense' })).status).toBe(400);
	expect(Object.keys((await control('GET', '/faults')).body.kinds)).toContain('webhook-drop');
});

test('sets time scale, rate limit, session limit and lifetimes, and lets records expire', async () => {
	expect((await control('PUT', '/time-scale', { time_scale: 0.002 })).body).toEqual({ time_scale: 0.002 });
	expect(env.gateway.timeScale).toBe(0.002);
	expect((await control('PUT', '/time-scale', { time_scale: 0 })).status).toBe(400);
	await control('PUT', '/session-limit', { account_sid: ACCOUNT, limit: 0 });
	await env.create('+15089084200');
	await env.gateway.idle();
	expect(env.gateway.placed[0].final_sip_status).toBe(503);
	await control('PUT', '/session-limit', { account_sid: ACCOUNT, limit: null });
	await control('POST', '/expire');
	expect(await (await env.api('GET', '/Calls')).json()).toEqual([{}]);
	expect((await control('PUT', '/lifetimes', { answered: 5 })).body.answered).toBe(5);
	await control('PUT', '/rate-limit', { limit: 1 });
	expect((await env.api('GET', '/CallCount')).status).toBe(200);
	expect((await env.api('GET', '/CallCount')).status).toBe(429);
});

test('reset goes back to the start', async () => {
	await env.create('+15089084220');
	env.gateway.world.applications.length = 0;
	expect((await control('POST', '/reset')).status).toBe(204);
	expect(env.gateway.placed).toEqual([]);
	expect(env.gateway.isIdle).toBe(true);
	expect(env.gateway.world.applications).toHaveLength(3);
	expect((await control('GET', '/nothing')).status).toBe(404);
});
