import type { INodeProperties } from 'n8n-workflow';

/** Which way a call went, as a filter. */
export const directionFilter: INodeProperties = {
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{ name: 'Inbound', value: 'inbound', description: 'Calls that the gateway received' },
		{ name: 'Outbound', value: 'outbound', description: 'Calls that the gateway placed' },
	],
	default: 'outbound',
	description: 'Only calls in this direction',
};
