/** The last job of each key; the next one waits for it. */
const last = new Map<string, Promise<unknown>>();

/**
 * Runs jobs with the same key one after the other, within this process: what reads, decides and writes must not be
 * overtaken by another that does the same.
 */
export async function inTurn<T>(key: string, job: () => Promise<T>): Promise<T> {
	const mine = (last.get(key) ?? Promise.resolve()).then(job);
	const over = mine.then(
		() => undefined,
		() => undefined,
	);
	last.set(key, over);
	try {
		return await mine;
	} finally {
		if (last.get(key) === over) last.delete(key);
	}
}
