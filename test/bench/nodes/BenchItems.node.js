'use strict';

/** Puts out as many items as told, each with a number to call. */
class BenchItems {
	constructor() {
		this.description = {
			displayName: 'Bench Items',
			name: 'benchItems',
			group: ['transform'],
			version: 1,
			description: 'Items to call',
			defaults: { name: 'Bench Items' },
			inputs: ['main'],
			outputs: ['main'],
			properties: [{ displayName: 'Count', name: 'count', type: 'number', default: 1 }],
		};
	}

	async execute() {
		const count = this.getNodeParameter('count', 0);
		return [Array.from({ length: count }, (_, index) => ({ json: { phone: `+1202${5550000 + index}` }, pairedItem: { item: 0 } }))];
	}
}

module.exports = { BenchItems };
