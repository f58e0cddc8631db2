'use strict';

const path = require('node:path');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { jestExpect } = require('@jest/expect');
const circus = require('jest-circus');
const { ModuleMocker } = require('jest-mock');

/**
 * Runs jest test files in this very process, with jest's own parts (circus, expect, mocks, fake timers), but without its
 * sandbox: what is in node_modules stays loaded from one file to the next. Loading n8n-core costs seconds, and a mutation
 * run loads the tests thousands of times. The package and the tests are loaded anew for each file, as jest does.
 */

/** What is loaded once and for all, because it is not what is tested. */
const stays = (file) => file.includes(`${path.sep}node_modules${path.sep}`) || file.startsWith(__dirname + path.sep);

const own = () => Object.keys(require.cache).filter((file) => !stays(file));

/** Takes the package and the tests out of what is loaded; returns what puts them back. */
function forget() {
	const taken = own().map((file) => [file, require.cache[file]]);
	for (const [file] of taken) delete require.cache[file];
	// n8n-core keeps one of these, and minds a second.
	const store = require.cache[require.resolve('n8n-core')]?.exports.DataDeduplicationService ?? {};
	const { instance } = store;
	store.instance = undefined;
	return () => {
		for (const file of own()) delete require.cache[file];
		for (const [file, module] of taken) require.cache[file] = module;
		store.instance = instance;
	};
}

const mocker = new ModuleMocker(globalThis);
const timers = new ModernFakeTimers({ global: globalThis, config: { rootDir: process.cwd(), fakeTimers: {} } });

/** The part of the `jest` object that the tests use; anything else is undefined, and so a test that uses it fails here. */
const jest = {
	fn: mocker.fn.bind(mocker),
	spyOn: mocker.spyOn.bind(mocker),
	restoreAllMocks: () => mocker.restoreAllMocks(),
	useFakeTimers: (config) => timers.useFakeTimers(config),
	useRealTimers: () => timers.useRealTimers(),
	setSystemTime: (now) => timers.setSystemTime(now),
	advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
	advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
	isolateModules(load) {
		const putBack = forget();
		try {
			load();
		} finally {
			putBack();
		}
	},
	async isolateModulesAsync(load) {
		const putBack = forget();
		try {
			await load();
		} finally {
			putBack();
		}
	},
};

const { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } = circus;
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, it, test, expect: jestExpect, jest });

const testsIn = (block) => block.children.flatMap((child) => (child.type === 'describeBlock' ? testsIn(child) : [child]));

const titles = (node) => (node.parent ? [...titles(node.parent), node.name] : []);

/** Each test's name in its file; a name that is there twice is numbered. */
function nameAll(tests) {
	const seen = new Map();
	return new Map(
		tests.map((each) => {
			const name = titles(each).join(' › ');
			const count = (seen.get(name) ?? 0) + 1;
			seen.set(name, count);
			return [each, count === 1 ? name : `${name} (${count})`];
		}),
	);
}

/**
 * Runs one test file.
 *
 * @param {string} file absolute path
 * @param {object} [how]
 * @param {(name: string) => boolean} [how.wanted] which tests to run; all unless told
 * @param {boolean} [how.bail] stop at the first failure
 * @param {(name: string) => number} [how.timeoutOf] how long a test may take, in milliseconds
 * @param {(name: string | undefined) => void} [how.onTest] hears which test runs now; undefined between tests
 * @returns {Promise<{ name: string, ms: number, failure?: string }[]>} what ran
 */
async function runFile(file, { wanted = () => true, bail = false, timeoutOf = () => 60_000, onTest = () => {} } = {}) {
	forget();
	circus.resetState();
	const state = circus.getState();
	let names = new Map();
	const done = [];
	const onEvent = (event) => {
		if (event.name === 'test_started') onTest(names.get(event.test));
		if (event.name !== 'test_done') return;
		onTest(undefined);
		const [error] = event.test.errors;
		const failure = error && String((Array.isArray(error) ? (error[0] ?? error[1]) : error)?.message ?? error);
		done.push({ name: names.get(event.test), ms: event.test.duration ?? 0, ...(error ? { failure } : {}) });
		if (error && bail) for (const each of names.keys()) each.mode = 'skip';
	};
	circus.addEventHandler(onEvent);
	try {
		require(file);
		names = nameAll(testsIn(state.rootDescribeBlock));
		for (const [each, name] of names) {
			if (wanted(name)) each.timeout = timeoutOf(name);
			else each.mode = 'skip';
		}
		const { unhandledErrors } = await circus.run();
		if (unhandledErrors.length) done.push({ name: 'around the tests', ms: 0, failure: String(unhandledErrors[0]) });
	} catch (error) {
		done.push({ name: 'loading', ms: 0, failure: String(error?.message ?? error) });
	} finally {
		circus.removeEventHandler(onEvent);
		onTest(undefined);
		mocker.restoreAllMocks();
		timers.useRealTimers();
	}
	return done;
}

module.exports = { runFile };
