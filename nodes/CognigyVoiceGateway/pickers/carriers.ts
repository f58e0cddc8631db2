import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { Carrier } from '../gateway/types';
import { byName, locatorField, matches, pick } from './pick';

export const listCarriers = async (client: GatewayClient): Promise<Carrier[]> =>
	await client.list<Carrier>({ path: '/VoipCarriers' });

/** Carriers by name, which is what a call names them by. */
export async function searchCarriers(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const carriers = await pick(this, listCarriers);
	return {
		results: carriers
			.map(({ name }) => ({ name, value: name }))
			.filter(({ name }) => matches(name, filter))
			.sort(byName),
	};
}

export const carrierField = locatorField(
	{
		displayName: 'Carrier',
		name: 'carrier',
		description: 'The carrier (trunk) that takes the call. Leave empty to let the gateway choose.',
	},
	{ search: 'searchCarriers', placeholder: 'Choose a carrier...' },
	{ displayName: 'By Name', name: 'name', placeholder: 'e.g. my-carrier' },
);
