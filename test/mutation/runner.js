'use strict';

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const { runFile } = require('./inProcess');
const { listedAs, readSurvivors } = require('./survivors');
const { isOwn, SUITE } = require('./suite');

/** Stryker's test runner: it asks for a run of all tests, then, for each mutant, for the tests that reach it. */

/** Where the run of all tests leaves how long each test takes, for the other processes. In the sandbox. */
const TIMES = 'mutation-times.json';
/** Between a test's file and its name in Stryker's id. */
const BETWEEN = ' » ';
/** What a file costs beside its tests. */
const LOADING_MS = 40;
/**
 * The tests of one mutant take no longer than this in all, by the time that they took without it: those that take longest
 * are left out. It can only make a mutant survive that they would have killed. MUTATION=thorough leaves none out.
 */
const BUDGET_MS = process.env.MUTATION === 'thorough' ? Infinity : 4000;

/** What a test may take longer with a mutant, before it counts as hanging. */
const patience = (ms) => 3 * ms + 1500;
/** What jest says of a test that hangs; what it still does may disturb whatever runs after it in this process. */
const HUNG = /^Exceeded timeout of/;

/** What the mutated code and its runner share; see INSTRUMENTER_CONSTANTS of @stryker-mutator/api. The code keeps this object. */
const shared = (globalThis.__stryker__ ??= {});

class Runner {
	/** How node loads files. */
	extensions = { ...Module._extensions };

	/** How many mutants of a source file each test file killed so far. */
	#kills = new Map();

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
		shared.activeMutant = undefined;
		shared.mutantCoverage = { static: {}, perTest: {} };
		const tests = [];
		const files = testFiles?.length ? SUITE.filter((file) => testFiles.includes(path.resolve(file))) : SUITE;
		for (const file of files) {
			const outside = `${file}${BETWEEN}`;
			shared.currentTestId = outside;
			this.#loadingIs(outside);
			const ran = await runFile(path.resolve(file), {
				onTest: (name) => (shared.currentTestId = name === undefined ? outside : outside + name),
			});
			const ids = ran.map(({ name }) => outside + name);
			for (const [index, { ms, failure }] of ran.entries()) {
				const common = { id: ids[index], name: ids[index], timeSpentMs: ms, fileName: path.resolve(file) };
				tests.push(failure === undefined ? { ...common, status: 0 } : { ...common, status: 1, failureMessage: failure });
			}
			this.#spread(outside, ids);
		}
		shared.currentTestId = undefined;
		Object.assign(Module._extensions, this.extensions);
		fs.writeFileSync(TIMES, JSON.stringify(Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]))));
		return { status: 'complete', tests, mutantCoverage: shared.mutantCoverage };
	}

	/** What a module does when it is loaded is nobody's own, though it may be a single test that has it loaded. */
	#loadingIs(outside) {
		const { '.js': load } = this.extensions;
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

	/** What runs when a file is loaded, or once before its tests, is reached by each of its tests. */
	#spread(outside, ids) {
		const { perTest } = shared.mutantCoverage;
		const common = perTest[outside] ?? {};
		delete perTest[outside];
		for (const id of ids) {
			perTest[id] ??= {};
			for (const [mutant, hits] of Object.entries(common)) perTest[id][mutant] = (perTest[id][mutant] ?? 0) + hits;
		}
	}

	async mutantRun({ activeMutant, testFilter = [], hitLimit }) {
		// Stryker then tries this mutant again in a new process.
		if (this.disturbed) throw new Error('a test hangs in this process');
		if (listedAs(this.listed, activeMutant)) return { status: 'survived', nrOfTests: 0 };
		this.times ??= JSON.parse(fs.readFileSync(TIMES, 'utf8'));
		const kills = this.#killsOf(activeMutant.fileName);
		const files = this.#choose(testFilter, activeMutant.fileName, kills);
		let count = 0;
		Object.assign(shared, { activeMutant: activeMutant.id, hitCount: 0, hitLimit, currentTestId: undefined, mutantCoverage: undefined });
		try {
			for (const [file, names] of files) {
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
			shared.activeMutant = undefined;
			shared.hitLimit = undefined;
		}
	}

	#killsOf(source) {
		if (!this.#kills.has(source)) this.#kills.set(source, new Map());
		return this.#kills.get(source);
	}

	/**
	 * Which tests of which files to run, and how long they take. The source's own tests come first, then those that take
	 * little; the files that killed much are run first.
	 */
	#choose(ids, source, kills) {
		const rate = new Map();
		const tests = ids.map((id) => {
			const [file, name] = id.split(BETWEEN);
			if (!rate.has(file)) rate.set(file, isOwn(file, source) ? 0 : 1);
			return { file, name, ms: this.times[id] ?? 0 };
		});
		tests.sort((one, other) => rate.get(one.file) - rate.get(other.file) || one.ms - other.ms);
		let left = BUDGET_MS;
		const files = new Map();
		for (const { file, name, ms } of tests) {
			const costs = ms + (files.has(file) ? 0 : LOADING_MS);
			if (files.size > 0 && costs > left) continue;
			left -= costs;
			if (!files.has(file)) files.set(file, new Map());
			files.get(file).set(name, ms);
		}
		const total = (names) => [...names.values()].reduce((sum, ms) => sum + ms, LOADING_MS);
		const rank = ([file, names]) => total(names) / (1 + (kills.get(file) ?? 0));
		return [...files].sort((one, other) => rank(one) - rank(other));
	}
}

exports.strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: () => new Runner() }];
