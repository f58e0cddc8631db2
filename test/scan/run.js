'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { packPackage } = require('../n8n/lib/package-tarball');
const { projectDir } = require('../n8n/lib/places');
const { expectedFiles } = require('./contents');

/**
 * Looks at the package as n8n's reviewers do before they list it, and as npm does for who installs it: n8n's own
 * analyser on the sources and on the unpacked tarball, npm's audit, and what is in the tarball. No finding is let pass,
 * not even a warning.
 */

/** Of the tarball, in bytes: n8n downloads it while the user looks on. */
const MOST_BYTES = 150_000;

/** What n8n's analyser finds in a folder, with its own configuration; unlike it, this counts warnings too. */
async function findings(folder, patterns) {
	// An ES module, hence no require().
	const { buildScanConfig } = await import('@n8n/scan-community-package/scanner/scanner.mjs');
	const { ESLint } = require('eslint');
	const eslint = new ESLint({ cwd: folder, allowInlineConfig: false, overrideConfigFile: true, overrideConfig: await buildScanConfig() });
	const results = await eslint.lintFiles(patterns);
	return {
		files: results.length,
		found: results.flatMap(({ filePath, messages }) =>
			messages.map(({ line, message, ruleId }) => `${path.relative(folder, filePath)}:${line} ${message} (${ruleId})`),
		),
	};
}

/** npm's audit of what a user's n8n installs: the tarball's own package.json decides, and the lock of the project. */
function audit() {
	const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: projectDir, encoding: 'utf8' });
	const { vulnerabilities, message } = JSON.parse(stdout);
	if (!vulnerabilities) return [`npm audit gave no verdict: ${message ?? stdout.slice(0, 300)}`];
	return Object.values(vulnerabilities).map(({ name, severity, range }) => `${name} ${range}: ${severity}`);
}

async function main() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scan-'));
	try {
		const { bytes, files, name, tarball, version } = await packPackage(folder);
		const unpacked = path.join(folder, 'package');
		execFileSync('tar', ['-xzf', tarball, '-C', folder]);
		const { SOURCE_FILE_PATTERNS } = await import('@n8n/scan-community-package/scanner/scanner.mjs');
		const sources = await findings(projectDir, SOURCE_FILE_PATTERNS);
		const packed = await findings(unpacked, ['**/*.js', 'package.json']);
		const expected = expectedFiles();
		const manifest = JSON.parse(fs.readFileSync(path.join(unpacked, 'package.json'), 'utf8'));
		const dependencies = Object.keys(manifest.dependencies ?? {});
		const checks = [
			[`n8n's analyser on ${sources.files} source files`, sources.found],
			[`n8n's analyser on ${packed.files} files of the unpacked tarball`, packed.found],
			['npm audit of what users install', audit()],
			['the package needs no other package at run time', dependencies],
			[
				`the tarball holds the ${expected.length} files that the sources make, and no other`,
				[
					...files.filter((file) => !expected.includes(file)).map((file) => `${file} is in it, but should not be`),
					...expected.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
				],
			],
			[`it is no larger than ${MOST_BYTES} bytes`, bytes > MOST_BYTES ? [`${bytes} bytes`] : []],
		];
		for (const [what, found] of checks) {
			console.log(`${found.length ? 'WRONG' : 'ok   '} ${what}`);
			for (const line of found) console.log(`        ${line}`);
		}
		console.log(`\nScanned: ${name} ${version}, ${files.length} files, ${bytes} bytes.`);
		console.log('Not covered: what n8n asks of a published package only (provenance, and the sources at the address it names).');
		if (sources.files === 0 || packed.files === 0 || checks.some(([, found]) => found.length)) process.exitCode = 1;
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
