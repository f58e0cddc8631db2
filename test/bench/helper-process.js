'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const fileOf = (name) => path.join(__dirname, 'processes', `${name}.js`);

/** Nothing of the caller's shell but what a process needs. */
const env = { PATH: process.env.PATH, HOME: process.env.HOME };

/**
 * Runs a process of `processes/` that gets one task and gives one answer.
 *
 * @param {string} name
 * @param {unknown} task
 * @param {string} nodeBinary
 */
async function ask(name, task, nodeBinary) {
	const child = fork(fileOf(name), [], { execPath: nodeBinary, env });
	const answer = Promise.race([
		once(child, 'message').then(([message]) => message),
		once(child, 'exit').then(([code]) => {
			throw new Error(`The helper process ${name} ended with code ${code} and without an answer.`);
		}),
	]);
	child.send(task);
	return await answer;
}

/**
 * Starts the gateway that answers after a latency. It ends with this process, or when it is closed.
 *
 * @param {{ latencyMs: number, webhookSecret: string, nodeBinary: string }} options
 */
async function startSlowGateway({ latencyMs, webhookSecret, nodeBinary }) {
	const child = fork(fileOf('slow-gateway'), [String(latencyMs), webhookSecret], { execPath: nodeBinary, env });
	const [{ port }] = await once(child, 'message');
	const url = `http://127.0.0.1:${port}`;
	return {
		url,
		countedUrl: `${url}/counted`,
		/** Calls since the last question, and how many of them were under way at once. */
		async counted() {
			return await (await fetch(`${url}/counted`)).json();
		},
		async close() {
			const gone = once(child, 'exit');
			child.disconnect();
			await gone;
		},
	};
}

module.exports = { ask, startSlowGateway };
