'use strict';

const { isDeepStrictEqual } = require('node:util');

const { hasEnded } = require('./n8n-client');
const { until } = require('./until');

const EXPECTED_STATUSES = ['trying', 'ringing', 'in-progress', 'completed'];

/**
 * Follows a call through the executions that its trigger started in n8n.
 *
 * @param {import('./n8n-client').N8nClient} client
 * @param {object} options
 * @param {string} options.workflowId
 * @param {string} options.triggerName
 * @param {(event: object, seconds: number) => void} options.onEvent called for each new event, `seconds` after the first
 * @param {number} [options.timeoutMs]
 * @returns {Promise<object[]>} the trigger's items, in the order in which n8n received them
 */
async function followCall(client, { workflowId, triggerName, onEvent, timeoutMs = 60_000 }) {
	const events = [];
	const seen = new Set();
	let started;
	await until(
		'the end of the call',
		async () => {
			// Executions may end in another order than they started: the last event is not enough.
			const allEnded = (await client.executions(workflowId)).every(hasEnded);
			const runs = await client.runsOf(workflowId, triggerName);
			for (const { id, items, execution } of runs.filter((run) => !seen.has(run.id))) {
				seen.add(id);
				const at = Date.parse(execution.startedAt);
				started ??= at;
				events.push(items[0]);
				onEvent(items[0], (at - started) / 1000);
			}
			return allEnded && events.some(({ final }) => final);
		},
		{ timeoutMs, everyMs: 150, describe: () => events.map(({ call_status: status }) => status) },
	);
	return events;
}

/**
 * What is missing in a timeline, in words; empty when the call was answered and everything arrived.
 *
 * @param {object[]} events
 * @param {object} metadata what was sent with the call
 */
function missingIn(events, metadata) {
	const statuses = events.map(({ call_status: status }) => status);
	const missing = EXPECTED_STATUSES.filter((status) => !statuses.includes(status)).map((status) => `the status "${status}"`);
	const last = events.find(({ final }) => final) ?? {};
	if (last.outcome !== 'answered') missing.push(`the outcome "answered" (it is "${last.outcome}")`);
	if (!(last.duration > 0)) missing.push('the duration');
	if (!events.every(({ tag }) => isDeepStrictEqual(tag, metadata))) missing.push('the metadata');
	if (new Set(events.map(({ call_sid: sid }) => sid)).size !== 1) missing.push('one and the same call_sid');
	return missing;
}

module.exports = { followCall, missingIn };
