'use strict';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks again and again until the answer is truthy, and gives that answer back.
 *
 * @template T
 * @param {string} what what is waited for, in words: it ends up in the error message
 * @param {() => Promise<T> | T} ask
 * @param {object} [options]
 * @param {number} [options.timeoutMs]
 * @param {number} [options.everyMs]
 * @param {() => unknown} [options.describe] what was seen last, for the error message
 * @returns {Promise<NonNullable<T>>}
 */
async function until(what, ask, { timeoutMs = 30_000, everyMs = 50, describe } = {}) {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const answer = await ask();
		if (answer) return answer;
		if (Date.now() > deadline) {
			const seen = describe ? ` Seen last: ${JSON.stringify(describe())}` : '';
			throw new Error(`Waited ${Math.round(timeoutMs / 1000)} s in vain for ${what}.${seen}`);
		}
		await pause(everyMs);
	}
}

module.exports = { until };
