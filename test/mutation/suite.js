'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** Tests of something else than calls and events, which only pass through the two folders on their way. */
const BESIDE = [
	/^test\/unit\/gateway\//,
	/^test\/unit\/(client|credential|environments|fileAddress|hookUrl|mask|package|soakJudge|strictContext)\.test\.js$/,
	/^test\/engine\/(accountLists|callFiles|callHistory|callProblems|credentialTest|getCall|getManyCalls|hangUp|lookupErrors|pickers|updateCall)\.test\.js$/,
	// Measures time.
	/^test\/engine\/joinCost\.test\.js$/,
];

/** Where the tests that fail without any mutant are told: beside Stryker's sandbox, which it takes away. */
const FAILED = '.stryker-tmp/failed-tests.json';

/** The test files that the mutants have to pass. */
const SUITE = ['unit', 'engine'].flatMap((folder) =>
	fs
		.readdirSync(path.join('test', folder), { recursive: true })
		.filter((name) => name.endsWith('.test.js'))
		.map((name) => `test/${folder}/${name}`)
		.filter((file) => !BESIDE.some((pattern) => pattern.test(file)))
		.sort(),
);

/** Engine tests that are about a source, and are not named after it. */
const ABOUT = [
	[/\/events\/waiting\.ts$/, /\/wait/],
	[/\/events\/(?:application\/\w+|listening|workflowTriggers)\.ts$/, /\/trigger(?:Application|Activation)/],
	[/\/events\/(?:webhook|receive|filter)\.ts$/, /\/trigger(?:Events|Verification)/],
	[/\/dialling\/noRepeat\.ts$/, /\/doNotCallAgain/],
	[/\/dialling\/window\.ts$/, /\/callingWindow/],
];

/** Whether a test file is about a source: it is named after it, perhaps with more behind. */
const isOwn = (file, source) =>
	path.basename(file).startsWith(path.basename(source, '.ts')) || ABOUT.some(([of, tests]) => of.test(source) && tests.test(file));

module.exports = { FAILED, isOwn, SUITE };
