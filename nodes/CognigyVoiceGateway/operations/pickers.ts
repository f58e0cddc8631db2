import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';

import { ASSIGNED_APPLICATION } from '../dialling/prepare';
import { GatewayClient, GatewayProblemError } from '../gateway/client';
import type { Application, Carrier, PhoneNumber } from '../gateway/types';

/** Searchable lists out of the gateway, and the fields that show them. A key without the right to list still works by typing. */

const matches = (text: string, filter: string | undefined): boolean =>
	filter === undefined || text.toLowerCase().includes(filter.trim().toLowerCase());

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

export const listApplications = async (client: GatewayClient): Promise<Application[]> =>
	await client.list<Application>({ path: '/Applications' });

/** The account's numbers; a key above the account's level sees those of other accounts too, which are left out. */
export async function listPhoneNumbers(client: GatewayClient): Promise<PhoneNumber[]> {
	const numbers = await client.list<PhoneNumber>({ path: '/PhoneNumbers', global: true });
	const { accountSid } = client.account;
	return numbers.filter(({ account_sid: owner }) => !owner || owner === accountSid);
}

/** Opens a client, and shows in the picker what went wrong. */
async function pick<T>(context: ILoadOptionsFunctions, job: (client: GatewayClient) => Promise<T>): Promise<T> {
	const client = await GatewayClient.open(context);
	try {
		return await job(client);
	} catch (error) {
		throw error instanceof GatewayProblemError ? client.error(error.problem) : error;
	}
}

export async function searchPhoneNumbers(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const [numbers, applications] = await pick(
		this,
		async (client) =>
			// The applications' names are a comfort: a key that may not read them still gets its numbers.
			await Promise.all([listPhoneNumbers(client), listApplications(client).catch(() => [])]),
	);
	const names = new Map(applications.map(({ application_sid: sid, name }) => [sid, name]));
	const results = numbers.map(({ number, application_sid: sid }) => {
		const value = number.startsWith('+') ? number : `+${number}`;
		const application = sid === null ? undefined : names.get(sid);
		return { name: application === undefined ? value : `${value} (${application})`, value };
	});
	const digits = filter?.replace(/[^\d]/g, '');
	return {
		results: results
			.filter(({ name, value }) => matches(name, filter) || (digits !== undefined && digits !== '' && value.includes(digits)))
			.sort(byName),
	};
}

export async function searchApplications(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const applications = await pick(this, listApplications);
	const assigned = { name: 'Assigned to the Calling Number', value: ASSIGNED_APPLICATION };
	const results = applications.map(({ application_sid: value, name }) => ({ name, value })).sort(byName);
	return { results: [assigned, ...results].filter(({ name }) => matches(name, filter)) };
}

/** For the trigger's filter: applications only. */
export async function searchApplicationFilter(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const { results } = await searchApplications.call(this, filter);
	return { results: results.filter(({ value }) => value !== ASSIGNED_APPLICATION) };
}

export async function searchCarriers(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const carriers = await pick(this, async (client) => await client.list<Carrier>({ path: '/VoipCarriers' }));
	return {
		results: carriers
			.map(({ name }) => ({ name, value: name }))
			.filter(({ name }) => matches(name, filter))
			.sort(byName),
	};
}

export const fromField: INodeProperties = {
	displayName: 'From',
	name: 'from',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The number that the callee sees. It must be one of the Phone Numbers of your Voice Gateway account.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a number...',
			typeOptions: { searchListMethod: 'searchPhoneNumbers', searchable: true },
		},
		{
			displayName: 'By Number or SIP User',
			name: 'number',
			type: 'string',
			placeholder: 'e.g. +14155550100',
		},
	],
};

export const applicationField: INodeProperties = {
	displayName: 'Application',
	name: 'application',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: ASSIGNED_APPLICATION, cachedResultName: 'Assigned to the Calling Number' },
	description: 'The Voice Gateway application that talks to the callee once the call is answered',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose an application...',
			typeOptions: { searchListMethod: 'searchApplications', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 7087fe50-8acb-4f3b-b820-97b573723aab',
		},
	],
};

export const carrierField: INodeProperties = {
	displayName: 'Carrier',
	name: 'carrier',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The carrier (trunk) that takes the call. Leave empty to let the gateway choose.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a carrier...',
			typeOptions: { searchListMethod: 'searchCarriers', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. my-carrier',
		},
	],
};
