import { withMaskedSecrets } from '../../gateway/mask';
import { anyApplicationField } from '../../pickers/applications';
import { idOf, readOne } from '../one';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';

async function get(job: Job) {
	const id = idOf(job, 'application', 'Application', 'application');
	return [{ json: withMaskedSecrets(await readOne(job, '/Applications', id, 'application')) }];
}

export const getApplication: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get an application',
	description: 'Look up one application of the account: its webhooks, its speech settings, whether it records; secrets are masked',
	fields: [anyApplicationField('The application to look up'), optionsField()],
	...perItem(get),
};
