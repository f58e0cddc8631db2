'use strict';

const { createHash } = require('node:crypto');

const turn = () => new Promise(setImmediate);

/** n8n's store of processed items: hashes in one row per scope, read, changed and written as a whole, with a pause in between. `latency` tells how many turns of the event loop a step takes. */
function store({ latency = () => 1 } = {}) {
	const rows = new Map();
	const hash = (value) => createHash('md5').update(String(value)).digest('base64');
	const takes = async () => {
		for (let turns = latency(); turns > 0; turns--) await turn();
	};
	const read = async (scope) => {
		await takes();
		const found = rows.get(scope);
		return Object.assign([...(found ?? [])], { isFirst: found === undefined });
	};
	const write = async (scope, entries) => {
		await takes();
		// n8n inserts the first row, and updates it from then on.
		if (entries.isFirst && rows.has(scope)) throw new Error('UNIQUE constraint failed: processed_data.workflowId, processed_data.context');
		rows.set(scope, entries);
	};
	const check = ({ mode }) => {
		if (mode !== 'entries') throw new Error(`mode "${mode}"`);
	};
	return {
		rows,
		/** The helpers of a node's context. */
		helpers: (node, workflow = '') => {
			const row = (scope) => {
				if (scope !== 'node' && scope !== 'workflow') throw new Error(`scope "${scope}"`);
				return `${workflow}${scope === 'node' ? `n:${node.id}` : ''}`;
			};
			return {
				checkProcessedAndRecord: async (items, scope, options) => {
					check(options);
					const entries = await read(row(scope));
					// As n8n does: what stands twice in one question is new twice.
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
					await write(row(scope), entries);
					return answer;
				},
				removeProcessed: async (items, scope, options) => {
					check(options);
					const entries = await read(row(scope));
					for (const item of items) {
						const at = entries.indexOf(hash(item));
						if (at !== -1) entries.splice(at, 1);
					}
					await write(row(scope), entries);
				},
			};
		},
	};
}

module.exports = { store, turn };
