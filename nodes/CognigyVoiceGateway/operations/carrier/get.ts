import { withMaskedSecrets } from '../../gateway/mask';
import { carrierIdField } from '../../pickers/carriers';
import { idOf, readOne } from '../one';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';

async function get(job: Job) {
	const id = idOf(job, 'carrierId', 'Carrier', 'carrier');
	// A carrier of no account is the service provider's, shared by all its accounts.
	return [{ json: withMaskedSecrets(await readOne(job, '/VoipCarriers', id, 'carrier', true)) }];
}

export const getCarrier: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get a carrier',
	description: 'Look up one carrier (trunk): whether it is active, how it registers, how it writes numbers; secrets are masked',
	fields: [carrierIdField, optionsField()],
	...perItem(get),
};
