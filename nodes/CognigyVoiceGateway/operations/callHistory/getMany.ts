import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { historyIdentity, historyRecord } from '../../events/history';
import { readRows } from '../../gateway/paging';
import { searchPattern } from '../../gateway/searchPattern';
import { UnusableValueError } from '../../gateway/unusable';
import { trunkField } from '../../pickers/carriers';
import { directionFilter } from '../../pickers/direction';
import { limitOf, listFields } from '../listFields';
import { optionsField, perItem, type Job } from '../perItem';
import { timeQuery, timeRangeFields } from '../timeRange';
import type { Operation } from '../types';

const filtersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options: [
		{
			displayName: 'Answered',
			name: 'answered',
			type: 'options',
			options: [
				{ name: 'No', value: 'false' },
				{ name: 'Yes', value: 'true' },
			],
			default: 'true',
			description: 'Only calls that were answered, or only those that were not',
		},
		trunkField,
		directionFilter,
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			placeholder: 'e.g. +14155550123',
			description: 'A number or SIP user that called or was called, or a part of it, or a whole call SID',
		},
	],
};

/** The filters by their name in the query, with how they are shown and what they may be. */
const FILTERS: Array<{ key: string; field: string; title: string; allowed?: string[] }> = [
	{ key: 'answered', field: 'answered', title: 'Answered', allowed: ['true', 'false'] },
	{ key: 'direction', field: 'direction', title: 'Direction', allowed: ['inbound', 'outbound'] },
	{ key: 'filter', field: 'search', title: 'Search' },
	{ key: 'trunk', field: 'trunk', title: 'Carrier' },
];

/** What the item asks for. A filter that is there and empty is refused: the calls of everybody are not what was meant. */
function query(job: Job): IDataObject {
	const set = (job.get('filters') || {}) as IDataObject;
	const wanted: IDataObject = timeQuery(job);
	for (const { key, field, title, allowed } of FILTERS.filter(({ field: name }) => Object.hasOwn(set, name))) {
		const text = job.chosen(`filters.${field}`);
		const value = field === 'search' ? searchPattern(text) : text;
		if (value === '') {
			throw new UnusableValueError(title, `Filter ${title}: it is empty, which would return the calls of everybody. Fill it in, or remove the filter.`);
		}
		if (allowed !== undefined && !allowed.includes(value)) {
			throw new UnusableValueError(title, `Filter ${title}: "${value.slice(0, 80)}" is not one of ${allowed.join(', ')}.`);
		}
		wanted[key] = value;
	}
	return wanted;
}

async function getMany(job: Job) {
	const rows = await readRows(
		job.client,
		{ request: { path: '/RecentCalls', qs: query(job) }, sizeName: 'count', identity: historyIdentity, limit: limitOf(job) },
		job.canceled,
	);
	return rows.map((row) => ({ json: historyRecord(row) }));
}

export const getManyHistory: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many calls of the call history',
	description: 'Look up calls that have ended, newest first: when, with whom, how they ended, and where their recording is',
	fields: [...timeRangeFields, ...listFields, filtersField, optionsField()],
	...perItem(getMany),
};
