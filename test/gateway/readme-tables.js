'use strict';

/** The tables of README.md. `node test/gateway/readme-tables.js` writes them anew; a test compares them. */

const fs = require('fs');
const path = require('path');
const { outcomes, defaultOutcome } = require('./outcomes');
const { API_KINDS, WEBHOOK_KINDS } = require('./faults');

const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function sipSteps({ provisional, answer, final, unsendable }) {
	if (unsendable) return 'none';
	const end = answer !== undefined ? [200] : final || [487];
	return [100, ...provisional.map((p) => p.status), end[0]].join(', ');
}

function outcomesTable() {
	// Object keys that look like numbers come first, whatever their order in the file.
	const rows = Object.entries(outcomes).sort(([a], [b]) => (a < b ? -1 : 1));
	const row = (digits, o) => [digits, o.note, sipSteps(o), `\`${o.name}\``];
	return table(
		['digits', 'what happens', 'SIP', 'scenario'],
		[...rows.map(([digits, o]) => row(`\`${digits}\``, o)), row('any other', defaultOutcome)],
	);
}

function faultsTable() {
	return table(
		['kind', 'what it does'],
		Object.entries({ ...API_KINDS, ...WEBHOOK_KINDS }).map(([kind, what]) => [`\`${kind}\``, what]),
	);
}

const markers = (name) => [`<!-- ${name}: begin -->\n`, `\n<!-- ${name}: end -->`];

/** The text between the markers of a table. */
function marked(text, name) {
	const [begin, end] = markers(name);
	return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end));
}

function main() {
	const file = path.join(__dirname, 'README.md');
	let text = fs.readFileSync(file, 'utf8');
	for (const [name, content] of [
		['outcomes', outcomesTable()],
		['faults', faultsTable()],
	]) {
		const [begin, end] = markers(name);
		text = text.slice(0, text.indexOf(begin) + begin.length) + content + text.slice(text.indexOf(end));
	}
	fs.writeFileSync(file, text);
}

if (require.main === module) main();

module.exports = { outcomesTable, faultsTable, marked };
