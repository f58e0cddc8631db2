'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { faults, forgetProcessed, rows, startProcessed } = require('./processed');
const { deadUrl, closeServers } = require('./servers');

let gateway;
beforeAll(async () => {
	await startProcessed();
	gateway = await startGateway({ world: 'demo', timeScale: 0.01 });
});
beforeEach(() => {
	gateway.world.rate_limit = 1e6;
});
afterEach(() => {
	forgetProcessed();
	gateway.reset();
});
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const A = '+12025550201';
const B = '+12025550202';
const guarded = (settings = {}, options = {}) => ({ options: { doNotCallAgain: { settings: { key: '', period: 24, scope: 'node', ...settings } }, ...options } });
const dial = async (numbers, { settings, options, ...setup } = {}) => await call(gateway, { items: phones(...numbers), parameters: guarded(settings, options), ...setup });
const SKIPPED = { outcome: 'skipped', final: true, skip_reason: 'duplicate', sid: null };
const CONTINUE = { onError: 'continueRegularOutput' };

describe('duplicates', () => {
	test.each([['Stop', {}], ['Continue', CONTINUE], ['error output', { onError: 'continueErrorOutput' }]])('within one batch, %s: each number rings once, a duplicate is no error and names the call', async (_mode, settings) => {
		const { status, outputs } = await call(gateway, { items: phones(A, B, A, A, B), parameters: guarded(), settings });
		expect(status).toBe('success');
		expect([gateway.rang(A), gateway.rang(B)]).toEqual([1, 1]);
		const sid = (number) => gateway.placed.find((placed) => placed.number === number).sid;
		expect(outputs[0]).toMatchObject([
			{ sid: sid(A), outcome: null }, { sid: sid(B), outcome: null }, { ...SKIPPED, duplicate_of: sid(A) }, { ...SKIPPED, duplicate_of: sid(A) }, { ...SKIPPED, duplicate_of: sid(B) },
		]);
		for (const output of outputs[0]) expect(output).not.toHaveProperty('error');
	});

	test('the same number in other clothes is the same number', async () => {
		await dial(['+12025550201', '+1 (202) 555-0201', '0012025550201']);
		expect(gateway.rang(A)).toBe(1);
	});

	test('across executions', async () => {
		await dial([A]);
		const { outputs } = await dial([B, A]);
		expect(outputs[0]).toMatchObject([{ outcome: null }, { ...SKIPPED, duplicate_of: gateway.placed[0].sid }]);
		expect(gateway.rang(A)).toBe(1);
	});

	test('two executions at the same moment in one process ring once', async () => {
		const runs = await Promise.all([dial([A, B]), dial([B, A]), dial([A])]);
		expect([gateway.rang(A), gateway.rang(B)]).toEqual([1, 1]);
		expect(runs.flatMap(({ outputs }) => outputs[0]).filter(({ outcome }) => outcome === 'skipped')).toHaveLength(3);
	});

	test('a key by expression, item by item', async () => {
		const items = [['a', A], ['a', B], ['b', A]].map(([contact, phone]) => ({ json: { contact, phone } }));
		const { outputs } = await call(gateway, { items, parameters: guarded({ key: '={{ $json.contact }}' }, { callsInParallel: 1 }) });
		expect(outputs[0].map(({ outcome }) => outcome)).toEqual([null, 'skipped', null]);
	});

	test('after a restart of the process: skipped all the same', async () => {
		await dial([A]);
		await jest.isolateModulesAsync(async () => {
			const fresh = require('./processed');
			await fresh.startProcessed();
			for (const [row, entries] of rows) fresh.rows.set(row, entries);
			const { outputs } = await require('./calls').call(gateway, { items: phones(A), parameters: guarded() });
			expect(outputs[0]).toMatchObject([{ ...SKIPPED, duplicate_of: null }]);
		});
		expect(gateway.rang(A)).toBe(1);
	});
});

describe('taken back when certainly not placed, so that the next execution dials', () => {
	test.each([['429', { kind: '429' }], ['480', { kind: '480' }], ['401', { kind: '401' }], ['403', { kind: '403' }], ['a redirect', { kind: 'redirect', location: 'http://127.0.0.1:9/' }]])('%s', async (_what, fault) => {
		gateway.setFaults([fault]);
		for (const settings of [{}, CONTINUE]) await call(gateway, { items: phones(A), parameters: guarded(), settings });
		gateway.clearFaults();
		const { outputs } = await dial([A]);
		expect(outputs[0]).toMatchObject([{ outcome: null, sid: gateway.placed[0].sid }]);
	});

	test('nothing listens', async () => {
		await call(gateway, { credential: { baseUrl: await deadUrl() }, items: phones(A), parameters: guarded() });
		expect([...rows.values()].flat()).toEqual([]);
	});

	test('the window closed while the call waited for its turn', async () => {
		const real = Date.now.bind(Date);
		let offset = Date.parse('2026-11-23T17:59:59Z') - real();
		const spy = jest.spyOn(Date, 'now').mockImplementation(() => real() + offset);
		faults.check = () => (offset += 2000);
		const callingWindow = { window: { days: [1], from: '09:00', to: '18:00', timeZone: 'UTC' } };
		const { outputs } = await dial([A], { options: { callingWindow } });
		spy.mockRestore();
		expect(outputs[0]).toMatchObject([{ skip_reason: 'outside calling window' }]);
		expect([...rows.values()].flat()).toEqual([]);
	});

	test('a second item with the number of a call that was not placed is not called a duplicate of nothing', async () => {
		gateway.setFaults([{ kind: '480', count: 1 }]);
		const { outputs } = await call(gateway, { items: phones(A, A), parameters: guarded(), settings: CONTINUE });
		// Either it is dialled in its stead, or it says that nobody was called; a "duplicate" that repeats no call is a lie.
		expect(gateway.rang(A) === 1 || outputs[0][1].skip_reason !== 'duplicate').toBe(true);
	});
});

test.each(['500', '500-after-placing', 'reset', 'reset-after-placing', 'broken-json', 'html'])('%s is in doubt: kept, and the number is not called again', async (kind) => {
	gateway.setFaults([{ kind, count: 1 }]);
	const first = await dial([A]);
	expect(first.outputs[0]).toMatchObject([{ outcome: 'unknown' }]);
	const { outputs } = await dial([A]);
	expect(outputs[0]).toMatchObject([SKIPPED]);
	expect(gateway.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

describe('with Retry On Fail', () => {
	const RETRY = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
	test.each([['Stop', {}], ['Continue', CONTINUE]])('%s: each rings once, and no call of the first try comes out as a duplicate of itself', async (_mode, mode) => {
		gateway.setFaults([{ kind: '480', number: '0201', count: 2 }]);
		const { outputs } = await call(gateway, { items: phones(A, B), parameters: guarded(), settings: { ...RETRY, ...mode } });
		expect([gateway.rang(A), gateway.rang(B)]).toEqual([1, 1]);
		expect(outputs[0].map(({ sid }) => sid)).toEqual([A, B].map((number) => gateway.placed.find((placed) => placed.number === number).sid));
	});
});

describe('the store fails in the middle of a run', () => {
	const numbers = Array.from({ length: 8 }, (_, index) => `+1202555020${index}`);
	const fail = (end) => (items) => {
		if (items.some((item) => String(item).endsWith(end))) throw new Error('database is locked');
	};

	test('Stop: the error names the item and the sids of what was placed; nothing rings afterwards', async () => {
		faults.check = fail('0203');
		const { status, error } = await dial(numbers, { options: { callsInParallel: 2 } });
		const placed = gateway.placed.length;
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(status).toBe('error');
		expect(error.message).toMatch(/\[item 3\]/);
		expect(gateway.placed).toHaveLength(placed);
		for (const { sid } of gateway.placed) expect(error.description ?? '').toContain(sid);
	});

	test('Continue: one output per item; placed calls keep their sid', async () => {
		faults.check = fail('0203');
		const { outputs } = await call(gateway, { items: phones(...numbers), parameters: guarded(), settings: CONTINUE });
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(outputs[0].map(({ sid }) => sid).filter(Boolean).sort()).toEqual(gateway.placed.map(({ sid }) => sid).sort());
		expect(outputs[0][3]).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/\[item 3\]/) });
	});

	test('Retry On Fail: no number rings twice', async () => {
		faults.check = fail('0203');
		await call(gateway, { items: phones(...numbers), parameters: guarded({}, { callsInParallel: 2 }), settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 } });
		await new Promise((resolve) => setTimeout(resolve, 100));
		for (const number of numbers) expect(gateway.rang(number)).toBeLessThanOrEqual(1);
	});

	test('a record that cannot be taken back does not hide why the call failed', async () => {
		faults.remove = () => {
			throw new Error('database is locked');
		};
		gateway.setFaults([{ kind: '480' }]);
		const { outputs } = await call(gateway, { items: phones(A, B), parameters: guarded(), settings: CONTINUE });
		expect(outputs[0]).toMatchObject([0, 1].map((item) => ({ outcome: 'failed', error: expect.stringMatching(new RegExp(`no available feature servers.*\\[item ${item}\\]`)) })));
	});
});
