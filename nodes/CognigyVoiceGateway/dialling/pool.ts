/**
 * Runs a job for every index from 0 to `count` - 1, at most `parallel` at a time, starting in order.
 * Once `stopped` says so, no further job is started; those under way are waited for.
 */
export async function runPool(
	count: number,
	parallel: number,
	job: (index: number) => Promise<void>,
	stopped: () => boolean,
): Promise<void> {
	let next = 0;
	const worker = async () => {
		while (next < count && !stopped()) await job(next++);
	};
	await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
}
