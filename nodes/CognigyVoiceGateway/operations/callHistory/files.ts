import type { INodeProperties } from 'n8n-workflow';

import { historyRecord } from '../../events/history';
import { GatewayProblemError, type FileAddress } from '../../gateway/client';
import { receive } from '../../gateway/download';
import { UnusableValueError } from '../../gateway/unusable';
import { requestTimeoutOf, type Job, type Row } from '../perItem';
import type { historyRow } from './lookUp';

/** Files of a call, as n8n's binary data. */

const MEGABYTE = 1024 * 1024;

/** Where the file goes, and how large it may be. */
export const binaryField: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	hint: 'The name of the output binary field to put the file in',
};

export const sizeOption = (standard: number): INodeProperties => ({
	displayName: 'Maximum Size (MB)',
	name: 'maxSize',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: standard,
	description: 'A file that turns out larger is not downloaded to its end, and the item fails',
});

/** What a file of this kind is called and holds. */
export interface FileKind {
	/** What the file is, for errors: "recording". */
	what: string;
	standardSize: number;
	/** Name without its ending. */
	name: string;
	/** Type and ending, out of what the gateway says it is. */
	form(contentType: string): { mimeType: string; extension: string };
}

function maxBytes({ get }: Job, standard: number): number {
	const { maxSize = standard } = (get('options') || {}) as { maxSize?: unknown };
	const megabytes = Number(maxSize);
	if (megabytes > 0) return Math.floor(megabytes * MEGABYTE);
	throw new UnusableValueError('Maximum Size (MB)', `Maximum Size (MB): "${String(maxSize)}" is not a number above 0.`);
}

/** What the gateway says the file is; empty for anything that is no type. */
function typeOf(headers: Record<string, unknown>): string {
	const type = String(headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
	return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type) ? type : '';
}

/**
 * Downloads a file of a call into n8n's binary data.
 *
 * @throws {GatewayProblemError}
 */
export async function downloadRow(job: Job, { row }: Awaited<ReturnType<typeof historyRow>>, file: FileAddress, kind: FileKind): Promise<Row[]> {
	const { client, context, canceled } = job;
	const property = String(job.get('binaryPropertyName') ?? '').trim();
	if (property === '') throw new UnusableValueError('Put Output File in Field', 'Put Output File in Field is empty: the file needs a name in the output, e.g. data.');
	const limits = { maxBytes: maxBytes(job, kind.standardSize), idleMs: requestTimeoutOf(context), canceled };
	const download = await client.download(file);
	const contentType = typeOf(download.headers);
	if (/^text\/|^application\/(?:json|xhtml|xml)|\+(?:json|xml)$/.test(contentType)) {
		download.stream.destroy();
		throw new GatewayProblemError({
			message: `The gateway's answer is no ${kind.what} but ${contentType}.`,
			description: 'Try again later. If it stays, check Environment and API Base URL in the credential.',
			code: '200',
			effect: 'no',
		});
	}
	const { mimeType, extension } = kind.form(contentType);
	const result = await receive(download, limits, async (stream) => await context.helpers.prepareBinaryData(stream, `${kind.name}.${extension}`, mimeType));
	if ('problem' in result) throw new GatewayProblemError({ ...result.problem, message: `The ${kind.what} could not be downloaded. ${result.problem.message}` });
	return [{ json: historyRecord(row), binary: { [property]: result.taken } }];
}

interface Words {
	message: string;
	description: string;
}

/** A problem in other words, by its code; `others` has them for every other code of an answer or a connection. */
export async function inOtherWords<T>(work: Promise<T>, texts: Record<string, Words>, others?: (code: string) => Words): Promise<T> {
	return await work.catch((error: unknown) => {
		if (!(error instanceof GatewayProblemError)) throw error;
		const { problem } = error;
		// Without a code it is about the file itself, and says so.
		const words = texts[problem.code] ?? (problem.code === '' ? undefined : others?.(problem.code));
		throw words === undefined ? error : new GatewayProblemError({ ...problem, ...words });
	});
}
