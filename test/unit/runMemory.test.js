'use strict';

const { compiled } = require('./compiled');
const { NODE, strict } = require('./strictContext');

const { RunMemory } = compiled('dialling/runMemory.js');

const PLACED = { placed: 'yes', sid: 'sid-1', callid: null };

let executions = 0;
beforeEach(() => executions++);

/** The memory of a try; `store` is what n8n keeps with the execution's data. */
function attempt(store, { run = 0, execution = `memory-${executions}`, node = NODE } = {}) {
	const context = strict({
		getContext: (type) => {
			if (type !== 'node') throw new Error(`context "${type}"`);
			return store;
		},
		evaluateExpression: (expression) => {
			if (expression !== '{{ $runIndex }}') throw new Error(`expression "${expression}"`);
			return run;
		},
		getExecutionId: () => execution,
		getNode: () => node,
	});
	return new RunMemory(context);
}

test('a later try of the run knows what an earlier one dialled', () => {
	const store = {};
	attempt(store).set(1, PLACED);
	const later = attempt(store);
	expect([later.get(0), later.get(1), later.ofSecondStart]).toEqual([undefined, PLACED, false]);
});

test('the next round of a loop dials anew, and carries nothing of the rounds before along', () => {
	const store = { other: { of: 'another purpose' } };
	attempt(store).set(0, PLACED);
	const next = attempt(store, { run: 1 });
	expect(next.get(0)).toBeUndefined();
	next.set(0, { ...PLACED, sid: 'sid-2' });
	expect(store).toEqual({ other: { of: 'another purpose' }, start: expect.stringMatching(/^[0-9a-f]{16}$/), 'dialled:1': { 0: { ...PLACED, sid: 'sid-2' } } });
});

test('what is forgotten is no longer there', () => {
	const store = {};
	const memory = attempt(store);
	memory.set(0, PLACED);
	memory.set(7, PLACED);
	memory.clear();
	expect([memory.get(0), store['dialled:0']]).toEqual([undefined, {}]);
});

describe('a second start of the same execution', () => {
	test('has data of its own, and is told', () => {
		expect(attempt({}).ofSecondStart).toBe(false);
		expect(attempt({}).ofSecondStart).toBe(true);
	});

	test('is not: a second try, another execution, another node, another round of a loop', () => {
		const store = {};
		expect(attempt(store).ofSecondStart).toBe(false);
		expect(attempt(store).ofSecondStart).toBe(false);
		expect(attempt({}, { execution: 'another' }).ofSecondStart).toBe(false);
		expect(attempt({}, { node: { ...NODE, id: 'another' } }).ofSecondStart).toBe(false);
		expect(attempt({}, { run: 1 }).ofSecondStart).toBe(false);
	});

	test.each([[undefined], ['']])('an execution without an ID (%p) has none', (execution) => {
		// `execution` by its own name: a default would take the place of undefined.
		for (let start = 0; start < 2; start++) {
			const context = strict({ getContext: () => ({}), evaluateExpression: () => 0, getExecutionId: () => execution, getNode: () => NODE });
			expect(new RunMemory(context).ofSecondStart).toBe(false);
		}
	});

	test('is told after twenty thousand others too, and the first ones are forgotten one by one', () => {
		const store = {};
		attempt(store, { execution: 'early' });
		for (let count = 1; count < 20_000; count++) attempt({}, { execution: `many-${count}` });
		expect(attempt({}, { execution: 'early' }).ofSecondStart).toBe(true);
		attempt({}, { execution: 'one more' });
		expect(attempt({}, { execution: 'many-19999' }).ofSecondStart).toBe(true);
		expect(attempt({}, { execution: 'early' }).ofSecondStart).toBe(false);
	});
});
