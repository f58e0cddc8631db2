'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** The list of mutants that no test kills, each with its reason, in survivors.json. */

const LIST = path.join(__dirname, 'survivors.json');
const ROOT = 'nodes/CognigyVoiceGateway/';

const readSurvivors = () => JSON.parse(fs.readFileSync(LIST, 'utf8'));

const flat = (text) => text.replace(/\s+/g, ' ').trim();

const sources = new Map();

/** The lines of a source file, as it is before anything is mutated. */
function linesOf(file) {
	if (!sources.has(file)) sources.set(file, fs.readFileSync(file, 'utf8').split('\n'));
	return sources.get(file);
}

/**
 * What a mutant changes, without its line number, which any edit above it would shift: the text, what takes its place, the
 * line on which it begins, because `true` alone says little, and where in that line, because it may hold the text twice.
 */
function describe({ fileName, location: { start, end }, replacement, mutatorName }) {
	const lines = linesOf(fileName);
	const text = lines.slice(start.line, end.line + 1);
	text[text.length - 1] = text.at(-1).slice(0, end.column);
	text[0] = text[0].slice(start.column);
	return {
		file: fileName.slice(fileName.indexOf(ROOT) + ROOT.length),
		line: flat(lines[start.line]),
		at: start.column - /^\s*/.exec(lines[start.line])[0].length,
		from: flat(text.join('\n')),
		to: flat(replacement ?? mutatorName),
	};
}

/** Whether an entry of the list is for the mutant of which these are the words. */
const isFor = (entry, words) => ['file', 'line', 'at', 'from', 'to'].every((key) => entry[key] === words[key]);

/** The entry of the list for this mutant. */
const listedAs = (list, mutant) => {
	if (!list.length) return undefined;
	const described = describe(mutant);
	return list.find((entry) => isFor(entry, described));
};

module.exports = { describe, isFor, listedAs, readSurvivors };
