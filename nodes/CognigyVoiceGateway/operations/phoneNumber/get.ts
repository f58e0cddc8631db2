import { phoneNumberIdField } from '../../pickers/phoneNumbers';
import { idOf, readOne } from '../one';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';
import { phoneNumberRecord } from './record';

async function get(job: Job) {
	const id = idOf(job, 'phoneNumberId', 'Phone Number', 'phone number');
	return [{ json: phoneNumberRecord(await readOne(job, '/PhoneNumbers', id, 'phone number')) }];
}

export const getPhoneNumber: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get a phone number',
	description: 'Look up one phone number of the account: its carrier, and the application that answers its calls',
	fields: [phoneNumberIdField, optionsField()],
	...perItem(get),
};
