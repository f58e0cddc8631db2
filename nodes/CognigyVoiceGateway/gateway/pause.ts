import { sleep } from 'n8n-workflow';

/** Says whether the user stopped the workflow. */
export type Canceled = () => boolean;

/** How long a stop may go unnoticed. Milliseconds. */
const SLICE_MS = 200;

/** Waits, but not longer than until the workflow is stopped. */
export async function pause(ms: number, canceled: Canceled): Promise<void> {
	const until = Date.now() + ms;
	for (let left = ms; left > 0 && !canceled(); left = until - Date.now()) {
		await sleep(Math.min(left, SLICE_MS));
	}
}
