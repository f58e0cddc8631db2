import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import { rowsWith } from '../gateway/json';
import type { Carrier } from '../gateway/types';
import { byName, locatorField, matches, nothingToChoose, pick } from './pick';

export const listCarriers = async (client: GatewayClient): Promise<Carrier[]> =>
	rowsWith(await client.list<Carrier>({ path: '/VoipCarriers' }), 'voip_carrier_sid', 'name');

async function choices(context: ILoadOptionsFunctions, filter: string | undefined, valueOf: (carrier: Carrier) => string): Promise<INodeListSearchResult> {
	const carriers = await pick(context, listCarriers);
	if (carriers.length === 0) {
		throw nothingToChoose(
			context,
			'carriers of its own yet',
			'Create one in the Voice Gateway Self-Service Portal, page Carriers, or type the name or ID of a carrier that the service provider shares.',
		);
	}
	return {
		results: carriers
			.map((carrier) => ({ name: carrier.name, value: valueOf(carrier) }))
			.filter(({ name }) => matches(name, filter))
			.sort(byName),
	};
}

/** Carriers by name, which is what a call names them by. */
export async function searchCarriers(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	return await choices(this, filter, ({ name }) => name);
}

/** Carriers by sid, which is what the API names them by. */
export async function searchCarrierIds(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	return await choices(this, filter, ({ voip_carrier_sid: sid }) => sid);
}

const placeholder = 'Choose a carrier...';
const byCarrierName = { displayName: 'By Name', name: 'name', placeholder: 'e.g. my-carrier' };

export const carrierField = locatorField(
	{
		displayName: 'Carrier',
		name: 'carrier',
		description: 'The carrier (trunk) that takes the call. Leave empty to let the gateway choose.',
	},
	{ search: 'searchCarriers', placeholder },
	byCarrierName,
);

/** The carrier that calls of the history went through. */
export const trunkField = locatorField(
	{ displayName: 'Carrier', name: 'trunk', description: 'Only calls through this carrier (trunk)' },
	{ search: 'searchCarriers', placeholder },
	byCarrierName,
);

/** One carrier, to look it up. */
export const carrierIdField = locatorField(
	{ displayName: 'Carrier', name: 'carrierId', required: true, description: 'The carrier (trunk) to look up' },
	{ search: 'searchCarrierIds', placeholder },
	{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 1df22d69-5831-4b6f-a7f3-3aec3f2dd0f2' },
);
