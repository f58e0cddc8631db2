'use strict';

/**
 * Installs an n8n release for the demo and the tests, once, into the git-ignored folder .n8n.
 *
 *   node test/n8n/install.js [1|2]
 */

const fs = require('node:fs');
const path = require('node:path');

const { ClearError } = require('./lib/clear-error');
const { holdInstallLock } = require('./lib/install-lock');
const { npmCi, runNpm, stampOf } = require('./lib/npm-ci');
const { installDirOf, releasesDir, runtimeDir } = require('./lib/places');
const { printProgress } = require('./lib/progress');

const GIGABYTE = 1024 ** 3;

/** What each release needs: disk space, and the oldest Node.js that runs it. */
const RELEASES = {
	1: { freeGigabytes: 3, nodeMajor: 20 },
	2: { freeGigabytes: 4, nodeMajor: 24 },
};
const PHASES = 3;

/**
 * @typedef {object} InstalledN8n
 * @property {string} dir          where it is installed
 * @property {string} version      n8n's version
 * @property {number} major        1 or 2
 * @property {string} nodeBinary   the Node.js that runs it
 *
 * @typedef {object} InstallProgress
 * @property {number} phase
 * @property {number} phases
 * @property {string} text
 * @property {number} [done]
 * @property {number} [total]
 */

/**
 * Gives back an installed n8n, and installs it first where that has not been done yet.
 *
 * @param {1 | 2 | '1' | '2'} release
 * @param {{ onProgress?: (progress: InstallProgress) => void }} [options]
 * @returns {Promise<InstalledN8n>}
 */
async function installN8n(release, { onProgress = () => {} } = {}) {
	if (!RELEASES[release]) throw new ClearError(`There is no n8n release "${release}" here: use 1 or 2.`);
	if (isInstalled(release)) return describeInstall(release);

	const unlock = await holdInstallLock(path.join(runtimeDir, `${release}.lock`), (pid) =>
		onProgress({ phase: 0, phases: PHASES, text: `process ${pid} is installing n8n ${release} already, waiting for it` }),
	);
	try {
		if (!isInstalled(release)) await installFresh(release, onProgress);
		return describeInstall(release);
	} finally {
		unlock();
	}
}

async function installFresh(release, onProgress) {
	const dir = installDirOf(release);
	const version = wantedVersion(release);
	const place = { dir, logFile: path.join(runtimeDir, `${release}.install.log`), what: `n8n ${release}` };
	fs.mkdirSync(dir, { recursive: true });
	checkDiskSpace(release, dir);

	const packages = packagesInLock(filesOf(release));
	await npmCi(filesOf(release), {
		...place,
		tick: () =>
			onProgress({
				phase: 1,
				phases: PHASES,
				text: `downloading n8n ${version} and its packages`,
				done: packages.filter((each) => fs.existsSync(path.join(dir, each, 'package.json'))).length,
				total: packages.length,
			}),
	});
	if (!takeSqliteBinary(release, dir)) await buildSqlite(place, onProgress);

	onProgress({ phase: 3, phases: PHASES, text: 'checking the installation' });
	nodeBinaryFor(release, dir);
	fs.writeFileSync(stampFile(release), stampOf(filesOf(release)));
}

async function buildSqlite(place, onProgress) {
	await runNpm(['rebuild', 'sqlite3', '--ignore-scripts=false', '--no-audit', '--no-fund'], {
		...place,
		tick: () => onProgress({ phase: 2, phases: PHASES, text: 'building the SQLite driver' }),
		failure: sqliteError(place.logFile),
	});
	if (!fs.existsSync(sqliteBinary(place.dir))) throw sqliteError(place.logFile);
}

/**
 * Takes the SQLite driver of another release that is installed, where it is the same one: it speaks Node-API, so that
 * one build, which takes minutes, serves every Node.js.
 *
 * @returns {boolean} whether there was one
 */
function takeSqliteBinary(release, dir) {
	const versionIn = (folder) => JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', 'sqlite3', 'package.json'), 'utf8')).version;
	const other = Object.keys(RELEASES).find((each) => each !== String(release) && isInstalled(each) && versionIn(installDirOf(each)) === versionIn(dir));
	if (!other) return false;
	fs.mkdirSync(path.dirname(sqliteBinary(dir)), { recursive: true });
	fs.copyFileSync(sqliteBinary(installDirOf(other)), sqliteBinary(dir));
	return true;
}

/** The folder with a release's package.json and lock file. */
const filesOf = (release) => path.join(releasesDir, String(release));

const sqliteBinary = (dir) => path.join(dir, 'node_modules', 'sqlite3', 'build', 'Release', 'node_sqlite3.node');
const sqliteError = (logFile) =>
	new ClearError(
		`The SQLite driver could be neither downloaded nor built: install python3, make and g++ (on Debian: apt-get install python3 make g++) and run the command again (log: ${logFile}).`,
	);
function checkDiskSpace(release, dir) {
	const { bavail, bsize } = fs.statfsSync(dir);
	const free = bavail * bsize;
	if (free >= RELEASES[release].freeGigabytes * GIGABYTE) return;
	throw new ClearError(
		`n8n ${release} needs about ${RELEASES[release].freeGigabytes} GB of disk space and ${(free / GIGABYTE).toFixed(1)} GB are free in ${runtimeDir}: free some space and run the command again.`,
	);
}

/** Folders that the lock file wants, relative to the installation; those of other platforms left out. */
function packagesInLock(from) {
	const { packages } = JSON.parse(fs.readFileSync(path.join(from, 'package-lock.json'), 'utf8'));
	const fits = (wanted, mine) => wanted === undefined || [wanted].flat().includes(mine);
	const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
	return Object.entries(packages)
		.filter(([name]) => name !== '')
		.filter(([, each]) => fits(each.os, process.platform) && fits(each.cpu, process.arch) && fits(each.libc, libc))
		.map(([name]) => name);
}

function wantedVersion(release) {
	return JSON.parse(fs.readFileSync(path.join(filesOf(release), 'package.json'), 'utf8')).dependencies.n8n;
}

const stampFile = (release) => path.join(installDirOf(release), '.installed');

function isInstalled(release) {
	const file = stampFile(release);
	return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === stampOf(filesOf(release)) && fs.existsSync(sqliteBinary(installDirOf(release)));
}

/** The Node.js that came with the release, or the one that runs this, where it is new enough. */
function nodeBinaryFor(release, dir) {
	const packaged = path.join(dir, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
	if (fs.existsSync(packaged)) return packaged;
	const wanted = RELEASES[release].nodeMajor;
	if (Number(process.versions.node.split('.')[0]) >= wanted) return process.execPath;
	throw new ClearError(`n8n ${release} needs Node.js ${wanted} and this is ${process.version}: run the command with Node.js ${wanted}.`);
}

/** @returns {InstalledN8n} of a release that is installed */
function describeInstall(release) {
	const dir = installDirOf(release);
	const { version } = JSON.parse(fs.readFileSync(path.join(dir, 'node_modules', 'n8n', 'package.json'), 'utf8'));
	return { dir, version, major: Number(version.split('.')[0]), nodeBinary: nodeBinaryFor(release, dir) };
}

if (require.main === module) {
	const progress = printProgress();
	installN8n(process.argv[2] ?? '2', { onProgress: progress.install })
		.then(({ version, dir }) => progress.line(`n8n ${version} is installed in ${dir}`))
		.catch((error) => {
			progress.line(error instanceof ClearError ? error.message : error.stack);
			process.exitCode = 1;
		});
}

module.exports = { describeInstall, installN8n, wantedVersion };
