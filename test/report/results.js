'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { runtimeDir } = require('../n8n/lib/places');

/** Where each suite leaves what came of its last whole run. */
const resultsDir = path.join(runtimeDir, 'results');

const fileOf = (suite) => path.join(resultsDir, `${suite}.json`);

/**
 * @typedef {object} Result
 * @property {string} suite
 * @property {{ version: string, node: number }} [n8n] the n8n it ran in, and the major version of Node.js
 * @property {{ file: string, passed: number, failed: number, skipped: number }[]} files
 * @property {{ what: string, message: string }[]} failures
 */

/** @param {Result} result */
function writeResult(result) {
	fs.mkdirSync(resultsDir, { recursive: true });
	fs.writeFileSync(fileOf(result.suite), JSON.stringify(result));
}

/** @returns {Result | undefined} undefined where the suite has not run */
const readResult = (suite) => (fs.existsSync(fileOf(suite)) ? JSON.parse(fs.readFileSync(fileOf(suite), 'utf8')) : undefined);

const forgetResults = () => fs.rmSync(resultsDir, { recursive: true, force: true });

/** @param {Result} result */
const countOf = (result, what) => result.files.reduce((total, file) => total + file[what], 0);

module.exports = { countOf, forgetResults, readResult, writeResult };
