import { GatewayProblemError } from '../../gateway/client';
import { recentCallField } from '../../pickers/recentCalls';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';
import { binaryField, downloadRow, inOtherWords, sizeOption, type FileKind } from './files';
import { historyRow } from './lookUp';

/** Some 100 minutes of MP3. */
const STANDARD_SIZE_MB = 100;

const FORMS: Record<string, { mimeType: string; extension: string }> = {
	mp3: { mimeType: 'audio/mpeg', extension: 'mp3' },
	wav: { mimeType: 'audio/wav', extension: 'wav' },
	ogg: { mimeType: 'audio/ogg', extension: 'ogg' },
};
const BY_TYPE: Record<string, string> = {
	'audio/mp3': 'mp3', 'audio/mpeg': 'mp3', 'audio/x-mp3': 'mp3', 'audio/wav': 'wav', 'audio/wave': 'wav', 'audio/x-wav': 'wav', 'audio/vnd.wave': 'wav', 'audio/ogg': 'ogg',
};

/** The gateway calls an MP3 "audio/mp3", which no player knows; a storage may say nothing at all, but the address ends in the format. */
function formOf(url: string): FileKind['form'] {
	const { pathname } = new URL(url);
	const ending = /(?:\/|\.)([a-z0-9]+)$/i.exec(pathname)?.[1].toLowerCase() ?? '';
	return (contentType) =>
		FORMS[BY_TYPE[contentType] ?? ending] ?? { mimeType: contentType || 'application/octet-stream', extension: 'bin' };
}

async function download(job: Job) {
	const found = await historyRow(job);
	const { sid, row } = found;
	const url = typeof row.recording_url === 'string' ? row.recording_url.trim() : '';
	if (url === '') {
		throw new GatewayProblemError({
			message: `Call ${sid} has no recording.`,
			description: `${row.answered === true ? '' : 'It was not answered. '}Calls are recorded when recording is switched on for the account or the application, before the call. To go on without one, set On Error of this node to Continue.`,
			code: '404',
			effect: 'no',
		});
	}
	const file = job.client.fileAddress(url);
	if (file === undefined) {
		throw new GatewayProblemError({
			message: `The recording of call ${sid} has an address that cannot be read.`,
			description: 'It is in the field recording_url of Call History > Get. Tell the administrator of the gateway.',
			code: '',
			effect: 'no',
		});
	}
	const kind: FileKind = { what: 'recording', standardSize: STANDARD_SIZE_MB, name: `call-${sid}`, form: formOf(file.url) };
	const rows = downloadRow(job, found, file, kind);
	const gone = {
		message: `The recording of call ${sid} is not there: the call has an address for it, but no file.`,
		description: 'Right after the call, try again in a minute. Otherwise it was deleted, or the account\'s storage for recordings is not set up: see the Self-Service Portal, page Account.',
	};
	if (file.own) return await inOtherWords(rows, { 404: gone });
	const { host } = new URL(file.url);
	const closed = {
		message: `The recording of call ${sid} lies at ${host}, which does not hand it out.`,
		description: `The API key is for the gateway only and was not sent there. If ${host} needs a login, download the file with an HTTP Request node and a credential for it; the address is in the field recording_url.`,
	};
	return await inOtherWords(rows, { 401: closed, 403: closed, 404: gone }, (code) => ({
		message: `The recording of call ${sid} lies at ${host}, and could not be fetched from there (${code}).`,
		description: 'Try again later. The address is in the field recording_url of Call History > Get. Redirects are not followed.',
	}));
}

export const getRecording: Operation = {
	value: 'getRecording',
	name: 'Get Recording',
	action: 'Get a recording from the call history',
	description: 'Download the recording of a call that has ended, as a file',
	fields: [recentCallField, binaryField, optionsField(sizeOption(STANDARD_SIZE_MB))],
	...perItem(download),
};
