import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';

import { rowsWith } from '../gateway/json';
import { isFinalStatus, type ListedCall } from '../gateway/types';
import { byName, locatorField, matches, matchesDigits, nothingToChoose, pick } from './pick';

/** Calls that are alive: who calls whom, and how far it is. The gateway tells no times, so they stand in order of their numbers. */
export async function searchCalls(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
	const calls = rowsWith(await pick(this, async (client) => await client.list<ListedCall>({ path: '/Calls' })), 'call_sid', 'call_status');
	const results = calls.flatMap(({ call_sid: value, call_status: status, from, to }) => {
		if (value === undefined || status === undefined || isFinalStatus(status)) return [];
		return [{ name: `${from || 'unknown'} → ${to || 'unknown'}, ${status.replace(/-/g, ' ')}`, value }];
	});
	if (results.length === 0) throw nothingToChoose(this, 'live calls right now', 'A call that has ended can be given by its ID, the call_sid that Create puts out.');
	// The digits of a sid's beginning could stand in anybody's number.
	const number = /[a-z]/i.test(filter ?? '') ? undefined : filter;
	return {
		results: results.filter(({ name, value }) => matches(name, filter) || matches(value, filter) || matchesDigits(name, number)).sort(byName),
	};
}

/** The call that an operation is about. */
export const callField = (description: string): INodeProperties =>
	locatorField(
		{ displayName: 'Call', name: 'call', required: true, description },
		{ search: 'searchCalls', placeholder: 'Choose a call...' },
		{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 3ca55ae7-07c0-4932-941d-f120469c6145' },
	);
