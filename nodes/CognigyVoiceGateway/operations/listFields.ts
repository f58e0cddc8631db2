import type { INodeProperties } from 'n8n-workflow';

import { UnusableValueError } from '../gateway/unusable';
import type { Job } from './perItem';

/** Return All and Limit, as every list of n8n has them. */
export const listFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		displayOptions: { show: { returnAll: [false] } },
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
	},
];

/**
 * How many rows an item wants; Infinity for all.
 *
 * @throws {UnusableValueError}
 */
export function limitOf(job: Job): number {
	if (job.get('returnAll') === true) return Infinity;
	return wholeNumber('Limit', job.get('limit'), 1, Number.MAX_SAFE_INTEGER);
}

/**
 * A whole number within its bounds.
 *
 * @throws {UnusableValueError}
 */
export function wholeNumber(field: string, value: unknown, least: number, most: number): number {
	const number = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN;
	if (Number.isInteger(number) && number >= least && number <= most) return number;
	const bounds = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
	throw new UnusableValueError(field, `${field}: "${String(value)}" is not a whole number ${bounds}.`);
}
