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
			request: { path: '/Applications', qs: name === '' ? {} : { name } },
			sizeName: 'page_size',
			identity: ({ application_sid: sid }) => String(sid),
			// A gateway that knows no pages ignores the name as well.
			wanted: (row) => holds(row.name, name),
			limit: limitOf(job),
		},
		job.canceled,
	);
	return rows.map((row) => ({ json: withMaskedSecrets(row) }));
}

export const getManyApplications: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many applications',
	description: 'List the applications of the account with their webhooks and speech settings; secrets are masked',
	fields: [...listFields, nameFilter('name', 'Only applications whose name holds this text; upper and lower case are the same', 'e.g. reminder'), optionsField()],
	...perItem(getMany),
};
