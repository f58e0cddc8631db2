'use strict';

/** Nothing that is tested takes more steps of a faked clock. */
const MOST_STEPS = 50_000;

/**
 * Lets jest's faked clock go on until a promise is settled.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} [step] how far the clock goes at once, in milliseconds
 * @returns {Promise<T>}
 * @throws when it is still open after very many steps: a test that fails is better than one that never ends
 */
async function letPass(promise, step = 10) {
	let settled = false;
	const settle = () => (settled = true);
	promise.then(settle, settle);
	for (let steps = 0; !settled; steps++) {
		if (steps === MOST_STEPS) throw new Error(`still open after ${(MOST_STEPS * step) / 1000} s of the faked clock`);
		await jest.advanceTimersByTimeAsync(step);
	}
	return await promise;
}

module.exports = { letPass };
