'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { until } = require('./until');

const A_LONG_INSTALL_MS = 30 * 60_000;

/**
 * Makes sure that one process at a time installs. Waits for the one that does; a lock whose process is gone
 * (an install that was interrupted) is taken over.
 *
 * @param {string} file
 * @param {(pid: number) => void} onWaiting called while another process holds the lock
 * @returns {Promise<() => void>} unlock
 */
async function holdInstallLock(file, onWaiting) {
	fs.mkdirSync(path.dirname(file), { recursive: true });
	await until(`the install that holds ${file}`, () => tryLock(file, onWaiting), {
		timeoutMs: A_LONG_INSTALL_MS,
		everyMs: 500,
	});
	return () => fs.rmSync(file, { force: true });
}

function tryLock(file, onWaiting) {
	try {
		fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
	}
	const holder = readHolder(file);
	if (holder !== null && isAlive(holder)) onWaiting(holder);
	else fs.rmSync(file, { force: true });
	return false;
}

function readHolder(file) {
	try {
		return Number(fs.readFileSync(file, 'utf8')) || null;
	} catch {
		return null;
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

module.exports = { holdInstallLock };
