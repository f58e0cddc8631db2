import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { historyIdentity, historyRecord } from '../../events/history';
import { readRows } from '../../gateway/paging';
import { trunkField } from '../../pickers/carriers';
import { limitOf, listFields } from '../listFields';
import { optionsField, perItem, type Job } from '../perItem';
import { timeQuery, timeRangeFields } from '../timeRange';
import type { Operation } from '../types';
import { searchPattern } from '../../gateway/searchPattern';

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
		{
			displayName: 'Direction',
			name: 'direction',
			type: 'options',
			options: [
				{ name: 'Inbound', value: 'inbound', description: 'Calls that the gateway received' },
				{ name: 'Outbound', value: 'outbound', description: 'Calls that the gateway placed' },
			],
			default: 'outbound',
			description: 'Only calls of this direction',
		},
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

function query(job: Job): IDataObject {
	const { answered, direction, search } = (job.get('filters') || {}) as { answered?: unknown; direction?: unknown; search?: unknown };
	const wanted: IDataObject = {
		answered: answered === undefined ? '' : String(answered),
		direction: String(direction ?? ''),
		trunk: job.chosen('filters.trunk'),
		filter: searchPattern(String(search ?? '')),
	};
	return { ...timeQuery(job), ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== '')) };
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
