'use strict';

const { createHash } = require('node:crypto');
const { DataDeduplicationService } = require('n8n-core');

/** n8n's store of processed items behind n8n-core's own service: one row of hashes per scope, read, changed and written as a whole. */

const rows = new Map();
const hash = (value) => createHash('md5').update(value.toString()).digest('base64');
const rowOf = (scope, { workflow, node }) => `${workflow.id} ${scope === 'node' ? `n:${node.id}` : ''}`;
const pause = () => new Promise(setImmediate);
const faults = { check: undefined, remove: undefined };

const deduplicator = {
	async checkProcessedAndRecord(items, scope, context, options) {
		faults.check?.(items);
		const row = rowOf(scope, context);
		await pause();
		const entries = [...(rows.get(row) ?? [])];
		const known = new Set(entries);
		const answer = { new: [], processed: [] };
		for (const item of items) {
			if (known.has(hash(item))) answer.processed.push(item);
			else {
				answer.new.push(item);
				entries.push(hash(item));
			}
		}
		if (options.maxEntries) entries.splice(0, entries.length - options.maxEntries);
		await pause();
		rows.set(row, entries);
		return answer;
	},
	async removeProcessed(items, scope, context) {
		faults.remove?.(items);
		const row = rowOf(scope, context);
		await pause();
		const entries = [...(rows.get(row) ?? [])];
		for (const item of items) {
			const at = entries.indexOf(hash(item));
			if (at !== -1) entries.splice(at, 1);
		}
		await pause();
		rows.set(row, entries);
	},
	clearAllProcessedItems: async () => rows.clear(),
	getProcessedDataCount: async () => [...rows.values()].flat().length,
};

let started;
/** To be called before the first run of a test file. */
const startProcessed = async () => await (started ??= DataDeduplicationService.init(deduplicator));

/** Forgets everything, and lets nothing fail any more. */
function forgetProcessed() {
	rows.clear();
	Object.assign(faults, { check: undefined, remove: undefined });
}

module.exports = { faults, forgetProcessed, rows, startProcessed };
