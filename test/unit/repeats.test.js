'use strict';

const { compiled } = require('./compiled');

const WINDOW = 600_000;
const signature = (number) => number.toString(16).padStart(64, '0').split('').reverse().join('');

/** The module as a process of its own has it: nothing seen yet. */
function newProcess() {
	let isRepeat;
	jest.isolateModules(() => ({ isRepeat } = compiled('events/repeats.js')));
	return isRepeat;
}

describe('within one process', () => {
	test('the same signature of the same trigger is a repeat, with or without stored data', () => {
		const isRepeat = newProcess();
		expect(isRepeat('t1', signature(1), undefined, 0)).toBe(false);
		expect(isRepeat('t1', signature(1), undefined, 1)).toBe(true);
		expect(isRepeat('t1', signature(1), {}, 2)).toBe(true);
		expect(isRepeat('t1', signature(2), undefined, 3)).toBe(false);
	});

	test('one event may be meant for several triggers', () => {
		const isRepeat = newProcess();
		expect(isRepeat('t1', signature(1), undefined, 0)).toBe(false);
		expect(isRepeat('t2', signature(1), undefined, 0)).toBe(false);
	});

	test('is known as long as its signature is accepted, five minutes either way', () => {
		const isRepeat = newProcess();
		isRepeat('t', signature(1), undefined, 0);
		expect(isRepeat('t', signature(1), undefined, WINDOW)).toBe(true);
		expect(isRepeat('t', signature(1), undefined, WINDOW + 1)).toBe(false);
	});

	test('a repeat does not prolong its own memory past others, and 50 000 others do not push it out', () => {
		const isRepeat = newProcess();
		isRepeat('t', signature(0), undefined, 0);
		for (let number = 1; number < 50_000; number++) isRepeat('t', signature(number), undefined, 1);
		expect(isRepeat('t', signature(0), undefined, 2)).toBe(true);
	});

	test('memory is bounded: the oldest of very many is forgotten', () => {
		const isRepeat = newProcess();
		for (let number = 0; number < 50_010; number++) isRepeat('t', signature(number), undefined, 1);
		expect(isRepeat('t', signature(0), undefined, 2)).toBe(false);
		expect(isRepeat('t', signature(50_009), undefined, 2)).toBe(true);
	});
});

describe('across processes, for the end of a call', () => {
	test('another process finds it in the stored data', () => {
		const stored = {};
		expect(newProcess()('t', signature(1), stored, 0)).toBe(false);
		const saved = JSON.parse(JSON.stringify(stored));
		expect(newProcess()('t', signature(1), saved, 1)).toBe(true);
		expect(newProcess()('t', signature(2), saved, 1)).toBe(false);
	});

	const lines = ({ finalEvents }) => finalEvents.split('\n');

	test('other stored data stays, and what is no list of ours is replaced without an error', () => {
		for (const finalEvents of [undefined, null, 'x', 7, {}, []]) {
			const stored = { mine: 1, finalEvents };
			expect(newProcess()('t', signature(1), stored, 0)).toBe(false);
			expect(stored).toMatchObject({ mine: 1, finalEvents: expect.stringMatching(/^[0-9a-f]{16} 0$/) });
		}
	});

	test('past the window it is forgotten, and the list does not grow beyond its bound', () => {
		const isRepeat = newProcess();
		const stored = {};
		for (let number = 0; number < 300; number++) isRepeat('t', signature(number), stored, number);
		expect(lines(stored)).toHaveLength(200);
		expect(JSON.stringify(stored).length).toBeLessThan(8_000);
		isRepeat('t', signature(999), stored, 2 * WINDOW);
		expect(lines(stored)).toHaveLength(1);
	});

	test('a repeat changes nothing, so that n8n has nothing to save', () => {
		const stored = {};
		newProcess()('t', signature(1), stored, 0);
		const before = JSON.stringify(stored);
		newProcess()('t', signature(1), stored, 5);
		expect(JSON.stringify(stored)).toBe(before);
	});

	test('the stored data never holds a whole signature', () => {
		const stored = {};
		newProcess()('t', signature(123_456), stored, 0);
		expect(JSON.stringify(stored)).not.toContain(signature(123_456));
	});
});

test('the ends of several calls are told again in another process, each for ten minutes', () => {
	const stored = {};
	const first = newProcess();
	for (const number of [1, 2, 3]) expect(first('t', signature(number), stored, number * 1000)).toBe(false);
	expect(stored.finalEvents.split('\n')).toHaveLength(3);
	const second = newProcess();
	for (const number of [1, 2, 3]) expect(second('t', signature(number), stored, 5000)).toBe(true);
	second('t', signature(4), stored, 1000 + WINDOW);
	expect(newProcess()('t', signature(1), stored, 1000 + WINDOW)).toBe(true);
	second('t', signature(5), stored, 1001 + WINDOW);
	expect(newProcess()('t', signature(1), stored, 1001 + WINDOW)).toBe(false);
});
