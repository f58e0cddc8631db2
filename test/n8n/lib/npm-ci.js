'use strict';

const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { ClearError } = require('./clear-error');
const { GuardedProcess } = require('./guarded-process');

const FILES = ['package.json', 'package-lock.json'];
const PROGRESS_EVERY_MS = 500;

/**
 * @typedef {object} Place
 * @property {string} dir       the folder that npm works in
 * @property {string} logFile
 * @property {string} what      what is installed, in words, for the error
 * @property {() => void} [tick] called while npm runs
 * @property {ClearError} [failure] what to say where npm itself fails, instead of the usual
 */

/**
 * Installs into a folder what a package.json and its lock file elsewhere say. No install script runs.
 *
 * @param {string} from the folder with the two files
 * @param {Place} place
 */
async function npmCi(from, place) {
	fs.rmSync(place.logFile, { force: true });
	fs.mkdirSync(place.dir, { recursive: true });
	for (const file of FILES) fs.copyFileSync(path.join(from, file), path.join(place.dir, file));
	await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...flagsForOldNpm(place.dir)], place);
}

/**
 * The lock files are npm 11's. npm 10 would want more peer dependencies in them; told to leave these alone,
 * it installs what the lock says. npm 11, told so, would leave out some of it.
 */
function flagsForOldNpm(dir) {
	const { stdout } = spawnSync('npm', ['--version'], { cwd: dir, encoding: 'utf8' });
	return Number(stdout?.split('.')[0]) < 11 ? ['--legacy-peer-deps'] : [];
}

/**
 * Runs npm in a folder of its own settings.
 *
 * @param {string[]} npmArguments
 * @param {Place} place
 * @throws {ClearError}
 */
async function runNpm(npmArguments, { dir, logFile, what, tick = () => {}, failure }) {
	const env = { ...process.env };
	for (const name of Object.keys(env)) {
		// What "npm run" hands down speaks about this project, not about that folder.
		if (/^npm_config_(ignore_scripts|allow_scripts|omit|include|local_prefix|prefix|dry_run)$/i.test(name)) delete env[name];
	}
	const npm = new GuardedProcess('npm', npmArguments, { cwd: dir, env, logFile, graceMs: 0 });
	tick();
	const ticking = setInterval(tick, PROGRESS_EVERY_MS);
	const code = await npm.exited.finally(() => clearInterval(ticking));
	tick();
	if (code === 0) return;

	const log = npm.logTail(20_000);
	if (/ENOSPC|no space left/i.test(log)) throw new ClearError(`The disk is full, ${what} does not fit on it: free some space and run the command again.`);
	if (code === 127) throw new ClearError('npm was not found: install Node.js with npm and try again.');
	if (failure) throw failure;
	if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN/.test(log)) {
		throw new ClearError(`The package registry could not be reached: check the network and run the command again (log: ${logFile}).`);
	}
	throw new ClearError(`"npm ${npmArguments[0]}" of ${what} ended with code ${code}: read ${logFile}, then run the command again.`);
}

/** Changes whenever an installation of what these files say has to be made anew. */
function stampOf(from) {
	const hash = crypto.createHash('sha256').update(`${process.platform} ${process.arch}\n`);
	for (const file of FILES) hash.update(fs.readFileSync(path.join(from, file)));
	return hash.digest('hex');
}

module.exports = { npmCi, runNpm, stampOf };
