'use strict';

const { WITHOUT_SID } = require('./plan');

/** Compares what the workflow put out with what the gateway says. */

const OUTCOME_OF = { completed: 'answered', busy: 'busy', 'no-answer': 'no-answer', failed: 'failed' };

/** How a call ended, in the words of the node. */
const outcomeOf = ({ final_status: status, final_sip_status: sip }) => (sip === 603 ? 'declined' : OUTCOME_OF[status]);

/** The entries by key, in their order. */
function groupBy(entries, keyOf) {
	const groups = new Map();
	for (const entry of entries) groups.set(keyOf(entry), [...(groups.get(keyOf(entry)) ?? []), entry]);
	return groups;
}

const FINAL = new Set(['completed', 'busy', 'no-answer', 'failed']);

/**
 * While n8n prepares its database at a start, it answers everything with this page and status 200: what the gateway
 * sends then has arrived nowhere, and the gateway does not send it again.
 */
const isLostInStart = ({ status, answer }) => status === 200 && /^n8n is starting up/.test(answer ?? '');

/**
 * The final event of one of these calls that the gateway got through when all of them had ended, if there was one: then
 * the run must have gone on with real outcomes.
 */
function heardAtTheEnd(placed, deliveries) {
	const last = placed.reduce((latest, call) => (call.ended_at > latest.ended_at ? call : latest));
	const sids = new Set(placed.map(({ sid }) => sid));
	return deliveries.find(
		({ call_sid: sid, sent_at: sentAt, event, forged, ...delivery }) =>
			sids.has(sid) && FINAL.has(event) && delivery.status === 200 && !forged && !isLostInStart(delivery) && sentAt >= last.ended_at,
	);
}

/**
 * @param {object} seen
 * @param {import('./plan').PlannedCall[][]} seen.executions as planned
 * @param {object[]} seen.placed     by the gateway
 * @param {object[]} seen.deliveries by the gateway
 * @param {Array<{ execution: string, items: object[] }>} seen.runs of the step behind Create and Wait
 * @param {Array<{ id: string, status: string }>} seen.ended executions
 * @param {number} seen.started how many executions n8n accepted
 * @returns {{ counts: Record<string, number>, wrong: string[] }}
 */
function judge({ executions, placed, deliveries, runs, ended, started }) {
	const counts = {};
	const wrong = [];
	const count = (what, by = 1) => (counts[what] = (counts[what] ?? 0) + by);
	const placedOf = groupBy(placed, ({ number }) => number);
	const runsOf = groupBy(runs.filter(({ items }) => items.length > 0), ({ items }) => items[0].execution_number);
	const crashed = ended.filter(({ status }) => status !== 'success');

	for (const [number, calls] of placedOf) {
		if (calls.length > 1) wrong.push(`${number} rang ${calls.length} times`);
	}
	if (ended.length !== started) wrong.push(`${started} executions were started, ${ended.length} have ended`);

	count('webhooks lost because n8n was just starting (answered 200 with its start page)', deliveries.filter(isLostInStart).length);
	let silent = 0;
	for (const [index, calls] of executions.entries()) {
		const own = runsOf.get(index) ?? [];
		count('calls planned', calls.length);
		if (own.length > 1) wrong.push(`execution ${index}: the step behind ran ${own.length} times`);
		if (own.length === 0) {
			silent += 1;
			count('calls of executions that were running when n8n was ended (crashed, no output)', calls.length);
			continue;
		}
		const [{ items }] = own;
		if (items.map(({ phone }) => phone).join() !== calls.map(({ number }) => number).join()) {
			wrong.push(`execution ${index}: the items are not those of the input, in their order`);
			continue;
		}
		const ownPlaced = calls.flatMap(({ number }) => placedOf.get(number) ?? []);
		for (const [position, item] of items.entries()) judgeItem(item, calls[position], ownPlaced, index);
	}
	if (silent > crashed.length) wrong.push(`${silent} executions put nothing out, but only ${crashed.length} crashed`);
	count('executions', started);
	count('executions that ended with success', ended.length - crashed.length);
	count('executions that crashed with n8n', crashed.length);

	function judgeItem(item, call, ownPlaced, index) {
		const [truth] = placedOf.get(call.number) ?? [];
		const at = `execution ${index}, ${call.number} (${call.trouble ?? 'no trouble'})`;
		if (truth === undefined) return void wrong.push(`${at}: put out as "${item.outcome}", but never placed`);
		if (item.outcome === outcomeOf(truth)) {
			if (item.call_sid !== truth.sid) wrong.push(`${at}: the sid is ${item.call_sid} and not ${truth.sid}`);
			return void count('calls with the outcome that the gateway says');
		}
		if (item.outcome !== 'unknown') return void wrong.push(`${at}: put out as "${item.outcome}", the gateway says "${outcomeOf(truth)}"`);
		if (item.timed_out) {
			const heard = heardAtTheEnd(ownPlaced, deliveries);
			if (heard) wrong.push(`${at}: unknown after the deadline, though the end was reported (delivery ${heard.id} of ${heard.call_sid}, answered "${heard.answer ?? ''}")`);
			if (!WITHOUT_SID.has(call.trouble) && item.call_sid !== truth.sid) wrong.push(`${at}: unknown, and the sid is missing`);
			return void count('calls unknown: nothing was heard after the last call of the run had ended, until the deadline');
		}
		if (WITHOUT_SID.has(call.trouble)) return void count('calls unknown: the answer to the placement was lost');
		wrong.push(`${at}: unknown without a reason`);
	}

	return { counts, wrong };
}

module.exports = { judge };
