import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import { rowsWith } from '../gateway/json';
import type { Application } from '../gateway/types';
import { byName, locatorField, matches, nothingToChoose, pick } from './pick';

/** Value of the application field that stands for "whatever the calling number is assigned to". */
export const ASSIGNED_APPLICATION = 'assigned';

export const listApplications = async (client: GatewayClient): Promise<Application[]> =>
	rowsWith(await client.list<Application>({ path: '/Applications' }), 'application_sid', 'name');

async function choices(context: ILoadOptionsFunctions, filter: string | undefined): Promise<{ all: number; results: INodeListSearchItems[] }> {
	const applications = await pick(context, listApplications);
	const results = applications
		.map(({ application_sid: value, name }) => ({ name, value }))
		.filter(({ name }) => matches(name, filter))
		.sort(byName);
	return { all: applications.length, results };
}

/** The account's applications. */
export async function searchApplications(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const { all, results } = await choices(this, filter);
	if (all === 0) throw nothingToChoose(this, 'applications yet', 'Create one in the Voice Gateway Self-Service Portal, page Applications, and open this list again.');
	return { results };
}

/** For a call: also the one that the calling number is assigned to, first of all. */
export async function searchApplicationsForCall(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const { results } = await choices(this, filter);
	const assigned = { name: 'Assigned to the Calling Number', value: ASSIGNED_APPLICATION };
	return { results: [...[assigned].filter(({ name }) => matches(name, filter)), ...results] };
}

const list = { placeholder: 'Choose an application...' };
const typed = { displayName: 'By ID', name: 'id', placeholder: 'e.g. 7087fe50-8acb-4f3b-b820-97b573723aab' };

/** The application of a call. */
export const applicationField = locatorField(
	{
		displayName: 'Application',
		name: 'application',
		required: true,
		description: 'The Voice Gateway application that talks to the callee once the call is answered',
	},
	{ search: 'searchApplicationsForCall', ...list },
	typed,
	{ value: ASSIGNED_APPLICATION, cachedResultName: 'Assigned to the Calling Number' },
);

/** One of the account's applications, for whatever is said of it. */
export const anyApplicationField = (description: string, required = true) =>
	locatorField({ displayName: 'Application', name: 'application', required, description }, { search: 'searchApplications', ...list }, typed);
