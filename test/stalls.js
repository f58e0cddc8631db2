'use strict';

const http = require('node:http');

/**
 * A setup file for jest, to find tests that a busy machine can make fail: at some requests the whole process stands still,
 * before the request is seen or after it was answered. These are the moments in which a timer may overtake an answer.
 *
 *     npx jest test/engine --setupFiles ./test/stalls.js --testPathIgnorePatterns joinCost
 *
 * STALL_SHARE: how many of the moments, 0 to 1. STALL_MS: for how long at most, in milliseconds.
 */

const SHARE = Number(process.env.STALL_SHARE ?? 0.15);
const LONGEST_MS = Number(process.env.STALL_MS ?? 500);
const PATCHED = Symbol.for('stalls at requests');

const { prototype } = http.Server;
const cell = new Int32Array(new SharedArrayBuffer(4));
const { random } = Math;
const stall = () => {
	if (random() < SHARE) Atomics.wait(cell, 0, 0, random() * LONGEST_MS);
};

// Each test file of a process loads this again, and all have the same server.
if (!prototype[PATCHED]) {
	const { emit } = prototype;
	Object.defineProperty(prototype, PATCHED, { value: true });
	prototype.emit = function (name, ...given) {
		if (name === 'request') {
			stall();
			given[1].once('finish', () => (random() < 0.5 ? stall() : setImmediate(stall)));
		}
		return emit.call(this, name, ...given);
	};
}
