import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { historyRecord } from '../events/history';
import { searchPattern } from '../gateway/searchPattern';
import { locatorField, nothingToChoose, pick } from './pick';

/** How many calls the list shows at a time; scrolling down brings the next ones. */
const PAGE = 50;

/** How far back it goes. */
const DAYS = 30;

function titleOf(row: IDataObject, timeZone: string): string {
	const { attempted_at: at, from, to, outcome, duration, answered } = historyRecord(row);
	const time = new Date(String(at));
	const when = Number.isNaN(time.getTime())
		? String(at)
		: time.toLocaleString('en-GB', { timeZone, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
	return `${when}: ${from ?? '?'} to ${to ?? '?'} (${outcome ?? 'unknown'}${answered === true ? `, ${duration ?? 0} s` : ''})`;
}

/** Calls of the last days, newest first; the gateway itself searches in their numbers. */
export async function searchRecentCalls(this: ILoadOptionsFunctions, filter?: string, paginationToken?: string): Promise<INodeListSearchResult> {
	const page = Number(paginationToken) || 1;
	const sought = searchPattern(filter ?? '');
	const rows = await pick(
		this,
		async (client) =>
			await client.list<IDataObject>({ path: '/RecentCalls', qs: { page, count: PAGE, days: DAYS, ...(sought === '' ? {} : { filter: sought }) } }),
	);
	if (rows.length === 0 && page === 1 && sought === '') {
		throw nothingToChoose(this, `calls in the last ${DAYS} days`, 'A call gets there some seconds after it has ended. An older one can be typed by its call SID.');
	}
	const results = rows
		.filter((row) => typeof row?.call_sid === 'string')
		.map((row) => ({ name: titleOf(row, this.getTimezone()), value: String(row.call_sid) }));
	return { results, ...(rows.length === PAGE ? { paginationToken: String(page + 1) } : {}) };
}

/** One call that has ended. */
export const recentCallField = locatorField(
	{
		displayName: 'Call',
		name: 'call',
		required: true,
		description: 'The call, by its call SID: what Create puts out as call_sid. Calls get into the history some seconds after they have ended.',
	},
	{ search: 'searchRecentCalls', placeholder: 'Choose a call...' },
	{ displayName: 'By ID', name: 'id', placeholder: 'e.g. c3d3b303-7214-4d0a-947a-c9fba961e836' },
);
