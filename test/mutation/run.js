'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { describe, isFor, readSurvivors } = require('./survivors');
const { FAILED, SUITE } = require('./suite');

/**
 * Changes the code of dialling/ and events/ in every small way that Stryker knows, one at a time, and sees whether a test
 * fails. `npm run mutation` is for CI; `-- --thorough` also tries the listed survivors, and fails when one is killed after
 * all; files as arguments (`-- nodes/CognigyVoiceGateway/events/parse.ts`) are all that is mutated then.
 *
 * It fails for a survivor that is not in the list, an entry of the list that no mutant belongs to any more, and too few
 * killed. None of that depends on how quick the machine is: each mutant gets all tests that reach it.
 */

const REPORT = '.stryker-tmp/report.json';
/** Of a single file, in percent. Of all, see `thresholds` in stryker.config.json. */
const LEAST_OF_A_FILE = 75;

const thorough = process.argv.includes('--thorough');
const files = process.argv.slice(2).filter((argument) => argument !== '--thorough');

function stryker() {
	for (const file of [REPORT, FAILED]) fs.rmSync(file, { force: true });
	const options = [...(files.length ? ['--mutate', files.join(',')] : [])];
	const bin = path.join(path.dirname(require.resolve('@stryker-mutator/core/package.json')), 'bin/stryker.js');
	const { signal, status } = spawnSync(process.execPath, [bin, 'run', 'test/mutation/stryker.config.json', ...options], {
		stdio: 'inherit',
		env: { ...process.env, ...(thorough ? { MUTATION: 'thorough' } : {}) },
	});
	if (signal) console.log(`Stryker was ended by ${signal}.`);
	return status ?? 1;
}

/** Stryker counts lines and columns from 1 in its report. */
const fromZero = ({ line, column }) => ({ line: line - 1, column: column - 1 });

/** All mutants of the report, each with its status and the words in which the list of survivors speaks of it. */
function mutants() {
	const report = JSON.parse(fs.readFileSync(REPORT, 'utf8'));
	return Object.entries(report.files).flatMap(([fileName, { mutants: those }]) =>
		those.map(({ location, replacement, mutatorName, status }) => ({
			status,
			at: `${fileName}:${location.start.line}`,
			fileName,
			words: describe({ fileName, replacement, mutatorName, location: { start: fromZero(location.start), end: fromZero(location.end) } }),
		})),
	);
}

const isKilled = ({ status }) => status === 'Killed' || status === 'Timeout';
const percent = (some) => (100 * some.filter(isKilled).length) / some.length;

const shortly = (text) => (text.length <= 60 ? text : `${text.slice(0, 57)}...`);

function say(heading, lines) {
	if (!lines.length) return;
	console.log(`\n${heading}`);
	for (const line of lines) console.log(`  ${line}`);
}

const started = Date.now();
const status = stryker();
if (!fs.existsSync(REPORT)) {
	console.log(`Stryker ended with ${status} and left no report.`);
	const failed = fs.existsSync(FAILED) ? JSON.parse(fs.readFileSync(FAILED, 'utf8')) : [];
	for (const { name, failureMessage } of failed) console.log(`Fails without any mutant: ${name}\n${failureMessage}`);
	process.exit(status || 1);
}

const all = mutants();
const list = readSurvivors();
const alive = all.filter((mutant) => !isKilled(mutant));
const reasonOf = ({ words }) => list.find((entry) => isFor(entry, words))?.reason;
const unexplained = alive.filter((mutant) => reasonOf(mutant) === undefined);
const explained = alive.filter((mutant) => reasonOf(mutant) !== undefined);
// Of a file that was mutated in part, the rest of the list cannot be judged.
const whole = new Set(files.some((file) => /:\d/.test(file)) ? [] : all.map(({ words }) => words.file));
const stale = list.filter((entry) => whole.has(entry.file) && !all.some(({ words }) => isFor(entry, words)));
// What is listed is not tried again unless asked to, and so cannot be told to be dead.
const dead = thorough ? list.filter((entry) => !stale.includes(entry) && whole.has(entry.file) && !alive.some(({ words }) => isFor(entry, words))) : [];
const poor = [...new Set(all.map(({ fileName }) => fileName))].filter((file) => percent(all.filter(({ fileName }) => fileName === file)) < LEAST_OF_A_FILE);

say(
	'Survivors, each with its reason:',
	explained.map((mutant) => `${mutant.at} ${shortly(mutant.words.from)} -> ${shortly(mutant.words.to)}: ${reasonOf(mutant)}`),
);
say('Survivors without a reason in test/mutation/survivors.json:', unexplained.map(({ at, words, status: is }) => `${at} ${is} ${JSON.stringify(words)}`));
say('In survivors.json, but no such mutant is left:', stale.map((entry) => JSON.stringify(entry)));
say('In survivors.json, but killed after all:', dead.map((entry) => JSON.stringify(entry)));
say(`Less than ${LEAST_OF_A_FILE} % killed in:`, poor);
console.log(`
${all.length} mutants in ${new Set(all.map(({ fileName }) => fileName)).size} files, ${all.filter(isKilled).length} killed (${percent(all).toFixed(1)} %), ${alive.length} alive, ${explained.length} of these with a reason, in ${Math.round((Date.now() - started) / 1000)} s.
Covered: ${files.length ? files.join(', ') : 'all of dialling/ and events/'}, by ${SUITE.length} files of unit and engine tests${thorough ? '' : '; listed survivors count as such without being tried (-- --thorough tries them)'}.
Not covered: operations/, pickers/, gateway/ and the node shells; what only a real n8n or a cluster shows.`);
process.exitCode = status || (unexplained.length + stale.length + dead.length + poor.length > 0 ? 1 : 0);
