'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');

const GUARDIAN = path.join(__dirname, 'guardian.js');

/**
 * A child process that cannot outlive this one (see guardian.js), with its output in a log file.
 */
class GuardedProcess {
	/**
	 * @param {string} command
	 * @param {string[]} commandArguments
	 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, logFile: string, graceMs?: number }} options `graceMs`: how long it
	 *   may take to end by itself
	 */
	constructor(command, commandArguments, { cwd, env, logFile, graceMs = 10_000 }) {
		fs.mkdirSync(path.dirname(logFile), { recursive: true });
		const log = fs.openSync(logFile, 'a');
		this.logFile = logFile;
		/** @type {number | null} exit code, null while it runs */
		this.exitCode = null;
		this.guardian = spawn(process.execPath, [GUARDIAN, String(graceMs), command, ...commandArguments], {
			cwd,
			env,
			detached: true,
			stdio: ['pipe', log, log],
		});
		fs.closeSync(log);
		this.guardian.stdin.on('error', () => {});
		/** @type {Promise<number>} */
		this.exited = once(this.guardian, 'exit').then(([code]) => (this.exitCode = code ?? 1));
	}

	/** Ends the command and waits until it is gone. */
	async stop() {
		this.guardian.stdin.end();
		return await this.exited;
	}

	/** Ends the command as a crash would: without a word to it. */
	async kill() {
		this.guardian.kill('SIGUSR2');
		return await this.exited;
	}

	/** The last part of what it wrote. */
	logTail(characters = 2_000) {
		return fs.readFileSync(this.logFile, 'utf8').slice(-characters).trim();
	}
}

module.exports = { GuardedProcess };
