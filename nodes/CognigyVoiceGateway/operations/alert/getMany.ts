import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { withMaskedSecrets } from '../../gateway/mask';
import { readRows } from '../../gateway/paging';
import { limitOf, listFields, wholeNumber } from '../listFields';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';

/** The gateway forgets alerts after this. */
const MOST_DAYS = 7;

const daysField: INodeProperties = {
	displayName: 'Last Days',
	name: 'days',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MOST_DAYS },
	default: MOST_DAYS,
	description: 'How many days back, from 1 to 7; a day is the last 24 hours',
};

const typeField: INodeProperties = {
	displayName: 'Alert Type',
	name: 'alertType',
	type: 'options',
	options: [
		{ name: 'Account Inactive', value: 'account is inactive or suspended' },
		{ name: 'Alert From Application', value: 'alert-from-application' },
		{ name: 'Any', value: '' },
		{ name: 'API Limit of Account', value: 'account-api-limit' },
		{ name: 'Audio File Not Found', value: 'play-url-notfound' },
		{ name: 'Call Limit of Account', value: 'account-call-limit' },
		{ name: 'Call Limit of Service Provider', value: 'service-provider-call-limit' },
		{ name: 'Carrier Missing', value: 'no-carrier' },
		{ name: 'Device Limit of Account', value: 'account-device-limit' },
		{ name: 'Error Updating Call', value: 'error-updating-call' },
		{ name: 'Invalid App Payload', value: 'invalid-app-payload' },
		{ name: 'Speech to Text Failure', value: 'stt-failure' },
		{ name: 'Speech to Text Missing', value: 'no-stt' },
		{ name: 'Text to Speech Failure', value: 'tts-failure' },
		{ name: 'Text to Speech Missing', value: 'no-tts' },
		{ name: 'Webhook Auth Failure', value: 'webhook-auth-failure' },
		{ name: 'Webhook Connection Failure', value: 'webhook-connection-failure' },
		{ name: 'Webhook Failure', value: 'webhook-failure' },
		{ name: 'Webhook URL Not Found', value: 'webhook-url-notfound' },
	],
	default: '',
	description: 'Only alerts of this type; an expression can name any other type, e.g. llm-failure',
};

const identity = ({ time, alert_type: type, message, target_sid: target }: IDataObject): string => JSON.stringify([time, type, message, target]);

async function getMany(job: Job) {
	const type = String(job.get('alertType') ?? '').trim();
	const qs = { days: wholeNumber('Last Days', job.get('days'), 1, MOST_DAYS), ...(type === '' ? {} : { alert_type: type }) };
	const rows = await readRows(job.client, { request: { path: '/Alerts', qs }, sizeName: 'count', identity, limit: limitOf(job) }, job.canceled);
	return rows.map((row) => ({ json: withMaskedSecrets(row) }));
}

export const getManyAlerts: Operation = {
	value: 'getMany',
	name: 'Get Many',
	action: 'Get many alerts',
	description: 'List what went wrong in the account lately, newest first: webhooks that failed, missing speech credentials, limits reached',
	fields: [daysField, typeField, ...listFields, optionsField()],
	...perItem(getMany),
};
