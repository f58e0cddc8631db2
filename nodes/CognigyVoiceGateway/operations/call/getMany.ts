import type { INodeProperties } from 'n8n-workflow';

import { UnusableValueError } from '../../gateway/unusable';
import { listCalls } from '../../events/callStates';
import { GatewayProblemError } from '../../gateway/client';
import { isFinalStatus } from '../../gateway/types';
import { directionFilter } from '../../pickers/direction';
import { limitOf, listFields } from '../listFields';
import { optionsField, perItem, type Job, type Row } from '../perItem';
import type { Operation } from '../types';
import { callRow, includeRawOption } from './callRow';

/** Value of the status filter that stands for every status of a live call. */
const ACTIVE = 'active';

const STATUSES = [ACTIVE, 'busy', 'completed', 'early-media', 'failed', 'in-progress', 'no-answer', 'ringing', 'trying'];
const DIRECTIONS = ['inbound', 'outbound'];

const fields: INodeProperties[] = [
	...listFields,
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		description: 'A call that does not match all of them is left out',
		options: [
			directionFilter,
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				default: '',
				placeholder: 'e.g. +14155550100',
				description: 'Only calls of this caller: a number, with or without plus sign, blanks and hyphens, or a SIP user or address',
			},
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				options: [
					{ name: 'Active (Not Ended)', value: ACTIVE, description: 'Trying, ringing or answered' },
					{ name: 'Busy', value: 'busy', description: 'The callee was busy or declined' },
					{ name: 'Completed', value: 'completed', description: 'Answered, and ended' },
					{ name: 'Early Media', value: 'early-media', description: 'The other side sends sound before it answers' },
					{ name: 'Failed', value: 'failed', description: 'The call could not be put through' },
					{ name: 'In Progress', value: 'in-progress', description: 'Answered' },
					{ name: 'No Answer', value: 'no-answer', description: 'Nobody answered in time, or it was canceled' },
					{ name: 'Ringing', value: 'ringing', description: 'The phone rings' },
					{ name: 'Trying', value: 'trying', description: 'Placed' },
				],
				default: ACTIVE,
				description: 'Only calls with this status',
			},
			{
				displayName: 'To',
				name: 'to',
				type: 'string',
				default: '',
				placeholder: 'e.g. +14155550123',
				description: 'Only calls to this callee: a number, with or without plus sign, blanks and hyphens, or a SIP user or address',
			},
		],
	},
	optionsField(includeRawOption),
];

/** Writes of one party that mean the same: a number without its plus sign and separators, a name in small letters. */
function partyOf(value: string): string {
	const text = value.replace(/[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '').trim();
	const number = text.replace(/^tel:/i, '').replace(/[\s\u00a0\u2010-\u2015().\-/]/g, '').replace(/^(?:\+|00(?=\d{7}))/, '');
	return /^\d+$/.test(number) ? number : text.toLowerCase();
}

/** A filter's value. One that is there and empty is refused: calls of everybody, passed to Hang Up, would be a disaster. */
function filterOf(job: Job, name: 'direction' | 'from' | 'status' | 'to', title: string, allowed?: string[]): string | undefined {
	const filters = (job.get('filters') || {}) as Record<string, unknown>;
	if (!Object.hasOwn(filters, name)) return undefined;
	const value = filters[name];
	const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (text === '') {
		throw new UnusableValueError(title, `Filter ${title}: it is empty, which would return the calls of everybody. Fill it in, or remove the filter.`);
	}
	if (allowed !== undefined && !allowed.includes(text)) {
		throw new UnusableValueError(title, `Filter ${title}: "${text.slice(0, 80)}" is not one of ${allowed.join(', ')}.`);
	}
	return text;
}

async function getMany(job: Job): Promise<Row[]> {
	const limit = limitOf(job);
	const direction = filterOf(job, 'direction', 'Direction', DIRECTIONS);
	const status = filterOf(job, 'status', 'Status', STATUSES);
	const [from, to] = [filterOf(job, 'from', 'From'), filterOf(job, 'to', 'To')];
	const result = await listCalls(job.client, {
		...(direction === undefined ? {} : { direction }),
		...(status === undefined || status === ACTIVE ? {} : { callStatus: status }),
	});
	if ('problem' in result) throw new GatewayProblemError(result.problem);
	// The gateway compares from and to as they are written, and writes them as carrier and caller did: with plus sign, or without.
	const isParty = (wanted: string | undefined, party: string | null): boolean =>
		wanted === undefined || (party !== null && partyOf(wanted) === partyOf(party));
	const ended = ({ call_status }: { call_status: string | null }): boolean => isFinalStatus(call_status);
	const found = result.calls.filter(
		({ record }) => isParty(from, record.from) && isParty(to, record.to) && (status !== ACTIVE || !ended(record)),
	);
	// Live calls first: a limit must not cut off what can still be acted on.
	found.sort((a, b) => Number(ended(a.record)) - Number(ended(b.record)));
	return found.slice(0, limit).map((call) => ({ json: callRow(call, job.get('options')) }));
}

export const getManyCalls: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many calls',
	description: 'List the live calls of the account, and those that ended within the last hour. Filter by number, direction and status.',
	fields,
	...perItem(getMany),
};
