'use strict';

const { compiled } = require('./compiled');
const { letPass } = require('./fakeClock');
const { NODE, strict } = require('./strictContext');

const { DialSession, placedSoFar } = compiled('dialling/session.js');

let executions = 0;

/**
 * A run over items whose calls are answered in turn; an answer is a sid, or an error that n8n's storage or the gateway
 * stands for.
 *
 * @param {object} setup
 * @param {(object | Error)[]} setup.items what the preparer makes of each item: its guards, or the error of an item that cannot be dialled
 * @param {(index: number) => string | { problem: object }} [setup.answer] the gateway's answer to the call of an item
 */
function session({ items, answer = (index) => `sid-${index}`, options = {}, carryOn = false, aborted, json = {}, store = {}, type = NODE.type, onError }) {
	const log = [];
	const sent = [];
	const context = strict({
		getNode: () => ({ ...NODE, type, onError }),
		getNodeParameter: (name, index, fallback) => {
			if (name !== 'options' || index !== 0) throw new Error(`${name} of item ${index}`);
			return options ?? fallback;
		},
		getInputData: () => items.map(() => ({ json })),
		getExecutionCancelSignal: () => (aborted === undefined ? undefined : { aborted: aborted() }),
		getContext: () => store,
		evaluateExpression: () => 0,
		getExecutionId: () => `session-${executions}`,
		continueOnFail: () => carryOn,
		logger: { warn: (text) => log.push(`warn: ${text}`), error: (text) => log.push(`error: ${text}`), info: () => {} },
	});
	const client = {
		account: { baseUrl: `http://session-${executions}.test`, accountSid: 'a' },
		send: async ({ path, body }) => {
			const what = path === '/Calls' ? body.index : path;
			sent.push(what);
			const answered = answer(what);
			return typeof answered === 'string' ? { answer: { status: 201, headers: {}, body: { sid: answered } } } : answered;
		},
		error: (problem, itemIndex) => Object.assign(new Error(problem.message), { description: problem.description, context: { itemIndex } }),
	};
	const preparer = {
		prepare: async (index) => (items[index] instanceof Error ? { error: items[index] } : { request: { index, to: { type: 'user', name: 'x' } }, guards: items[index] }),
	};
	return { dialling: new DialSession(context, client, preparer), log, sent, store };
}
beforeEach(() => executions++);

const NOT_PLACED = { problem: { message: 'Busy here.', description: 'Try again.', code: '400', effect: 'no' } };
const UNKNOWN = { problem: { message: 'No answer.', description: 'It may ring.', code: 'timeout', effect: 'unknown' } };

describe('the options of the run', () => {
	test.each([
		['callsInParallel', 'Calls in Parallel', 1, [0, -1, 0.5, 'many', NaN, Infinity, '1e999']],
		['callsPerSecond', 'Calls per Second', 0.001, [0, -1, 0.0009, 'fast', Infinity]],
		['maxActiveCalls', 'Max Active Calls', 1, [0, 0.9, 'all', Infinity]],
		['retriesIfNotPlaced', 'Retries If Not Placed', 0, [-1, 'often', Infinity]],
	])('%s takes a number of at least its least', (option, title, least, wrong) => {
		for (const value of wrong) {
			expect(() => session({ items: [{}], options: { [option]: value } })).toThrow(
				expect.objectContaining({ message: `${title}: "${value}" is not a number of at least ${least}. [item 0]`, description: 'Nothing was dialled. Correct the option.' }),
			);
		}
		for (const value of [least, String(least), least + 1, undefined, null, '']) expect(session({ items: [{}], options: { [option]: value } }).dialling.results).toEqual([]);
	});

	test('without options, a call that was not placed is tried three times in all; told so, once', async () => {
		const problem = { problem: { ...NOT_PLACED.problem, code: '480' } };
		jest.useFakeTimers({ now: 1_795_000_000_000 });
		try {
			for (const [options, tries] of [[{}, 3], [{ retriesIfNotPlaced: 0 }, 1], [{ retriesIfNotPlaced: 1.9 }, 2], [{ retriesIfNotPlaced: '' }, 3]]) {
				executions++;
				const { dialling, log, sent } = session({ items: [{}], answer: () => problem, options, carryOn: true });
				await letPass(dialling.dial(), 1000);
				expect([options, sent.length, log]).toEqual([options, tries, []]);
			}
		} finally {
			jest.useRealTimers();
		}
	});

	test.each([[undefined, 5], ['', 5], [3, 3], [2.9, 2], ['4', 4]])('with %p calls in parallel, %i are under way at once', async (callsInParallel, most) => {
		let now = 0;
		let seen = 0;
		let release;
		const asManyAsMay = new Promise((resolve) => (release = resolve));
		const noRepeat = {
			record: async () => {
				seen = Math.max(seen, ++now);
				if (now === most) release();
				await asManyAsMay;
				// Time for one too many.
				await new Promise((resolve) => setTimeout(resolve, 20));
				now--;
				return { duplicateOf: () => null };
			},
		};
		await session({ items: Array.from({ length: 12 }, () => ({ noRepeat })), options: { callsInParallel } }).dialling.dial();
		expect(seen).toBe(most);
	});
});

describe('a run that a stop or a failure ends', () => {
	test('an item that cannot be dialled: nothing rings at all, and the error says so', async () => {
		const { dialling, sent } = session({ items: [{}, Object.assign(new Error('no number [item 1]'), { description: undefined })] });
		await expect(dialling.dial()).rejects.toMatchObject({ message: 'no number [item 1]', description: 'No call of this run was placed.' });
		expect(sent).toEqual([]);
	});

	test('set to continue, the others ring', async () => {
		const { dialling, sent } = session({ items: [new Error('no number'), {}], carryOn: true });
		expect(await dialling.dial()).toMatchObject([{ error: { message: 'no number' } }, { placement: { placed: 'yes', sid: 'sid-1' } }]);
		expect(sent).toEqual([1]);
	});

	test('the error lists what was placed, or may have been', async () => {
		const answers = ['sid-0', UNKNOWN, NOT_PLACED];
		const { dialling, sent } = session({ items: [{}, {}, {}, {}], answer: (index) => answers[index], options: { callsInParallel: 1, retriesIfNotPlaced: 0 } });
		await expect(dialling.dial()).rejects.toMatchObject({
			message: 'Busy here. [item 2]',
			description: 'Try again. Calls of this run that were placed: item 0: sid-0; item 1: unknown, may have been placed.',
		});
		expect(sent).toEqual([0, 1, 2]);
	});

	test('stopped while it waits for a free line: nothing is dialled, and that is no error', async () => {
		let stop = false;
		const counted = () => ((stop = true), { answer: { status: 200, headers: {}, body: { inbound: 3, outbound: 0 } } });
		const { dialling, sent } = session({ items: [{}], answer: counted, options: { maxActiveCalls: 1 }, aborted: () => stop });
		expect(await dialling.dial()).toMatchObject([{ error: undefined, placement: undefined }]);
		expect(sent).toEqual(['/CallCount']);
	});

	test.each([[UNKNOWN, 2], [NOT_PLACED, 1]])('under a limit of active calls, one that ended as %j: the count is asked %i times for two calls', async (first, questions) => {
		let stop = false;
		let counts = 0;
		const answer = (what) => {
			if (what === 0) return first;
			if (what === 1) return 'sid-1';
			stop = ++counts === 2;
			return { answer: { status: 200, headers: {}, body: { inbound: 0, outbound: counts - 1 } } };
		};
		const { dialling, sent } = session({ items: [{}, {}], answer, options: { callsInParallel: 1, retriesIfNotPlaced: 0, maxActiveCalls: 1 }, carryOn: true, aborted: () => stop });
		await dialling.dial();
		expect(sent.filter((what) => what === '/CallCount')).toHaveLength(questions);
	});

	test('a user who stops it finds what was placed in the log', async () => {
		let stop = false;
		const { dialling, log, sent } = session({ items: [{}, {}], answer: () => ((stop = true), 'sid-0'), options: { callsInParallel: 1 }, aborted: () => stop });
		expect(await dialling.dial()).toMatchObject([{ placement: { sid: 'sid-0' } }, {}]);
		expect(log).toEqual(['warn: The run was stopped. Calls of this run that were placed: item 0: sid-0.']);
		expect(sent).toEqual([0]);
	});

	test('a second start of the execution dials nothing', async () => {
		await session({ items: [{}] }).dialling.dial();
		const { dialling, sent } = session({ items: [{}], store: {} });
		await expect(dialling.dial()).rejects.toMatchObject({ message: expect.stringMatching(/^n8n has started this execution a second time\. Nothing was dialled/), description: expect.stringMatching(/first start/) });
		expect(sent).toEqual([]);
	});

	test('as a tool an item that fails is put out, unless the node is told to stop', async () => {
		const failing = { items: [new Error('no number')], type: `${NODE.type}Tool` };
		expect(await session(failing).dialling.dial()).toHaveLength(1);
		executions++;
		await expect(session({ ...failing, onError: 'stopWorkflow' }).dialling.dial()).rejects.toThrow('no number');
	});
});

describe('a later try of the same run', () => {
	test('does not dial again, and knows which calls are an earlier try\'s', async () => {
		const store = {};
		await session({ items: [{}, {}], store, answer: (index) => (index ? NOT_PLACED : 'sid-0'), carryOn: true, options: { retriesIfNotPlaced: 0 } }).dialling.dial();
		const { dialling, sent } = session({ items: [{}, {}], store });
		expect(await dialling.dial()).toMatchObject([{ placement: { sid: 'sid-0' } }, { placement: { sid: 'sid-1' } }]);
		expect([sent, [...dialling.remembered]]).toEqual([[1], [0]]);
	});

	test('whose item has become unusable still tells what the earlier one placed', async () => {
		const store = {};
		await session({ items: [{}, {}], store }).dialling.dial();
		const dialled = session({ items: [new Error('gone'), {}], store });
		expect(await dialled.dialling.dial()).toMatchObject([{ placement: { sid: 'sid-0' }, error: undefined }, { placement: { sid: 'sid-1' } }]);
		const { dialling } = session({ items: [{}, {}, new Error('gone')], store });
		await expect(dialling.dial()).rejects.toMatchObject({ description: 'Calls of this run that were placed: item 0: sid-0; item 1: sid-1.' });
	});

	test.each([
		['all went well', {}, 'sid-0', true], ['an item failed', {}, NOT_PLACED, false], ['the input has a field "error", for which n8n runs the node again', { error: 'of before' }, 'sid-0', false],
	])('is forgotten at the end when %s: %p %p', async (_what, json, answer, forgotten) => {
		const { dialling, store } = session({ items: [{}, {}], json, answer: (index) => (index ? 'sid-1' : answer), carryOn: true, options: { retriesIfNotPlaced: 0 } });
		await dialling.dial();
		dialling.forget();
		expect(Object.keys(store['dialled:0']).length === 0).toBe(forgotten);
	});
});

describe('n8n\'s storage fails', () => {
	const recorded = (more) => ({ noRepeat: { record: async () => ({ sid() {}, keep() {}, takeBack: async () => {}, ...more }) } });
	const fails = async () => {
		throw new Error('database is locked');
	};

	test('before the call: it is not placed, and the others are', async () => {
		const { dialling } = session({ items: [{ noRepeat: { record: fails } }, {}], carryOn: true });
		const [first, second] = await dialling.dial();
		expect(first.error).toMatchObject({ message: 'database is locked [item 0]', description: 'Nothing was dialled for this item. Try again.', context: { itemIndex: 0 } });
		expect(second.placement).toMatchObject({ sid: 'sid-1' });
	});

	test.each([['yes', 'sid-0'], ['unknown', UNKNOWN]])('once the call was placed (%s): it is no error, and the log says what may be missing', async (placed, answer) => {
		const { dialling, log } = session({ items: [recorded({ keep: () => { throw new Error('database is locked'); } })], answer: () => answer });
		expect(await dialling.dial()).toMatchObject([{ placement: { placed }, error: undefined }]);
		expect(log).toEqual(['error: Item 0 was dialled, but not everything about it could be stored: database is locked']);
	});

	test('when the record of a call that was not placed is to be taken back: the reason of the call stays', async () => {
		const { dialling, log } = session({ items: [recorded({ takeBack: fails })], answer: () => NOT_PLACED, carryOn: true, options: { retriesIfNotPlaced: 0 } });
		expect(await dialling.dial()).toMatchObject([{ error: { message: 'Busy here. [item 0]', context: { itemIndex: 0 } } }]);
		expect(log).toEqual(['error: Item 0 was not dialled, but stays recorded as called: database is locked']);
	});
});

describe('the calling window', () => {
	const window = (open, next = '2026-11-24T09:00:00.000Z') => ({ isOpen: open, nextOpening: () => next });

	test.each([['skip'], [undefined]])('closed, set to %p: left out, with the next opening', async (outside) => {
		const { dialling, sent } = session({ items: [{ window: window(() => false), outside }, {}] });
		expect(await dialling.dial()).toMatchObject([{ skipped: { reason: 'outside calling window', nextWindowAt: '2026-11-24T09:00:00.000Z' }, error: undefined }, { placement: { sid: 'sid-1' } }]);
		expect(sent).toEqual([1]);
	});

	test.each([['2026-11-24T09:00:00.000Z', 'at 2026-11-24T09:00:00.000Z.'], [null, 'at no time within a year.']])('closed, set to fail, next opening %p', async (next, text) => {
		const { dialling } = session({ items: [{ window: window(() => false, next), outside: 'error' }] });
		await expect(dialling.dial()).rejects.toMatchObject({
			message: 'Outside the calling window: this call may not be placed now. [item 0]',
			description: `Nothing was dialled for this item. The window opens next ${text} No call of this run was placed.`,
			context: { itemIndex: 0 },
		});
	});

	test('that closes just before dialling: not dialled, and one error only', async () => {
		const answers = [true, false];
		const { dialling, sent } = session({ items: [{ window: window(() => answers.shift()), outside: 'error' }], carryOn: true });
		const [result] = await dialling.dial();
		expect([result.error.message, result.placement, sent]).toEqual([expect.stringMatching(/^Outside the calling window/), undefined, []]);
	});
});

test('the calling window closes between two tries: not dialled again, and the window is the reason', async () => {
	jest.useFakeTimers({ now: 1_795_000_000_000 });
	try {
		const open = [true, true, false];
		const window = { isOpen: () => open.shift() ?? false, nextOpening: () => null };
		const { dialling, sent } = session({ items: [{ window, outside: 'error' }], answer: () => ({ problem: { ...NOT_PLACED.problem, code: '480' } }), carryOn: true });
		expect(await letPass(dialling.dial(), 1000)).toMatchObject([{ error: { message: expect.stringMatching(/^Outside the calling window/) } }]);
		expect(sent).toEqual([0]);
	} finally {
		jest.useRealTimers();
	}
});

test('what was placed, as a text', () => {
	expect(placedSoFar([])).toBe('No call of this run was placed.');
	expect(placedSoFar([{}, { placement: { placed: 'no' } }])).toBe('No call of this run was placed.');
	expect(placedSoFar([{ placement: { placed: 'yes', sid: 'a' } }, {}, { placement: { placed: 'unknown' } }])).toBe('Calls of this run that were placed: item 0: a; item 2: unknown, may have been placed.');
});
