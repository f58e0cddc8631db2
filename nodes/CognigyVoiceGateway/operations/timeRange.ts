import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { UnusableValueError } from '../gateway/unusable';
import { wholeNumber } from './listFields';
import type { Job } from './perItem';

/** When: the last days, or from one moment to another. */

const MOST_DAYS = 30;

export const timeRangeFields: INodeProperties[] = [
	{
		displayName: 'Time',
		name: 'timeRange',
		type: 'options',
		options: [
			{ name: 'From / To', value: 'range', description: 'Calls that began between two moments' },
			{ name: 'Last Days', value: 'days', description: 'Calls that began within the last days, up to now' },
		],
		default: 'days',
		description: 'Which calls to look at, by the time at which they began',
	},
	{
		displayName: 'Last Days',
		name: 'days',
		type: 'number',
		displayOptions: { show: { timeRange: ['days'] } },
		typeOptions: { minValue: 1, maxValue: MOST_DAYS },
		default: 7,
		description: 'How many days back, from 1 to 30; a day is the last 24 hours',
	},
	{
		displayName: 'From',
		name: 'startTime',
		type: 'dateTime',
		required: true,
		displayOptions: { show: { timeRange: ['range'] } },
		default: '',
		description: 'The first moment, e.g. 2026-11-22T08:00:00. Without an offset it is in the time zone of the workflow; a date alone is the beginning of that day.',
	},
	{
		displayName: 'To',
		name: 'endTime',
		type: 'dateTime',
		displayOptions: { show: { timeRange: ['range'] } },
		default: '',
		description: 'The last moment, e.g. 2026-11-22T18:00:00. Leave empty for now. A date alone is the end of that day.',
	},
];

/** As much of luxon's DateTime, which n8n hands to its nodes, as is needed here. */
interface Moment {
	isValid: boolean;
	toMillis(): number;
	endOf(unit: 'day'): Moment;
}

interface Clock {
	fromISO(text: string, options: { zone: string }): Moment;
	fromSQL(text: string, options: { zone: string }): Moment;
	fromMillis(ms: number): Moment;
}

const isMoment = (value: unknown): value is Moment =>
	typeof value === 'object' && value !== null && typeof (value as Partial<Moment>).toMillis === 'function';

/** A moment out of whatever a field or an expression gives: text, a Date, luxon's DateTime, milliseconds. */
function moment(job: Job, field: string, value: unknown, isEnd: boolean): Moment {
	const { DateTime } = job.context.getWorkflowDataProxy(job.index) as unknown as { DateTime: Clock };
	const zone = job.context.getTimezone();
	let found: Moment | undefined;
	if (isMoment(value)) found = value;
	else if (value instanceof Date) found = DateTime.fromMillis(value.getTime());
	else if (typeof value === 'number') found = DateTime.fromMillis(value);
	else if (typeof value === 'string') {
		const text = value.trim();
		const iso = DateTime.fromISO(text, { zone });
		found = iso.isValid ? iso : DateTime.fromSQL(text, { zone });
		if (isEnd && found.isValid && /^\d{4}-\d{2}-\d{2}$/.test(text)) found = found.endOf('day');
	}
	if (found?.isValid) return found;
	throw new UnusableValueError(field, `${field}: "${String(value)}" is not a date and time such as 2026-11-22T08:00:00.`);
}

/**
 * The time as the gateway's query wants it.
 *
 * @throws {UnusableValueError} for what is no time, or runs backwards
 */
export function timeQuery(job: Job): IDataObject {
	if (job.get('timeRange') !== 'range') return { days: wholeNumber('Last Days', job.get('days'), 1, MOST_DAYS) };
	const [start, end] = [job.get('startTime'), job.get('endTime')];
	if (start === '' || start === null || start === undefined) throw new UnusableValueError('From', 'From is empty: the range needs a beginning.');
	const from = moment(job, 'From', start, false).toMillis();
	const to = end === '' || end === null || end === undefined ? Date.now() : moment(job, 'To', end, true).toMillis();
	const [first, last] = [from, to].map((ms) => new Date(ms).toISOString());
	if (from > to) {
		throw new UnusableValueError('From', `From (${first}) lies after To (${last}${end ? '' : ', which is now'}). Exchange them, or check the time zone.`);
	}
	return { start: first, end: last };
}
