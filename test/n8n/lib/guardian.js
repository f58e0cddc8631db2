'use strict';

/**
 * Runs one command and makes sure that nothing of it stays behind.
 *
 *   node guardian.js <grace in ms> <command> [arguments...]
 *
 * The command gets a process group of its own. It is ended when this process is told to stop, or when this
 * process's standard input closes. The parent holds the other end of that pipe, so the command also ends when
 * the parent is killed the hard way and can no longer say anything. SIGUSR2 kills the command the hard way.
 */

const { spawn } = require('node:child_process');

/** `graceMs` is how long the command may take to end by itself before it is killed. */
const [graceMs, command, ...commandArguments] = process.argv.slice(2);

const child = spawn(command, commandArguments, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

/** Sends a signal to the command and everything that it started. */
function signalGroup(signal) {
	try {
		process.kill(-child.pid, signal);
	} catch {
		// Nobody is left in the group.
	}
}

let ending = false;
function end() {
	if (ending || child.pid === undefined) return;
	ending = true;
	child.kill('SIGTERM');
	setTimeout(() => signalGroup('SIGKILL'), Number(graceMs)).unref();
}

child.once('error', (error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(127);
});
child.once('exit', (code, signal) => {
	signalGroup('SIGKILL');
	process.exit(code ?? (signal === 'SIGTERM' || signal === 'SIGKILL' ? 143 : 1));
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
process.on('SIGUSR2', () => signalGroup('SIGKILL'));
process.stdin.on('end', end).on('close', end).on('error', end).resume();
