'use strict';

/** What the quick suites have in common. */
const common = {
	testEnvironment: 'node',
	modulePathIgnorePatterns: ['<rootDir>/.n8n/', '<rootDir>/dist/package.json'],
};

/**
 * The quick suites: pure functions, n8n-core's engine and the emulated gateway; and attacks on all of that. The real-n8n
 * suite has its own config in test/n8n.
 */
module.exports = {
	// A busy machine may take its time; nothing waits as long as this when all is well.
	testTimeout: 180_000,
	projects: [
		{ ...common, displayName: 'quick', testMatch: ['<rootDir>/test/unit/**/*.test.js', '<rootDir>/test/engine/**/*.test.js'] },
		{ ...common, displayName: 'attack', testMatch: ['<rootDir>/test/attack/**/*.test.js'] },
	],
};
