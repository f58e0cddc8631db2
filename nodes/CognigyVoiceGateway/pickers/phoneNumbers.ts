import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import { rowsWith } from '../gateway/json';
import type { PhoneNumber } from '../gateway/types';
import { listApplications } from './applications';
import { byName, locatorField, matches, matchesDigits, nothingToChoose, pick } from './pick';

/** The account's numbers; a key above the account's level sees those of other accounts too, which are left out. */
export async function listPhoneNumbers(client: GatewayClient): Promise<PhoneNumber[]> {
	const numbers = rowsWith(await client.list<PhoneNumber>({ path: '/PhoneNumbers', global: true }), 'number');
	const { accountSid } = client.account;
	return numbers.filter(({ account_sid: owner }) => !owner || owner === accountSid);
}

async function choices(
	context: ILoadOptionsFunctions,
	filter: string | undefined,
	valueOf: (e164: string, number: PhoneNumber) => string,
	needed: Array<keyof PhoneNumber & string> = [],
): Promise<INodeListSearchResult> {
	const [numbers, applications] = await pick(
		context,
		async (client) =>
			// The applications' names are a comfort: a key that may not read them still gets its numbers.
			await Promise.all([listPhoneNumbers(client), listApplications(client).catch(() => [])]),
	);
	if (numbers.length === 0) {
		throw nothingToChoose(
			context,
			'phone numbers yet',
			'Add one in the Voice Gateway Self-Service Portal, page Phone Numbers, and open this list again.',
		);
	}
	const names = new Map(applications.map(({ application_sid: sid, name }) => [sid, name]));
	const results = rowsWith(numbers, ...needed).map((number) => {
		const e164 = number.number.startsWith('+') ? number.number : `+${number.number}`;
		const application = number.application_sid === null ? undefined : names.get(number.application_sid);
		return { e164, name: application === undefined ? e164 : `${e164} (${application})`, value: valueOf(e164, number) };
	});
	return {
		results: results
			.filter(({ name, e164 }) => matches(name, filter) || matchesDigits(e164, filter))
			.map(({ name, value }) => ({ name, value }))
			.sort(byName),
	};
}

/** Numbers to call from. */
export async function searchPhoneNumbers(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	return await choices(this, filter, (e164) => e164);
}

/** Numbers by sid, which is what the API names them by. */
export async function searchPhoneNumberIds(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	return await choices(this, filter, (_e164, { phone_number_sid: sid }) => sid, ['phone_number_sid']);
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

/** One number, to look it up. */
export const phoneNumberIdField = locatorField(
	{ displayName: 'Phone Number', name: 'phoneNumberId', required: true, description: 'The phone number of the account to look up' },
	{ search: 'searchPhoneNumberIds', placeholder: 'Choose a number...' },
	{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 7554539e-4830-4851-977b-e0be9397cda5' },
);
