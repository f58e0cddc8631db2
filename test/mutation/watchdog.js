'use strict';

const fs = require('node:fs');
const { isMainThread, Worker, workerData } = require('node:worker_threads');

/**
 * Ends this process when the code of a mutant does not come back: a loop that never ends lets no timer run, so only
 * another thread can tell. It leaves word of the mutant for the process that comes next.
 */

/** A mutant that lets no timer run for this long hangs; a busy machine is late by far less. Milliseconds. */
const LIMIT_MS = 20_000;
const EVERY_MS = 500;

const noteOf = (mutant) => `mutation-hangs-${mutant}`;

/** Whether an earlier process was ended because of this mutant. */
const hangs = (mutant) => fs.existsSync(noteOf(mutant));

/** @returns {(mutant?: string) => void} to be told which mutant is at work; none: nothing is watched */
function watch() {
	const shared = new Int32Array(new SharedArrayBuffer(8));
	new Worker(__filename, { workerData: shared }).unref();
	setInterval(() => Atomics.add(shared, 0, 1), EVERY_MS).unref();
	return (mutant) => Atomics.store(shared, 1, mutant === undefined ? -1 : Number(mutant));
}

if (!isMainThread) {
	let [beats, mutant, since] = [-1, -1, Date.now()];
	setInterval(() => {
		const now = [Atomics.load(workerData, 0), Atomics.load(workerData, 1)];
		if (now[0] !== beats || now[1] !== mutant || now[1] === -1) [beats, mutant, since] = [...now, Date.now()];
		if (Date.now() - since < LIMIT_MS) return;
		fs.writeFileSync(noteOf(mutant), '');
		process.kill(process.pid, 'SIGKILL');
	}, EVERY_MS);
}

module.exports = { hangs, watch };
