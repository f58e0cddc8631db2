'use strict';

/** Counts the runs that came this far, in the memory of the n8n process. */
class BenchCount {
	constructor() {
		this.description = {
			displayName: 'Bench Count',
			name: 'benchCount',
			group: ['transform'],
			version: 1,
			description: 'Counts runs',
			defaults: { name: 'Bench Count' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [],
		};
	}

	async execute() {
		globalThis.benchRuns = (globalThis.benchRuns ?? 0) + 1;
		return [this.getInputData()];
	}
}

module.exports = { BenchCount };
