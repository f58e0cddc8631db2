'use strict';

const { compiled } = require('./compiled');
const { store, turn } = require('./processedStore');
const { NODE, strict } = require('./strictContext');

const { NoRepeat } = compiled('dialling/noRepeat.js');

const HOUR = 3_600_000;
const START = 1_795_000_000_000;
beforeEach(() => jest.useFakeTimers({ now: START, doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

let count = 0;

function guard(stored, options = {}, number = '+12025550200', { node = NODE, workflow = `workflow-${count}`, type = 'main', code = NoRepeat } = {}) {
	const context = strict({ getNode: () => node, getWorkflow: () => ({ id: workflow }), helpers: stored.helpers(node), instanceSettings: { instanceType: type } });
	return code.from(context, options, number);
}
const isNew = async (...args) => {
	const recorded = await guard(...args).record();
	// As after every call: whoever waits to hear whether it was placed goes on.
	recorded.keep?.();
	return !('duplicateOf' in recorded);
};
beforeEach(() => count++);

describe('remembering', () => {
	test('a number is new once, another one is new too', async () => {
		const stored = store();
		expect([await isNew(stored), await isNew(stored), await isNew(stored, {}, '+12025550201')]).toEqual([true, false, true]);
	});

	test('ten at the same moment: one is new', async () => {
		const stored = store();
		const answers = await Promise.all(Array.from({ length: 10 }, async () => await isNew(stored)));
		expect(answers.filter(Boolean)).toHaveLength(1);
	});

	test('of many numbers at the same moment none is forgotten', async () => {
		const stored = store();
		const numbers = Array.from({ length: 30 }, (_, index) => `+120255502${String(index).padStart(2, '0')}`);
		await Promise.all(numbers.map(async (number) => await isNew(stored, {}, number)));
		for (const number of numbers) expect(await isNew(stored, {}, number)).toBe(false);
	});

	test('the store holds hashes, no number', async () => {
		const stored = store();
		await isNew(stored);
		expect(JSON.stringify([...stored.rows])).not.toContain('2025550200');
	});

	test('a key instead of the number; blanks and an empty key', async () => {
		const stored = store();
		expect(await isNew(stored, { key: 'ann' }, '+1')).toBe(true);
		expect(await isNew(stored, { key: ' ann ' }, '+2')).toBe(false);
		expect(await isNew(stored, { key: 0 }, '+3')).toBe(true);
		expect(await isNew(stored, { key: '0' }, '+4')).toBe(false);
		expect(await isNew(stored, { key: ' ' }, '+5')).toBe(true);
		expect(await isNew(stored, { key: '' }, '+5')).toBe(false);
	});

	test('two different objects as keys are two keys, or are refused', async () => {
		const stored = store();
		const seen = [];
		for (const id of [1, 2]) {
			try {
				seen.push(await isNew(stored, { key: { id } }, `+${id}`));
			} catch (error) {
				seen.push(error.name);
			}
		}
		expect([['UnusableValueError', 'UnusableValueError'], [true, true]]).toContainEqual(seen);
	});

	test('scopes: a node for itself, or all nodes of the workflow', async () => {
		const stored = store();
		const other = { node: { ...NODE, id: 'other-node' } };
		expect(await isNew(stored, { scope: 'node' })).toBe(true);
		expect(await isNew(stored, { scope: 'node' }, '+12025550200', other)).toBe(true);
		expect(await isNew(stored, { scope: 'workflow' })).toBe(true);
		expect(await isNew(stored, { scope: 'workflow' }, '+12025550200', other)).toBe(false);
	});
});

describe('workers that share the store, which has no lock between them', () => {
	/** The same code in another process. */
	function otherProcess() {
		let code;
		jest.isolateModules(() => (code = compiled('dialling/noRepeat.js').NoRepeat));
		return code;
	}

	/** Lets the time go on until it is done. */
	async function done(job) {
		let over = false;
		const result = job.finally(() => (over = true));
		while (!over) {
			await turn();
			jest.advanceTimersByTime(10);
		}
		return await result;
	}

	const processes = Array.from({ length: 3 }, otherProcess);
	const workersOf = (count) => processes.slice(0, count).map((code) => ({ type: 'worker', code }));
	const dials = (recorded) => !('duplicateOf' in recorded);

	test('different numbers at the same moment: all are new, and none is forgotten', async () => {
		const stored = store();
		const numbers = Array.from({ length: 20 }, (_, index) => `+120255503${String(index).padStart(2, '0')}`);
		const workers = workersOf(2);
		const records = (shift) => done(Promise.all(numbers.map(async (number, index) => await guard(stored, {}, number, workers[(index + shift) % 2]).record())));
		const first = await records(0);
		expect(first.map(dials)).toEqual(numbers.map(() => true));
		for (const recorded of first) recorded.keep();
		expect((await records(1)).map(dials)).toEqual(numbers.map(() => false));
	});

	// A change of the store takes up to 40 turns here, that is 400 ms: shorter than a worker waits before it looks.
	test.each(Array.from({ length: 12 }, (_, seed) => seed))('the same number at the same moment, at three workers, while others are recorded: one dials (seed %d)', async (seed) => {
		let state = seed;
		const random = (below) => {
			state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
			return Math.floor((state / 2 ** 31) * below);
		};
		const stored = store({ latency: () => random(20) });
		const workers = workersOf(3);
		const numbers = ['+12025550210', '+12025550211', '+12025550212'];
		const asked = numbers.flatMap((number) => workers.map((worker) => ({ number, worker })));
		const answers = await done(
			Promise.all(
				asked.map(async ({ number, worker }) => {
					for (let turns = random(60); turns > 0; turns--) await turn();
					const recorded = await guard(stored, {}, number, worker).record();
					recorded.keep?.();
					return { number, worker, dials: dials(recorded), earlier: recorded.duplicateOf?.() };
				}),
			),
		);
		for (const number of numbers) expect([number, answers.filter((answer) => answer.number === number && answer.dials).length]).toEqual([number, 1]);
		// No worker knows the call of another one, and each still answers.
		for (const { number, worker, earlier } of answers.filter((answer) => !answer.dials)) {
			expect(earlier).toBeNull();
			expect(dials(await done(guard(stored, {}, number, worker).record()))).toBe(false);
		}
	});

	test('a number that was taken back is new at another worker', async () => {
		const stored = store();
		const [one, other] = workersOf(2);
		const recorded = await done(guard(stored, {}, undefined, one).record());
		await recorded.takeBack();
		expect([...stored.rows.values()].flat()).toEqual([]);
		expect(dials(await done(guard(stored, {}, undefined, other).record()))).toBe(true);
	});

	test('in one worker a duplicate waits until the first one is sure, and names its call', async () => {
		const stored = store();
		const [worker] = workersOf(1);
		const [first, second] = [guard(stored, {}, undefined, worker).record(), guard(stored, {}, undefined, worker).record()];
		(await done(first)).sid('sid-1');
		expect((await done(second)).duplicateOf()).toBe('sid-1');
	});

	test('in one worker, too, a duplicate of a call that turns out not to be placed is none', async () => {
		const stored = store();
		const [worker] = workersOf(1);
		const [first, second] = [guard(stored, {}, undefined, worker).record(), guard(stored, {}, undefined, worker).record()];
		const recorded = await done(first);
		// Time for the second to be told too early.
		for (let turns = 0; turns < 100; turns++) await turn();
		await recorded.takeBack();
		expect(dials(await done(second))).toBe(true);
	});

	test('a record that is undone again and again is given up, and nothing is dialled', async () => {
		const stored = store();
		const [worker] = workersOf(1);
		const undo = setInterval(() => stored.rows.clear(), 50);
		await expect(done(guard(stored, {}, undefined, worker).record())).rejects.toThrow('Do Not Call Again: other workers change the records of this node all the time.');
		clearInterval(undo);
		expect([...stored.rows.values()].flat()).toEqual([]);
		expect(dials(await done(guard(stored, {}, undefined, worker).record()))).toBe(true);
	});

	test.each([[false, 'free again'], [true, 'recorded, because that failed too']])('a storage that fails while a worker looks: an error, and the number is (%p) %s', async (stays) => {
		const stored = store();
		const [worker] = workersOf(1);
		const context = (helpers) => strict({ getNode: () => NODE, getWorkflow: () => ({ id: 'w' }), helpers, instanceSettings: { instanceType: 'worker' } });
		const helpers = stored.helpers(NODE);
		let asked = 0;
		const failing = {
			...helpers,
			checkProcessedAndRecord: async (...args) => {
				if ((asked += 1) === 3) throw new Error('database is locked');
				return await helpers.checkProcessedAndRecord(...args);
			},
			removeProcessed: async (...args) => {
				if (stays) throw new Error('database is locked');
				return await helpers.removeProcessed(...args);
			},
		};
		await expect(done(worker.code.from(context(failing), {}, '+1').record())).rejects.toThrow('database is locked');
		expect(dials(await done(worker.code.from(context(helpers), {}, '+1').record()))).toBe(!stays);
	});

	test('a process that has the store for itself does not wait', async () => {
		const stored = store();
		expect(dials(await guard(stored).record())).toBe(true);
		expect(stored.rows.get(`n:${NODE.id}`)).toHaveLength(9);
	});
});

describe('the period', () => {
	test.each([24, 1, 0.5, 168])('%d hours: never new before it is over, new at most an eighth later, wherever in a slice the call was', async (hours) => {
		for (const offset of [0, 0.001, 0.3, 0.999, 1]) {
			const stored = store();
			const called = START + (offset * hours * HOUR) / 8;
			const ask = async (after) => {
				jest.setSystemTime(called + after);
				const copy = store();
				for (const [row, entries] of stored.rows) copy.rows.set(row, [...entries]);
				return await isNew(copy, { period: hours });
			};
			jest.setSystemTime(called);
			await isNew(stored, { period: hours });
			for (const part of [0, 0.1, 0.5, 0.9, 0.999_999]) expect([offset, part, await ask(part * hours * HOUR)]).toEqual([offset, part, false]);
			expect([offset, await ask(1.125 * hours * HOUR + 1)]).toEqual([offset, true]);
		}
	});

	test('after it is over the next call is remembered for a whole period again', async () => {
		const stored = store();
		for (let round = 0; round < 4; round++) {
			expect(await isNew(stored, { period: 24 })).toBe(true);
			jest.setSystemTime(Date.now() + 24 * HOUR - 1);
			expect(await isNew(stored, { period: 24 })).toBe(false);
			jest.setSystemTime(Date.now() + 3 * HOUR + 2);
		}
	});

	test('a duplicate does not make the period longer', async () => {
		const stored = store();
		await isNew(stored, { period: 24 });
		jest.setSystemTime(START + 20 * HOUR);
		expect(await isNew(stored, { period: 24 })).toBe(false);
		jest.setSystemTime(START + 27 * HOUR + 1);
		expect(await isNew(stored, { period: 24 })).toBe(true);
	});

	test.each([0, -1, 'a day', NaN, Infinity, 8785])('%p hours are refused', (period) => {
		expect(() => guard(store(), { period })).toThrow(/^Do Not Call Again: .*For \(Hours\).*from above 0 to 8784/);
	});

	test('an unsaved workflow is refused', () => {
		expect(() => guard(store(), {}, '+1', { workflow: undefined })).not.toThrow();
		const context = strict({ getNode: () => NODE, getWorkflow: () => ({ id: undefined }), helpers: {} });
		expect(() => NoRepeat.from(context, {}, '+1')).toThrow(/save the workflow first/);
	});
});

describe('taking back', () => {
	test('makes the number new again, whatever else was recorded meanwhile', async () => {
		const stored = store();
		const recorded = await guard(stored).record();
		await Promise.all([recorded.takeBack(), isNew(stored, {}, '+12025550201')]);
		expect(await isNew(stored)).toBe(true);
		expect(await isNew(stored, {}, '+12025550201')).toBe(false);
	});

	test('leaves nothing behind', async () => {
		const stored = store();
		await (await guard(stored).record()).takeBack();
		expect([...stored.rows.values()].flat()).toEqual([]);
	});

	test('also when it happens in a later slice', async () => {
		const stored = store();
		const recorded = await guard(stored, { period: 1 }).record();
		jest.setSystemTime(START + HOUR / 3);
		await recorded.takeBack();
		expect(await isNew(stored, { period: 1 })).toBe(true);
	});
});

describe('a duplicate names the call it repeats', () => {
	test('once that is known', async () => {
		const stored = store();
		const first = await guard(stored).record();
		const waiting = guard(stored).record();
		first.sid('sid-1');
		expect((await waiting).duplicateOf()).toBe('sid-1');
		expect((await guard(stored).record()).duplicateOf()).toBe('sid-1');
	});

	test('not when it may have been placed and has no sid', async () => {
		const stored = store();
		const first = await guard(stored).record();
		const waiting = guard(stored).record();
		first.keep();
		expect((await waiting).duplicateOf()).toBeNull();
	});

	test('a duplicate of a call that turns out not to be placed is none', async () => {
		const stored = store();
		const first = await guard(stored).record();
		const [second, third] = [guard(stored).record(), guard(stored).record()];
		await first.takeBack();
		const recorded = await Promise.race([second, third]);
		recorded.sid('sid-2');
		const all = await Promise.all([second, third]);
		expect(all.filter((each) => 'takeBack' in each)).toHaveLength(1);
		expect(all.find((each) => 'duplicateOf' in each).duplicateOf()).toBe('sid-2');
	});

	test('and not one of an earlier period, another key or another workflow', async () => {
		const stored = store();
		(await guard(stored, { period: 1 }).record()).sid('old');
		jest.setSystemTime(START + 2 * HOUR);
		expect(await isNew(stored, { period: 1 })).toBe(true);
		expect((await guard(stored, { period: 1 }).record()).duplicateOf()).toBeNull();
		expect(await isNew(store(), { period: 1 }, '+12025550200', { workflow: 'other' })).toBe(true);
	});
});

test('a store that fails once does not block the calls after it', async () => {
	const stored = store();
	const context = strict({ getNode: () => NODE, getWorkflow: () => ({ id: 'w' }), helpers: { checkProcessedAndRecord: async () => { throw new Error('database is locked'); } } });
	await expect(NoRepeat.from(context, {}, '+1').record()).rejects.toThrow('database is locked');
	expect(await isNew(stored)).toBe(true);
});
