'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { projectDir } = require('../n8n/lib/places');
const { readResult } = require('./results');

/**
 * Writes docs/compatibility.md from what the suites in n8n left when they ran last; with --check, says whether the
 * page is still true.
 */

const PAGE = path.join(projectDir, 'docs', 'compatibility.md');
const README = path.join(projectDir, 'test', 'n8n', 'README.md');

/** The suites that run in n8n: the heading of their table in README, and their names for n8n 2 and n8n 1. */
const SUITES = [
	{ heading: 'The suite', n8n2: 'n8n-2', n8n1: 'n8n-1' },
	{ heading: 'Install and upgrade', n8n2: 'upgrade-2', n8n1: 'upgrade-1' },
	{ heading: 'The browser', n8n2: 'browser' },
	{ heading: 'The cluster', n8n2: 'cluster' },
];

/** What the files of a suite show, in the words of test/n8n/README.md. */
function wordsOf(heading) {
	const section = fs.readFileSync(README, 'utf8').split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
	if (!section) throw new Error(`test/n8n/README.md has no section "${heading}".`);
	return new Map([...section.matchAll(/^\| `([^`]+\.test\.js)` \| (.+) \|$/gm)].map(([, file, words]) => [file, words.replace(/ \(`[^`]*`\)/g, '')]));
}

const resultOf = (suite) => {
	const result = readResult(suite);
	if (!result?.n8n) throw new Error(`There is no result of the suite ${suite}: run it as a whole first.`);
	return result;
};

function cell(result, file) {
	if (!result) return 'not run';
	const found = result.files.find((each) => path.basename(each.file) === file);
	if (!found) return 'not run';
	if (found.failed) return `${found.failed} failed`;
	return found.skipped ? `${found.skipped} left out` : 'passed';
}

/** A sentence's capital letter, but for n8n. */
const beginning = (words) => (words.startsWith('n8n') ? words : words[0].toUpperCase() + words.slice(1));

const runsIn = ({ n8n }) => `n8n ${n8n.version}, Node.js ${n8n.node}`;

function page() {
	const newest = resultOf('n8n-2');
	const older = resultOf('n8n-1');
	const rows = SUITES.flatMap(({ heading, n8n2, n8n1 }) => {
		const [of2, of1] = [resultOf(n8n2), n8n1 && resultOf(n8n1)];
		const words = wordsOf(heading);
		const ran = [of2, of1].filter(Boolean).flatMap(({ files }) => files.map(({ file }) => path.basename(file)));
		for (const file of ran) if (!words.has(file)) throw new Error(`test/n8n/README.md, "${heading}", does not say what ${file} shows.`);
		return [...words].map(([file, what]) => `| ${beginning(what)} | ${cell(of2, file)} | ${cell(of1, file)} |`);
	});
	return `# Compatibility

<!-- Written by npm run compatibility from what the tests left; not by hand. -->

The package is tested in these releases of n8n, each installed as you would install it:

- **${runsIn(newest)}**: the 2.x line
- **${runsIn(older)}**: the 1.x line with long-term support

It needs n8n's package n8n-workflow only, which every n8n has, and no other package at run time. Other releases between these are likely to work and have not been tried.

| What was tried in a running n8n | n8n ${newest.n8n.version} | n8n ${older.n8n.version} |
|---|---|---|
${rows.join('\n')}

The editor in a browser, and a cluster, are tried in n8n 2 only. How n8n's two engines for expressions differ in speed is in [benchmarks](benchmarks.md); what holds over several processes is in [scaling](scaling.md).
`;
}

const written = page();
if (!process.argv.includes('--check')) {
	fs.writeFileSync(PAGE, written);
	console.log(`Wrote ${path.relative(projectDir, PAGE)}.`);
} else if (!fs.existsSync(PAGE) || fs.readFileSync(PAGE, 'utf8') !== written) {
	console.log(`docs/compatibility.md is not what the tests say. "npm run compatibility" would write:\n\n${written}`);
	process.exitCode = 1;
} else {
	console.log('docs/compatibility.md says what the tests say.');
}
