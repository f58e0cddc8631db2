'use strict';

/**
 * An error whose message is meant for the person in front of the terminal: what happened and what to do next.
 * Commands print it without a stack trace.
 */
class ClearError extends Error {
	/** @param {string} message one sentence, with the remedy */
	constructor(message) {
		super(message);
		this.name = 'ClearError';
	}
}

module.exports = { ClearError };
