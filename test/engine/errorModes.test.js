'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { closeServers, startServer } = require('./servers');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const NUMBERS = ['+12025550200', '+12025550201', '+12025550202', '+12025550203'];
const ITEMS = () => phones(...NUMBERS);
const ONE_BY_ONE = { options: { callsInParallel: 1 } };
const RETRY = { retryOnFail: true, maxTries: 5, waitBetweenTries: 1 };
const CONTINUE = { onError: 'continueRegularOutput' };
const ERROR_OUTPUT = { onError: 'continueErrorOutput' };

const rings = (numbers = NUMBERS) => numbers.map((number) => gateway.rang(number));
const sidOf = (number) => gateway.placed.find((placed) => placed.number === number).sid;
/** The second is refused, the third in doubt although it was placed. */
const MIXED = [{ kind: '480', number: '0201' }, { kind: 'reset-after-placing', number: '0202' }];

describe('Stop Workflow', () => {
	test('what was placed before stands in the error, what comes after is not dialled', async () => {
		gateway.setFaults([{ kind: '500-after-placing', number: '0200' }, { kind: '480', number: '0202' }]);
		const { status, error, outputs } = await call(gateway, { items: ITEMS(), parameters: ONE_BY_ONE });
		expect(status).toBe('error');
		expect(outputs).toEqual([]);
		expect(error.message).toMatch(/no available feature servers.*\[item 2\]$/);
		expect(error.description).toContain(`item 0: unknown, may have been placed; item 1: ${sidOf(NUMBERS[1])}`);
		expect(rings()).toEqual([1, 1, 0, 0]);
	});

	test('calls under way when one is refused are waited for, and stand in the error', async () => {
		// The last: when it is refused, the others are under way.
		gateway.setFaults([{ kind: '480', number: '0203' }, { kind: 'slow-after-placing', ms: 80 }]);
		const { error } = await call(gateway, { items: ITEMS() });
		for (const number of NUMBERS.slice(0, 3)) expect(error.description).toContain(sidOf(number));
	});

	test('with nothing placed the error says so', async () => {
		gateway.setFaults([{ kind: '480' }]);
		const { error } = await call(gateway, { items: ITEMS(), parameters: ONE_BY_ONE });
		expect(error.description).toContain('No call of this run was placed');
		expect(rings()).toEqual([0, 0, 0, 0]);
	});
});

describe('Continue', () => {
	test('one output per item, in order: placed, refused, in doubt, wrong', async () => {
		gateway.setFaults(MIXED);
		const items = [...ITEMS().slice(0, 3), { json: { phone: 'nonsense', id: 3 } }];
		const { status, outputs, items: out } = await call(gateway, { items, settings: CONTINUE });
		expect(status).toBe('success');
		expect(outputs[0]).toMatchObject([
			{ id: 0, outcome: null, sid: sidOf(NUMBERS[0]) },
			{ id: 1, outcome: 'failed', final: true, sid: null, error: expect.stringMatching(/no available feature servers.*\[item 1\]/), message: expect.stringMatching(/Nothing was placed/) },
			{ id: 2, outcome: 'unknown', final: false, sid: null, message: expect.stringMatching(/may have been placed/) },
			{ id: 3, outcome: 'failed', final: true, sid: null, error: expect.stringMatching(/"nonsense".*\[item 3\]/), message: expect.stringMatching(/Nothing was dialled/) },
		]);
		expect(outputs[0][0]).not.toHaveProperty('error');
		expect(outputs[0][2]).not.toHaveProperty('error');
		expect(out[0].map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3].map((item) => ({ item })));
		expect(rings(NUMBERS.slice(0, 3))).toEqual([1, 0, 1]);
	});

	test('one wrong item does not keep the others from being dialled', async () => {
		const { outputs } = await call(gateway, { items: [{ json: { phone: '' } }, ...phones(NUMBERS[0])], settings: CONTINUE });
		expect(outputs[0]).toMatchObject([{ error: expect.stringMatching(/phone number is empty.*\[item 0\]/) }, { sid: sidOf(NUMBERS[0]) }]);
	});

	test('numbers that cannot be read fail each item that needs them, with its own index', async () => {
		gateway.setFaults([{ kind: '403', operation: 'phoneNumbers' }]);
		const parameters = { application: { __rl: true, mode: 'list', value: 'assigned' } };
		const { outputs } = await call(gateway, { items: ITEMS().slice(0, 2), parameters, settings: CONTINUE });
		expect(outputs[0]).toMatchObject([0, 1].map((item) => ({ outcome: 'failed', error: expect.stringMatching(new RegExp(`insufficient permissions.*\\[item ${item}\\]`)) })));
	});

	test('a credential that cannot be used is said in one output per item, not passed over in silence', async () => {
		const { outputs } = await call(gateway, { credential: { accountSid: 'x' }, items: ITEMS(), settings: CONTINUE });
		expect(outputs[0]).toMatchObject(NUMBERS.map((phone) => ({ phone, error: expect.stringMatching(/Account SID is not a UUID/), outcome: 'failed' })));
	});
});

describe('Continue (using error output)', () => {
	test('refused items go to the second output with their input, placed and doubtful ones to the first', async () => {
		gateway.setFaults(MIXED);
		const { outputs, items } = await call(gateway, { items: ITEMS(), settings: ERROR_OUTPUT });
		expect(outputs[0]).toMatchObject([
			{ id: 0, sid: sidOf(NUMBERS[0]) }, { id: 2, outcome: 'unknown', sid: null }, { id: 3, sid: sidOf(NUMBERS[3]) },
		]);
		expect(outputs[1]).toEqual([
			{
				phone: NUMBERS[1], id: 1, error: expect.stringMatching(/no available feature servers.*\[item 1\]/), message: expect.stringMatching(/Nothing was placed/),
			},
		]);
		expect(items[1][0].pairedItem).toEqual({ item: 1 });
		expect(rings()).toEqual([1, 0, 1, 1]);
	});
});

describe('Retry On Fail, five tries: no number rings twice', () => {
	test.each([
		['Stop', {}],
		['Continue', CONTINUE],
		['Continue (using error output)', ERROR_OUTPUT],
	])('%s: one is refused at every try', async (mode, settings) => {
		gateway.setFaults(MIXED.map((fault) => ({ ...fault })));
		const refused = phones(NUMBERS[1]);
		const others = ITEMS().filter((_, index) => index !== 1);
		// n8n tries again for the first item's error; a run that stops has begun all others before the last is refused.
		const items = mode === 'Stop' ? [...others, ...refused] : [...refused, ...others];
		await call(gateway, { items, settings: { ...RETRY, ...settings }, parameters: { options: { callsInParallel: 5 } } });
		expect(rings()).toEqual([1, 0, 1, 1]);
		expect(gateway.requests.filter(({ status }) => status === 480)).toHaveLength(5);
	});

	test.each([
		['Stop', {}],
		['Continue', CONTINUE],
		['Continue (using error output)', ERROR_OUTPUT],
	])('%s: a refusal that passes heals, and everything placed at any try comes out', async (_mode, settings) => {
		gateway.setFaults([{ kind: '480', number: '0200', count: 2 }]);
		const { status, outputs } = await call(gateway, { items: ITEMS(), settings: { ...RETRY, ...settings } });
		expect(status).toBe('success');
		expect(outputs[0]).toMatchObject(NUMBERS.map((number) => ({ to: number, sid: sidOf(number), outcome: null })));
		expect(outputs[0][0]).not.toHaveProperty('error');
		expect(rings()).toEqual([1, 1, 1, 1]);
	});

	test.each(['500-after-placing', 'reset-after-placing', 'broken-json', 'html-after-placing', 'hang-after-placing', '500', 'reset'])(
		'%s is in doubt: asked once, whatever the others need',
		async (kind) => {
			gateway.setFaults([{ kind: '480', number: '0200', count: 2 }, { kind, number: '0201' }]);
			const { outputs } = await call(gateway, { items: phones(NUMBERS[0], NUMBERS[1]), settings: { ...RETRY, ...CONTINUE }, patienceMs: kind.startsWith('hang') ? 3_000 : undefined });
			expect(outputs[0]).toMatchObject([{ sid: sidOf(NUMBERS[0]) }, { outcome: 'unknown' }]);
			expect(gateway.requests.filter(({ method }) => method === 'POST')).toHaveLength(4);
		},
	);

	test('after the last try of a run that stops, the error names what every try had placed', async () => {
		gateway.setFaults([{ kind: '480', number: '0203' }]);
		const { status, error } = await call(gateway, { items: ITEMS(), settings: RETRY, parameters: ONE_BY_ONE });
		expect(status).toBe('error');
		for (const number of NUMBERS.slice(0, 3)) expect(error.description).toContain(sidOf(number));
		expect(rings()).toEqual([1, 1, 1, 0]);
	});

	test.each([
		['a text', 'something went wrong before'], ['an object', { message: 'before' }], ['an empty text', ''], ['zero', 0],
	])('an input field "error" that is %s, as another node leaves it behind, makes no number ring twice', async (_what, error) => {
		const { outputs } = await call(gateway, { items: [{ json: { phone: NUMBERS[0], error } }, { json: { phone: NUMBERS[1] } }], settings: RETRY });
		expect(rings(NUMBERS.slice(0, 2))).toEqual([1, 1]);
		expect(outputs[0]).toMatchObject([{ sid: sidOf(NUMBERS[0]), error }, { sid: sidOf(NUMBERS[1]) }]);
	});

	test('a wrong item in front makes no number ring twice', async () => {
		await call(gateway, { items: [{ json: { phone: 'x' } }, ...ITEMS()], settings: { ...RETRY, ...CONTINUE } });
		expect(rings()).toEqual([1, 1, 1, 1]);
	});

	test('the same number in two items rings for each of them', async () => {
		await call(gateway, { items: phones(NUMBERS[0], NUMBERS[0]), settings: RETRY });
		expect(rings(NUMBERS.slice(0, 1))).toEqual([2]);
	});
});

test('a 401 is not sent a second time by n8n\'s helper', async () => {
	const server = await startServer((_request, response) => response.writeHead(401).end('Unauthorized'));
	await call(gateway, { credential: { baseUrl: server.url } });
	expect(server.requests).toHaveLength(1);
});
