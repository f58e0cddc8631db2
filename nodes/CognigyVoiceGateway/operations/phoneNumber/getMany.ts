import { readRows } from '../../gateway/paging';
import { limitOf, listFields } from '../listFields';
import { nameFilter, searched } from '../nameFilter';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';
import { phoneNumberRecord } from './record';

async function getMany(job: Job) {
	const { accountSid } = job.client.account;
	// The gateway keeps digits only.
	const number = searched(job, 'number').replace(/[^\da-z]/gi, '');
	const rows = await readRows(
		job.client,
		{
			// A key above the account's level sees the numbers of all accounts.
			request: { path: '/PhoneNumbers', global: true, qs: { account_sid: accountSid, ...(number === '' ? {} : { filter: number }) } },
			sizeName: 'page_size',
			identity: ({ phone_number_sid: sid }) => String(sid),
			wanted: (row) => (!row.account_sid || row.account_sid === accountSid) && String(row.number ?? '').includes(number),
			limit: limitOf(job),
		},
		job.canceled,
	);
	return rows.map((row) => ({ json: phoneNumberRecord(row) }));
}

export const getManyPhoneNumbers: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many phone numbers',
	description: 'List the phone numbers of the account, each with its carrier and the application that answers its calls',
	fields: [...listFields, nameFilter('number', 'Only numbers that hold these digits; blanks, hyphens and a plus sign do not matter', 'e.g. +44 20', 'Number'), optionsField()],
	...perItem(getMany),
};
