import { sleep } from 'n8n-workflow';

/**
 * Runs a job for every index from 0 to `count` - 1, at most `parallel` at a time, starting in order.
 * Once `stopped` says so, no further job is started; those under way are waited for.
 *
 * Jobs start one after the other, with time to read an answer in between: those that start at the same moment are
 * answered at the same moment, start the next ones at the same moment, and wait for each other from then on.
 */
export async function runPool(
	count: number,
	parallel: number,
	job: (index: number) => Promise<void>,
	stopped: () => boolean,
): Promise<void> {
	let next = 0;
	let turn: Promise<void> = Promise.resolve();
	const more = (): boolean => next < count && !stopped();
	const worker = async () => {
		while (more()) {
			turn = turn.then(async () => await sleep(0));
			await turn;
			if (more()) await job(next++);
		}
	};
	await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
}
