'use strict';

const { compiled } = require('./compiled');

const { runPool } = compiled('dialling/pool.js');

const never = () => false;
const turn = () => new Promise(setImmediate);

test.each([[1, 1], [5, 5], [7, 3], [3, 100], [0, 5]])('%i jobs, %i at a time: each runs once, in order, never more at once', async (count, parallel) => {
	const started = [];
	let running = 0;
	let most = 0;
	let release;
	const asManyAsMay = new Promise((resolve) => (release = resolve));
	await runPool(
		count,
		parallel,
		async (index) => {
			started.push(index);
			most = Math.max(most, ++running);
			if (running === Math.min(count, parallel)) release();
			await asManyAsMay;
			await turn();
			running--;
		},
		never,
	);
	expect(started).toEqual(Array.from({ length: count }, (_, index) => index));
	expect(most).toBe(Math.min(count, parallel));
});

test('once stopped, no job starts, and those under way are waited for', async () => {
	const done = [];
	let stopped = false;
	await runPool(
		10,
		3,
		async (index) => {
			if (index === 1) stopped = true;
			await turn();
			done.push(index);
		},
		() => stopped,
	);
	expect(done).toEqual([0, 1]);
});

test('a slow job does not hold up the others', async () => {
	const done = [];
	let release;
	const slow = new Promise((resolve) => (release = resolve));
	await runPool(
		6,
		2,
		async (index) => {
			if (index === 0) await slow;
			done.push(index);
			if (index === 5) release();
		},
		never,
	);
	expect(done).toEqual([1, 2, 3, 4, 5, 0]);
});

test('jobs do not move in step: another one starts in a turn of its own', async () => {
	const startedInOneTurn = [];
	let sinceTurn = 0;
	let running = true;
	const turns = (async () => {
		while (running) {
			await turn();
			startedInOneTurn.push(sinceTurn);
			sinceTurn = 0;
		}
	})();
	await runPool(30, 10, async () => void sinceTurn++, never);
	running = false;
	await turns;
	expect(Math.max(...startedInOneTurn)).toBe(1);
	expect(startedInOneTurn.reduce((sum, count) => sum + count, 0)).toBe(30);
});
