import type { INodeProperties } from 'n8n-workflow';

import type { Job } from './perItem';

/** The filter of a list that can be searched by one text. */

export const nameFilter = (name: string, description: string, placeholder: string, displayName = 'Name'): INodeProperties => ({
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options: [{ displayName, name, type: 'string', default: '', placeholder, description }],
});

/** The item's text of that filter. */
export const searched = ({ get }: Job, name: string): string => String(((get('filters') || {}) as Record<string, unknown>)[name] ?? '').trim();

/** Whether a value holds the text. */
export const holds = (value: unknown, text: string): boolean => text === '' || String(value ?? '').toLowerCase().includes(text.toLowerCase());
