'use strict';

const { DataDeduplicationService } = require('n8n-core');

const { store } = require('../unit/processedStore');

/** n8n's store of processed items, behind n8n-core's own service. */

const { helpers, rows } = store();
const faults = { check: undefined, remove: undefined };
const helpersOf = ({ node, workflow }) => helpers(node, `${workflow.id} `);

const deduplicator = {
	async checkProcessedAndRecord(items, scope, context, options) {
		faults.check?.(items);
		return await helpersOf(context).checkProcessedAndRecord(items, scope, options);
	},
	async removeProcessed(items, scope, context, options) {
		faults.remove?.(items);
		await helpersOf(context).removeProcessed(items, scope, options);
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
