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

/**
 * Packs what is built, the way it would be published.
 *
 * @param {string} [folder] where the tarball goes
 * @returns {Promise<{ tarball: string, name: string, version: string, bytes: number, files: string[] }>}
 */
async function packPackage(folder = tarballDir) {
	const { n8n } = JSON.parse(fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8'));
	for (const file of [...n8n.credentials, ...n8n.nodes]) {
		if (!fs.existsSync(path.join(projectDir, file))) {
			throw new ClearError(`The build is missing (${file} is not there): run "npm run build" first.`);
		}
	}
	fs.mkdirSync(folder, { recursive: true });
	const { stdout } = await run(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
		{ cwd: projectDir, maxBuffer: 16 * 1024 ** 2 },
	);
	const [{ name, version, filename, size, files }] = JSON.parse(stdout);
	return { tarball: path.join(folder, filename), name, version, bytes: size, files: files.map(({ path: file }) => file) };
}

module.exports = { buildPackage, packPackage };
