'use strict';

const { compiled } = require('./compiled');

const { inTurn } = compiled('gateway/turns.js');

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('jobs of one key run one after the other, those of another key meanwhile', async () => {
	const seen = [];
	const job = (name) => async () => {
		seen.push(`${name} begins`);
		await tick();
		seen.push(`${name} ends`);
		return name;
	};
	expect(await Promise.all([inTurn('x', job('a')), inTurn('x', job('b')), inTurn('y', job('c'))])).toEqual(['a', 'b', 'c']);
	expect(seen.filter((entry) => !entry.startsWith('c'))).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
	expect(seen.indexOf('c begins')).toBeLessThan(seen.indexOf('a ends'));
});

test('a job that fails fails for whoever asked, and holds up nobody', async () => {
	const failing = inTurn('x', async () => {
		throw new Error('no');
	});
	const next = inTurn('x', async () => 'done');
	await expect(failing).rejects.toThrow('no');
	expect(await next).toBe('done');
});
