'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { projectDir } = require('../n8n/lib/places');

/** What a source file becomes in dist; undefined where nothing is known that it should become. */
const BECOMES = [
	[/\.ts$/, (file) => file.replace(/\.ts$/, '.js')],
	[/\.(svg|json)$/, (file) => file],
];

/**
 * The list against which the tarball is checked: each source file's output, and the three files that every package has.
 *
 * @returns {string[]} paths in the package
 * @throws {Error} for a source file of a kind that belongs in no package
 */
function expectedFiles() {
	const sources = ['credentials', 'nodes'].flatMap((folder) =>
		fs
			.readdirSync(path.join(projectDir, folder), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map(({ name, parentPath }) => path.relative(projectDir, path.join(parentPath, name))),
	);
	const outputs = sources.map((file) => {
		const rule = BECOMES.find(([pattern]) => pattern.test(file));
		if (!rule) throw new Error(`${file} is no source of this package.`);
		return `dist/${rule[1](file)}`;
	});
	return ['LICENSE', 'README.md', 'package.json', ...outputs];
}

module.exports = { expectedFiles };
