'use strict';

/** The quick suites: pure functions, n8n-core's engine, the emulated gateway, and attacks on all of that. The real-n8n suite has its own config in test/n8n. */
module.exports = {
	testEnvironment: 'node',
	// What is tested is compiled, and the tests are written as Node.js runs them.
	transform: {},
	roots: ['<rootDir>/test/unit', '<rootDir>/test/engine', '<rootDir>/test/attack'],
	testMatch: ['**/*.test.js'],
	// Many tests wait for a clock: the second process costs little, even where there are two processors.
	maxWorkers: 2,
	// A busy machine may take its time; nothing waits as long as this when all is well.
	testTimeout: 180_000,
	reporters: [
		'default',
		[
			'<rootDir>/test/report/reporter.js',
			{
				suite: 'quick',
				covers: "the nodes' parts by themselves, every operation in n8n-core's engine, the emulated gateway against its recordings, and attacks on all of that.",
				leavesOut: 'a running n8n (npm run test:n8n), its editor (test:browser), several processes (test:cluster), installing (test:upgrade), the packed tarball (scan).',
			},
		],
	],
};
