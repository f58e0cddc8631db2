import { GatewayProblemError } from '../../gateway/client';
import { recentCallField } from '../../pickers/recentCalls';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';
import { binaryField, downloadRow, inOtherWords, sizeOption, type FileKind } from './files';
import { historyRow } from './lookUp';

const STANDARD_SIZE_MB = 20;

async function download(job: Job) {
	const found = await historyRow(job);
	const { sid, row } = found;
	const callId = typeof row.sip_callid === 'string' ? row.sip_callid : '';
	if (callId === '') {
		throw new GatewayProblemError({
			message: `Call ${sid} has no SIP trace: the call history knows no SIP call ID of it.`,
			description: 'There is a trace only for calls that went out over, or came in through, a carrier.',
			code: '404',
			effect: 'no',
		});
	}
	const kind: FileKind = {
		what: 'SIP trace',
		standardSize: STANDARD_SIZE_MB,
		name: `call-${sid}`,
		form: () => ({ mimeType: 'application/vnd.tcpdump.pcap', extension: 'pcap' }),
	};
	const file = job.client.accountFile(`/RecentCalls/${encodeURIComponent(callId)}/invite/pcap`);
	return await inOtherWords(downloadRow(job, found, file, kind), {
		400: {
			message: 'This gateway keeps no SIP traces.',
			description: 'They need a tracing server (Homer) beside the gateway. Ask the administrator of the gateway.',
		},
		404: {
			message: `There is no SIP trace of call ${sid}.`,
			description: 'The gateway looks for traces of the last seven days only. For a younger call, ask the administrator whether SIP tracing works.',
		},
	});
}

export const getPcap: Operation = {
	value: 'getPcap',
	name: 'Get SIP Trace (PCAP)',
	action: 'Get a SIP trace from the call history',
	description: 'Download the SIP messages of a call that has ended as a PCAP file, to find out with Wireshark why it failed',
	fields: [recentCallField, binaryField, optionsField(sizeOption(STANDARD_SIZE_MB))],
	...perItem(download),
};
