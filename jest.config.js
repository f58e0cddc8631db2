'use strict';

/** The quick suites: pure functions, n8n-core's engine and the emulated gateway. The real-n8n suite has its own config in test/n8n. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/unit/**/*.test.js', '<rootDir>/test/engine/**/*.test.js'],
	// A busy machine may take its time; nothing waits as long as this when all is well.
	testTimeout: 180_000,
	modulePathIgnorePatterns: ['<rootDir>/.n8n/', '<rootDir>/dist/package.json'],
};
