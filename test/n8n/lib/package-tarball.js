'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { ClearError } = require('./clear-error');
const { projectDir, tarballDir } = require('./places');

const run = promisify(execFile);
const FIRST_INSTALL = 'run "npm ci" first';

/** Compiles the nodes into dist. */
async function buildPackage() {
	const gulp = path.join(projectDir, 'node_modules', 'gulp', 'bin', 'gulp.js');
	if (!fs.existsSync(gulp)) throw new ClearError(`The development packages are not installed: ${FIRST_INSTALL}.`);
	try {
		await run(process.execPath, [gulp, 'build'], { cwd: projectDir, maxBuffer: 16 * 1024 ** 2 });
	} catch (error) {
		throw new ClearError(`The build failed, "npm run build" shows why: ${`${error.stdout ?? ''}${error.stderr ?? ''}`.trim().slice(-800)}`);
	}
}

/** @typedef {{ tarball: string, filename: string, name: string, version: string, bytes: number, files: string[] }} Packed */

/** Runs "npm pack", which tells in its answer what it packs. */
async function npmPack(...npmArguments) {
	const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', ...npmArguments], { cwd: projectDir, maxBuffer: 16 * 1024 ** 2 });
	const [{ name, version, filename, size, files }] = JSON.parse(stdout);
	return { filename, name, version, bytes: size, files: files.map(({ path: file }) => file) };
}

/**
 * Packs what is built, the way it would be published.
 *
 * @param {string} [folder] where the tarball goes
 * @returns {Promise<Packed>}
 */
async function packPackage(folder = tarballDir) {
	const { n8n } = JSON.parse(fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8'));
	for (const file of [...n8n.credentials, ...n8n.nodes]) {
		if (!fs.existsSync(path.join(projectDir, file))) {
			throw new ClearError(`The build is missing (${file} is not there): run "npm run build" first.`);
		}
	}
	fs.mkdirSync(folder, { recursive: true });
	const packed = await npmPack('--pack-destination', folder);
	return { ...packed, tarball: path.join(folder, packed.filename) };
}

/**
 * What a tarball holds that was packed before.
 *
 * @param {string} tarball
 * @returns {Promise<Packed>}
 */
async function readPackage(tarball) {
	if (!fs.statSync(tarball, { throwIfNoEntry: false })?.isFile()) throw new ClearError(`There is no file ${tarball}: name a tarball that "npm pack" has made.`);
	const packed = await npmPack('--dry-run', path.resolve(tarball)).catch(() => {
		throw new ClearError(`${tarball} is no package: name a tarball that "npm pack" has made.`);
	});
	return { ...packed, tarball: path.resolve(tarball) };
}

module.exports = { buildPackage, packPackage, readPackage };
