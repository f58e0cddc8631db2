'use strict';

const { startGateway } = require('../gateway');
const { sign } = require('../gateway/sign');
const { bodies, forgeries, now, TYPES } = require('./arbitraries');
const { fc } = require('./fc');
const { closeTriggers, event, startTrigger } = require('../engine/webhook');
const { stagePerTest } = require('../engine/stagePerTest');

/** Webhooks that nobody's gateway sends, to the trigger and to a waiting run. */

const prototypeBefore = Object.getOwnPropertyNames(Object.prototype).join();
const expectCleanPrototype = () => expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototypeBefore);

describe('the trigger', () => {
	let gateway;
	let secret;
	beforeAll(async () => {
		gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
		secret = gateway.world.accounts[0].webhook_secret;
	});
	afterEach(closeTriggers);
	afterAll(() => gateway.close());

	test('what is not signed starts nothing, whatever it is', async () => {
		const trigger = await startTrigger(gateway, { parameters: { listenFor: 'all' } });
		await fc.assert(
			fc.asyncProperty(bodies, fc.constantFrom(...TYPES), forgeries(secret), async (body, type, forge) => {
				const { status } = await trigger.send(body, { headers: { 'Content-Type': type, 'Jambonz-Signature': forge(body) } });
				expect(status).toBe(401);
			}),
			{ numRuns: 700 },
		);
		expect(trigger.runs).toEqual([]);
		expect(trigger.thrown).toEqual([]);
		expectCleanPrototype();
		expect((await trigger.send(event())).status).toBe(200);
		expect(trigger.runs).toHaveLength(1);
	});

	test('what is signed is an event, or refused; nothing is thrown, and no prototype changes', async () => {
		const trigger = await startTrigger(gateway, { parameters: { listenFor: 'all', options: { includeRaw: true } } });
		await fc.assert(
			fc.asyncProperty(bodies, fc.constantFrom(...TYPES), async (body, type) => {
				const runs = trigger.runs.length;
				const { status } = await trigger.send(body, { headers: { 'Content-Type': type } });
				expect([200, 400, 415]).toContain(status);
				if (status !== 200) return expect(trigger.runs).toHaveLength(runs);
				for (const run of trigger.runs.slice(runs)) {
					expect([typeof run.call_sid, typeof run.call_status]).toEqual(['string', 'string']);
					expect(Object.getPrototypeOf({ ...run.raw })).toBe(Object.prototype);
				}
			}),
			{ numRuns: 700 },
		);
		expect(trigger.thrown).toEqual([]);
		expectCleanPrototype();
	});

	test.each([101, 1_000, 5_000, 20_000, 100_000])('a signed event that is nested %i deep is refused: n8n could not store it', async (depth) => {
		const trigger = await startTrigger(gateway);
		const deep = (open, close) => JSON.stringify(event({ customerData: 'HERE' })).replace('"HERE"', `${open.repeat(depth)}1${close.repeat(depth)}`);
		for (const body of [deep('[', ']'), deep('{"a":', '}')]) expect((await trigger.send(body)).status).toBe(400);
		expect(trigger.runs).toEqual([]);
		expect(trigger.thrown).toEqual([]);
	});

	test('one that is nested as deep as metadata may be comes through', async () => {
		const trigger = await startTrigger(gateway);
		expect((await trigger.send(JSON.stringify(event({ customerData: 'HERE' })).replace('"HERE"', `${'{"a":'.repeat(90)}1${'}'.repeat(90)}`))).status).toBe(200);
		expect(trigger.runs).toHaveLength(1);
	});

	test('however often and in whatever order signed events are sent again, each starts one run', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.nat(4), { minLength: 5, maxLength: 25 }), async (order) => {
				const trigger = await startTrigger(gateway);
				const sent = Array.from({ length: 5 }, () => JSON.stringify(event())).map((body) => ({ body, headers: { 'Jambonz-Signature': sign(secret, body, now()) } }));
				const answers = await Promise.all(order.map(async (index) => await trigger.send(sent[index].body, sent[index])));
				expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
				expect(trigger.runs.map(({ call_sid: sid }) => sid).sort()).toEqual([...new Set(order)].map((index) => JSON.parse(sent[index].body).call_sid).sort());
				await trigger.close();
			}),
			{ numRuns: 20 },
		);
	});

	test('no token but the right one lets anybody in', async () => {
		const token = 'a-token-of-more-than-twenty-characters';
		const trigger = await startTrigger(gateway, { parameters: { verification: 'token', token } });
		const query = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 50 }).map((value) => `?token=${encodeURIComponent(value.toWellFormed?.() ?? value.replace(/\p{Cs}/gu, ''))}`),
			fc.constantFrom(`?token[]=${token}`, `?token[a]=${token}`, `?token=${token}&token=${token}`, `?__proto__[token]=${token}`, `?constructor[prototype][token]=${token}`, `?token%00=${token}`, `?Token=${token}`, `?token=${token}%00`, `?token=%20${token}`, `?token[toString]=x`, '?token[length]=38'),
		);
		await fc.assert(
			fc.asyncProperty(query, bodies, async (search, body) => {
				expect((await trigger.send(body, { query: search })).status).toBe(401);
			}),
			{ numRuns: 200 },
		);
		expect(trigger.runs).toEqual([]);
		expect(trigger.thrown).toEqual([]);
	});
});

describe('a waiting run', () => {
	let gateway;
	let stage;
	stagePerTest((fresh) => ({ gateway, stage } = fresh));

	const parked = async (parameters = {}) => {
		const execution = await stage.run({ items: [{ json: { phone: '+12025550220' } }], parameters });
		expect(execution.status).toBe('waiting');
		return execution;
	};
	const queries = fc.record(
		{
			nonce: fc.oneof(fc.constant(null), fc.string({ maxLength: 40 }).map((value) => value.replace(/[^\x20-\x7e]/g, '')), fc.constantFrom('', '0'.repeat(32))),
			item: fc.oneof(fc.constant(null), fc.constantFrom('-1', '1', '1e9', 'NaN', '__proto__', 'constructor', '0x0', '')),
		},
		{ requiredKeys: [] },
	);

	test('what is not signed ends nothing, whatever it is', async () => {
		const execution = await parked();
		const secret = gateway.world.accounts[0].webhook_secret;
		await fc.assert(
			fc.asyncProperty(bodies, fc.constantFrom(...TYPES), forgeries(secret), queries, async (body, type, forge, query) => {
				const { status } = await stage.send(gateway.placed[0], {}, { body, query, headers: { 'Content-Type': type, 'Jambonz-Signature': forge(body) } });
				expect(status === 401 || status === 200).toBe(true);
				expect(execution.status).toBe('waiting');
			}),
			{ numRuns: 300 },
		);
		expect(execution.runs).toBe(1);
		expectCleanPrototype();
		expect((await stage.send(gateway.placed[0])).status).toBe(200);
		await execution.until('success');
		expect(execution.downstream).toHaveLength(1);
	});

	test('what is signed, but is not the end of its call, ends nothing', async () => {
		const execution = await parked();
		await fc.assert(
			fc.asyncProperty(bodies, fc.constantFrom(...TYPES), queries, async (body, type, query) => {
				if (body.includes(gateway.placed[0].sid)) return;
				const { status } = await stage.send(gateway.placed[0], {}, { body, query, headers: { 'Content-Type': type } });
				expect([200, 400, 415]).toContain(status);
				expect(execution.status).toBe('waiting');
			}),
			{ numRuns: 300 },
		);
		expect(execution.runs).toBe(1);
		// The right call, at the address of another item or of another wait.
		for (const query of [{ item: '1' }, { item: '-1' }, { item: '0.5' }, { item: 'x' }, { item: '__proto__' }, { nonce: 'wrong' }, { nonce: null }]) {
			expect((await stage.send(gateway.placed[0], {}, { query })).status).toBe(200);
			expect(execution.status).toBe('waiting');
		}
		expect((await stage.send(gateway.placed[0])).status).toBe(200);
		await execution.until('success');
		expect(execution.downstream).toHaveLength(1);
	});

	test('without signatures the nonce is what proves the sender', async () => {
		const execution = await parked({ verifySignature: false });
		await fc.assert(
			fc.asyncProperty(fc.oneof(fc.string({ maxLength: 40 }).map((value) => value.replace(/[^\x20-\x7e]/g, '')), fc.constant(null)), async (nonce) => {
				expect((await stage.send(gateway.placed[0], {}, { query: { nonce } })).status).toBe(401);
				expect(execution.status).toBe('waiting');
			}),
			{ numRuns: 100 },
		);
		expect((await stage.send(gateway.placed[0], {}, { headers: { 'Jambonz-Signature': undefined } })).status).toBe(200);
		await execution.until('success');
	});
});
