'use strict';

const { fork } = require('node:child_process');
const Module = require('node:module');
const path = require('node:path');

/**
 * Runs test files without any mutant, and sees which mutants each of their tests reaches. Many tests wait for a clock, so
 * several processes share the files. Each process knows the mutants by the object that the mutated code keeps.
 */

const PROCESSES = 4;

/** Between a test's file and its name in Stryker's id. */
const BETWEEN = ' » ';

/** What happens when a test file is loaded, or once before its tests, is said of this, and then of each of its tests. */
const outsideOf = (file) => file + BETWEEN;

/** What a module does when it is loaded is nobody's own, though it may be a single test that has it loaded. */
function loadingIs(shared, outside, { '.js': load }) {
	Module._extensions['.js'] = (module, file) => {
		const before = shared.currentTestId;
		shared.currentTestId = outside;
		try {
			load(module, file);
		} finally {
			shared.currentTestId = before;
		}
	};
}

/** What one file's tests do, in Stryker's words, and the mutants that they reach. */
async function reachOf(file, shared, extensions) {
	const { runFile } = require('./inProcess');
	const outside = outsideOf(file);
	Object.assign(shared, { activeMutant: undefined, currentTestId: outside, mutantCoverage: { static: {}, perTest: {} } });
	loadingIs(shared, outside, extensions);
	const ran = await runFile(path.resolve(file), { onTest: (name) => (shared.currentTestId = name === undefined ? outside : outside + name) });
	const tests = ran.map(({ name, ms, failure }) => ({
		id: outside + name,
		name: outside + name,
		timeSpentMs: ms,
		fileName: path.resolve(file),
		...(failure === undefined ? { status: 0 } : { status: 1, failureMessage: failure }),
	}));
	const { perTest } = shared.mutantCoverage;
	const common = perTest[outside] ?? {};
	delete perTest[outside];
	for (const { id } of tests) {
		perTest[id] ??= {};
		for (const [mutant, hits] of Object.entries(common)) perTest[id][mutant] = (perTest[id][mutant] ?? 0) + hits;
	}
	return { tests, mutantCoverage: shared.mutantCoverage };
}

/** Each process gets another file whenever it is done with one. */
function runIn(files, take) {
	return new Promise((resolve, reject) => {
		const child = fork(__filename);
		const next = () => (files.length ? child.send(files.shift()) : child.disconnect());
		child.on('message', (reached) => {
			take(reached);
			next();
		});
		child.on('error', reject);
		child.on('exit', (code, signal) => (code === 0 ? resolve() : reject(new Error(`a process that ran tests ended with ${signal ?? code}`))));
		next();
	});
}

/**
 * @param {string[]} files test files
 * @returns {Promise<{ tests: object[], mutantCoverage: object }>} in Stryker's words
 */
async function reach(files) {
	// The longest are among the last of the engine tests.
	const waiting = [...files].reverse();
	const all = { tests: [], mutantCoverage: { static: {}, perTest: {} } };
	const take = ({ tests, mutantCoverage }) => {
		all.tests.push(...tests);
		Object.assign(all.mutantCoverage.perTest, mutantCoverage.perTest);
		for (const [mutant, hits] of Object.entries(mutantCoverage.static)) all.mutantCoverage.static[mutant] = (all.mutantCoverage.static[mutant] ?? 0) + hits;
	};
	await Promise.all(Array.from({ length: Math.min(PROCESSES, waiting.length) }, async () => await runIn(waiting, take)));
	return all;
}

if (require.main === module) {
	const shared = (globalThis.__stryker__ ??= {});
	const extensions = { ...Module._extensions };
	// As in the runner: a rejection that nobody hears proves nothing.
	process.on('uncaughtException', () => {});
	process.on('message', async (file) => process.send(await reachOf(file, shared, extensions)));
	process.on('disconnect', () => process.exit(0));
}

module.exports = { BETWEEN, reach };
