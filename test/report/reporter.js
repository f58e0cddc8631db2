'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { describeInstall } = require('../n8n/install');
const { countOf, writeResult } = require('./results');

/** Of the first lines of a failure, so many are said again at the end. */
const LINES_OF_A_FAILURE = 14;

// Jest colours what it says about a failure.
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, '');
const beginning = (text) => text.split('\n').slice(0, LINES_OF_A_FAILURE).join('\n');
const indented = (text) => text.split('\n').map((line) => `    ${line}`).join('\n');

/**
 * A jest reporter with the last word: what failed, what the suite covered and what it did not. It leaves the same for
 * the summary of all suites and for docs/compatibility.md.
 *
 * Its options, in a jest config: `suite`, a name; `covers` and `leavesOut`, in words; `n8nRelease` (1 or 2), where the
 * suite runs in n8n.
 */
class Reporter {
	constructor(globalConfig, { suite, covers, leavesOut, n8nRelease }) {
		Object.assign(this, { globalConfig, suite, covers, leavesOut, n8nRelease });
	}

	onRunComplete(_contexts, results) {
		const files = results.testResults.map((file) => ({
			file: path.relative(this.globalConfig.rootDir, file.testFilePath),
			passed: file.numPassingTests,
			failed: file.numFailingTests + (file.testExecError ? 1 : 0),
			skipped: file.numPendingTests + file.numTodoTests,
		}));
		const failures = results.testResults.flatMap(({ failureMessage, testExecError, testFilePath, testResults }) => {
			const of = (what, message) => ({ what: `${path.basename(testFilePath)}: ${what}`, message: beginning(plain(message)) });
			if (testExecError) return [of('could not run', failureMessage ?? String(testExecError.message))];
			return testResults.filter(({ status }) => status === 'failed').map(({ failureMessages, fullName }) => of(fullName, failureMessages.join('\n')));
		});
		const n8n = this.n8nRelease === undefined ? undefined : whichN8n(this.n8nRelease);
		const partly = this.globalConfig.nonFlagArgs.length > 0 || Boolean(this.globalConfig.testNamePattern);
		if (!partly) writeResult({ suite: this.suite, n8n, files, failures });
		// Jest's own summary comes after all reporters.
		process.once('exit', () => fs.writeSync(1, `${this.#lastWords({ n8n, files, failures, partly })}\n`));
	}

	#lastWords({ n8n, files, failures, partly }) {
		const sum = (what) => countOf({ files }, what);
		const where = n8n ? ` in n8n ${n8n.version} on Node.js ${n8n.node}` : '';
		const skipped = sum('skipped') ? `, ${sum('skipped')} skipped` : '';
		return [
			'',
			...failures.map(({ what, message }) => `FAILED ${what}\n${indented(message)}\n`),
			`${this.suite}: ${sum('passed')} passed, ${sum('failed')} failed${skipped}, ${files.length} files${where}`,
			partly ? 'Covered: only what was asked for by name.' : `Covered: ${this.covers}`,
			`Not covered: ${this.leavesOut}`,
		].join('\n');
	}
}

/** The n8n that is installed for the tests, and the major version of the Node.js that runs it. */
function whichN8n(release) {
	try {
		const { nodeBinary, version } = describeInstall(release);
		const { stdout } = spawnSync(nodeBinary, ['--version'], { encoding: 'utf8' });
		return { version, node: Number(/^v(\d+)/.exec(stdout)[1]) };
	} catch {
		// The suite failed before there was one, and says so.
		return undefined;
	}
}

module.exports = Reporter;
