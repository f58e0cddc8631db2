'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { runFile } = require('./inProcess');
const { BETWEEN, reach } = require('./reach');
const { listedAs, readSurvivors } = require('./survivors');
const { FAILED, isOwn, SUITE } = require('./suite');
const { hangs, watch } = require('./watchdog');

/** Stryker's test runner: it asks for a run of all tests, then, for each mutant, for the tests that reach it. */

/** Where the run of all tests leaves how long each test takes, for the other processes. In the sandbox. */
const TIMES = 'mutation-times.json';
/** What a file costs beside its tests. */
const LOADING_MS = 40;
/** Tests that take longer are tried last. */
const SLOW_MS = 400;
/** What a test may take longer with a mutant, before it counts as hanging. */
const patience = (ms) => 3 * ms + 1500;
/** What jest says of a test that hangs; what it still does may disturb whatever runs after it in this process. */
const HUNG = /^Exceeded timeout of/;

/** What the mutated code and its runner share; see INSTRUMENTER_CONSTANTS of @stryker-mutator/api. The code keeps this object. */
const shared = (globalThis.__stryker__ ??= {});

class Runner {
	/** How many mutants of a source file each test file killed so far. */
	#kills = new Map();

	#watched = watch();

	constructor() {
		// What is listed as a survivor counts as one without being tried again: trying costs most with those.
		this.listed = process.env.MUTATION === 'thorough' ? [] : readSurvivors();
		// A rejection that nobody hears is often a mutant's, and may come when the next is at work: it proves nothing.
		process.on('uncaughtException', () => {});
	}

	capabilities() {
		return { reloadEnvironment: true };
	}

	async dryRun({ testFiles }) {
		const files = testFiles?.length ? SUITE.filter((file) => testFiles.includes(path.resolve(file))) : SUITE;
		const { tests, mutantCoverage } = await reach(files);
		const failed = tests.filter(({ failureMessage }) => failureMessage !== undefined);
		if (failed.length) fs.writeFileSync(path.resolve('..', path.basename(FAILED)), JSON.stringify(failed));
		fs.writeFileSync(TIMES, JSON.stringify(Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]))));
		return { status: 'complete', tests, mutantCoverage };
	}

	async mutantRun({ activeMutant, testFilter = [], hitLimit }) {
		// Stryker then tries this mutant again in a new process.
		if (this.disturbed) throw new Error('a test hangs in this process');
		if (listedAs(this.listed, activeMutant)) return { status: 'survived', nrOfTests: 0 };
		if (hangs(activeMutant.id)) return { status: 'timeout', reason: 'never comes back' };
		this.times ??= JSON.parse(fs.readFileSync(TIMES, 'utf8'));
		const kills = this.#killsOf(activeMutant.fileName);
		const groups = this.#inOrder(testFilter, activeMutant.fileName, kills);
		let count = 0;
		this.#watched(activeMutant.id);
		Object.assign(shared, { activeMutant: activeMutant.id, hitCount: 0, hitLimit, currentTestId: undefined, mutantCoverage: undefined });
		try {
			for (const { file, names } of groups) {
				const ran = await runFile(path.resolve(file), {
					bail: true,
					timeoutOf: (name) => patience(names.get(name) ?? 0),
					wanted: (name) => names.has(name),
				});
				count += ran.length;
				const wrong = ran.find(({ failure }) => failure !== undefined);
				if (shared.hitCount > hitLimit) return { status: 'timeout', reason: 'reached far more often than without the mutant' };
				this.disturbed = ran.some(({ failure }) => HUNG.test(failure));
				if (this.disturbed) return { status: 'timeout', reason: wrong.name };
				if (wrong) {
					kills.set(file, (kills.get(file) ?? 0) + 1);
					return { status: 'killed', killedBy: [file + BETWEEN + wrong.name], failureMessage: wrong.failure, nrOfTests: count };
				}
			}
			return { status: 'survived', nrOfTests: count };
		} finally {
			// What hangs is watched on: a loop that lets nothing else run would keep this answer from being heard.
			if (!this.disturbed) this.#watched();
			shared.activeMutant = undefined;
			shared.hitLimit = undefined;
		}
	}

	#killsOf(source) {
		if (!this.#kills.has(source)) this.#kills.set(source, new Map());
		return this.#kills.get(source);
	}

	/**
	 * Which tests of which files to run: all that reach the mutant, and each file's slow ones at the end. The source's own
	 * tests come first, then the files that take little; of both, those that killed much are run first.
	 */
	#inOrder(ids, source, kills) {
		const groups = new Map();
		for (const id of ids) {
			const [file, name] = id.split(BETWEEN);
			const ms = this.times[id] ?? 0;
			const stage = ms > SLOW_MS ? 2 : isOwn(file, source) ? 0 : 1;
			const key = `${stage} ${file}`;
			if (!groups.has(key)) groups.set(key, { file, stage, names: new Map(), rank: LOADING_MS });
			groups.get(key).names.set(name, ms);
			groups.get(key).rank += ms;
		}
		for (const group of groups.values()) group.rank /= 1 + (kills.get(group.file) ?? 0);
		return [...groups.values()].sort((one, other) => one.stage - other.stage || one.rank - other.rank);
	}
}

exports.strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: () => new Runner() }];
