'use strict';

/** The engine's floor: nothing but n8n's HTTP helper with the node's credential, so many requests at a time. */
class BenchLoop {
	constructor() {
		this.description = {
			displayName: 'Bench Loop',
			name: 'benchLoop',
			group: ['output'],
			version: 1,
			description: 'A bare loop',
			defaults: { name: 'Bench Loop' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'cognigyVoiceGatewayApi', required: true }],
			properties: [
				{ displayName: 'URL', name: 'url', type: 'string', default: '' },
				{ displayName: 'Parallel', name: 'parallel', type: 'number', default: 1 },
				{ displayName: 'Body', name: 'body', type: 'json', default: '{}' },
			],
		};
	}

	async execute() {
		const items = this.getInputData();
		const url = this.getNodeParameter('url', 0);
		const parallel = this.getNodeParameter('parallel', 0);
		const common = JSON.parse(this.getNodeParameter('body', 0));
		const output = [];
		let next = 0;
		const worker = async () => {
			while (next < items.length) {
				const index = next++;
				const body = { ...common, to: { ...common.to, number: items[index].json.phone } };
				const json = await this.helpers.httpRequestWithAuthentication.call(this, 'cognigyVoiceGatewayApi', {
					method: 'POST',
					url,
					body,
					json: true,
				});
				output[index] = { json, pairedItem: { item: index } };
			}
		};
		await Promise.all(Array.from({ length: parallel }, worker));
		return [output];
	}
}

module.exports = { BenchLoop };
