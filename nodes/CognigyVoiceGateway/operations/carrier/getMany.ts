import { withMaskedSecrets } from '../../gateway/mask';
import { readRows } from '../../gateway/paging';
import { limitOf, listFields } from '../listFields';
import { holds, nameFilter, searched } from '../nameFilter';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';

async function getMany(job: Job) {
	const name = searched(job, 'name');
	const rows = await readRows(
		job.client,
		{
			request: { path: '/VoipCarriers' },
			sizeName: 'page_size',
			identity: ({ voip_carrier_sid: sid }) => String(sid),
			// The gateway gives the account's carriers all at once, and does not search in them.
			wanted: (row) => holds(row.name, name),
			limit: limitOf(job),
		},
		job.canceled,
	);
	return rows.map((row) => ({ json: withMaskedSecrets(row) }));
}

export const getManyCarriers: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many carriers',
	description: 'List the carriers (trunks) of the account with their registration and number format; secrets are masked',
	fields: [...listFields, nameFilter('name', 'Only carriers whose name holds this text; upper and lower case are the same', 'e.g. telecom'), optionsField()],
	...perItem(getMany),
};
