'use strict';

const path = require('node:path');

/**
 * The jest config of a suite that drives real processes: one file after the other (unless `maxWorkers`
 * says otherwise), each test by its name.
 *
 * @param {object} told what the suite's last words say of it, see test/report/reporter.js
 * @param {object} settings more of jest's, `displayName` at least
 */
const suiteConfig = (told, settings) => ({
	testEnvironment: 'node',
	transform: {},
	testMatch: ['<rootDir>/*.test.js'],
	maxWorkers: 1,
	testTimeout: 120_000,
	verbose: true,
	reporters: ['default', [path.join(__dirname, '../../report/reporter.js'), told]],
	...settings,
});

module.exports = { suiteConfig };
