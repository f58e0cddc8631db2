import type { INodeProperties } from 'n8n-workflow';

/** Names with values: the metadata and SIP headers that a call is given, when it is created and later. */

const pairs = (
	field: Pick<INodeProperties, 'displayName' | 'name' | 'placeholder' | 'description'>,
	key: Pick<INodeProperties, 'displayName' | 'name' | 'placeholder'>,
): INodeProperties => ({
	...field,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	options: [
		{
			displayName: 'Pair',
			name: 'pairs',
			values: [
				{ ...key, type: 'string', default: '' },
				{ displayName: 'Value', name: 'value', type: 'string', default: '' },
			],
		},
	],
});

export const metadataPairs = (description: string): INodeProperties =>
	pairs(
		{ displayName: 'Metadata', name: 'metadata', placeholder: 'Add Metadata', description },
		{ displayName: 'Key', name: 'key', placeholder: 'e.g. contactId' },
	);

export const metadataJson: INodeProperties = {
	displayName: 'Metadata (JSON)',
	name: 'metadataJson',
	type: 'json',
	default: '{}',
	description: 'Your own data as a JSON object, for nested values. Pairs under Metadata are added to it.',
};

export const headerPairs = (description: string): INodeProperties =>
	pairs(
		{ displayName: 'SIP Headers', name: 'sipHeaders', placeholder: 'Add Header', description },
		{ displayName: 'Name', name: 'name', placeholder: 'e.g. X-Customer-Id' },
	);
