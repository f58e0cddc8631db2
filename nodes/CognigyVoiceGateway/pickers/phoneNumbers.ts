import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { PhoneNumber } from '../gateway/types';
import { listApplications } from './applications';
import { byName, locatorField, matches, matchesDigits, pick } from './pick';

/** The account's numbers; a key above the account's level sees those of other accounts too, which are left out. */
export async function listPhoneNumbers(client: GatewayClient): Promise<PhoneNumber[]> {
	const numbers = await client.list<PhoneNumber>({ path: '/PhoneNumbers', global: true });
	const { accountSid } = client.account;
	return numbers.filter(({ account_sid: owner }) => !owner || owner === accountSid);
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
	return {
		results: results.filter(({ name, value }) => matches(name, filter) || matchesDigits(value, filter)).sort(byName),
	};
}

export const fromField = locatorField(
	{
		displayName: 'From',
		name: 'from',
		required: true,
		description: 'The number that the callee sees. It must be one of the Phone Numbers of your Voice Gateway account.',
	},
	{ search: 'searchPhoneNumbers', placeholder: 'Choose a number...' },
	{ displayName: 'By Number or SIP User', name: 'number', placeholder: 'e.g. +14155550100' },
);
