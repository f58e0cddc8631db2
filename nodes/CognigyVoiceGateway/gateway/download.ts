import type { BinaryHelperFunctions } from 'n8n-workflow';

import { pause, type Canceled } from './pause';
import type { GatewayProblem } from './problems';

/** Files that the gateway sends: taken as a stream, so that a long recording does not have to fit into memory. */

/** What n8n takes for binary data, unless it is in memory already. */
export type ByteStream = Exclude<Parameters<BinaryHelperFunctions['prepareBinaryData']>[0], Buffer>;

/** An answer whose body has not been read yet. */
export interface Download {
	headers: Record<string, unknown>;
	stream: ByteStream;
}

export interface DownloadLimits {
	/** A file may have this many bytes, and not one more. */
	maxBytes: number;
	/** How long the next piece may take to come. Milliseconds. */
	idleMs: number;
	canceled: Canceled;
}

const MEGABYTE = 1024 * 1024;

/** A download that cannot be finished. Nothing but reading was asked for, so it had no effect. */
const ended = (message: string, description: string, code = ''): GatewayProblem => ({ message, description, code, effect: 'no' });

const tooLarge = ({ maxBytes }: DownloadLimits): GatewayProblem =>
	ended(
		`The file is larger than ${maxBytes / MEGABYTE} MB, so the download was stopped.`,
		'Raise Maximum Size (MB) under Options if the file is needed. Nothing of it was kept.',
	);

/** Why a stream could not be read, or not be kept. */
function whyStoringFailed(error: unknown): GatewayProblem {
	const { code, message } = error as { code?: unknown; message?: unknown };
	if (typeof code === 'string' && /^(?:ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|EPIPE|ECONNABORTED)$/.test(code)) {
		return ended('The connection broke during the download.', 'Try again.', code);
	}
	return ended(`n8n could not store the file: ${String(message)}`, 'Check where n8n keeps binary data, and whether there is room left.');
}

/**
 * Takes a download within its limits: ends it when it grows too large, stops coming, or the workflow is stopped.
 *
 * @param take reads the stream to its end, or rejects when the stream does
 * @returns what `take` made of it; or the problem
 */
export async function receive<T>(
	{ headers, stream }: Download,
	limits: DownloadLimits,
	take: (stream: ByteStream) => Promise<T>,
): Promise<{ taken: T } | { problem: GatewayProblem }> {
	let bytes = 0;
	let lastPieceAt = Date.now();
	let problem: GatewayProblem | undefined;
	let over = false;
	const stop = (reason: GatewayProblem): void => {
		problem ??= reason;
		over = true;
		stream.destroy(new Error(reason.message));
	};
	// A stream that is ended early may report so once more, when nobody reads it any longer.
	stream.on('error', () => undefined);

	if (Number(headers['content-length']) > limits.maxBytes) {
		stop(tooLarge(limits));
		return { problem: tooLarge(limits) };
	}
	const counted = stream.map((piece: Buffer) => {
		bytes += piece.length;
		lastPieceAt = Date.now();
		if (bytes > limits.maxBytes) stop(tooLarge(limits));
		if (problem !== undefined) throw new Error(problem.message);
		return piece;
	});
	/** Resolves when the download is to be given up. A stream that waits for its next piece does not even hear that it is destroyed. */
	const givenUp = async (): Promise<undefined> => {
		while (!over) {
			await pause(Math.min(200, limits.idleMs), () => over);
			if (over) break;
			if (limits.canceled()) stop(ended('The workflow was stopped during the download.', 'Run it again to download the file.'));
			else if (Date.now() - lastPieceAt > limits.idleMs) {
				stop(ended('The download stopped halfway: no more data came.', 'Try again later, or raise Request Timeout under Options.', 'ETIMEDOUT'));
			}
		}
		return undefined;
	};
	const storing = take(counted).then(
		(taken) => ({ taken }),
		(error: unknown) => ({ problem: problem ?? whyStoringFailed(error) }),
	);
	const outcome = (await Promise.race([storing, givenUp()])) ?? { problem: problem as unknown as GatewayProblem };
	over = true;
	stream.destroy();
	if (bytes > 0 || 'problem' in outcome) return outcome;
	return { problem: ended('The file is empty.', 'The gateway may still be storing it: try again in a minute.') };
}
