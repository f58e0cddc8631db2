'use strict';

const { countOf, forgetResults, readResult } = require('./results');

/**
 * What came of several suites: `node test/report/summary.js <suite> ...`; with --forget, forgets earlier results instead.
 * A suite that left no result, or in which nothing passed, is a failure.
 */

function sayAll(suites) {
	const results = suites.map((suite) => ({ suite, result: readResult(suite) }));
	for (const { result } of results) {
		for (const { what, message } of result?.failures ?? []) {
			console.log(`\nFAILED in ${result.suite}: ${what}\n${message}`);
		}
	}
	console.log('');
	for (const { suite, result } of results) {
		if (!result) console.log(`${suite}: no result`);
		else console.log(`${suite}: ${countOf(result, 'passed')} passed, ${countOf(result, 'failed')} failed, ${countOf(result, 'skipped')} skipped`);
	}
	const total = (what) => results.reduce((sum, { result }) => sum + (result ? countOf(result, what) : 0), 0);
	console.log(`${total('passed')} passed, ${total('failed')} failed`);
	return results.every(({ result }) => result && countOf(result, 'failed') === 0 && countOf(result, 'passed') > 0);
}

const suites = process.argv.slice(2);
if (suites[0] === '--forget') forgetResults();
else process.exitCode = sayAll(suites) ? 0 : 1;
