import { historyRecord } from '../../events/history';
import { recentCallField } from '../../pickers/recentCalls';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';
import { historyRow } from './lookUp';

async function get(job: Job) {
	const { row } = await historyRow(job);
	return [{ json: historyRecord(row) }];
}

export const getHistory: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get a call of the call history',
	description: 'Look up one call that has ended: when, with whom, how it ended, and where its recording is',
	fields: [recentCallField, optionsField()],
	...perItem(get),
};
