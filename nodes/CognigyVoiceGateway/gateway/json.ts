/** JSON from outside: what a gateway or a webhook's sender writes may be anything. */

/** Real answers and events are a handful of levels deep; what n8n does with an item fails at some thousands. */
const MOST_LEVELS = 100;

type Holder = Record<string, unknown>;

/**
 * Walks through what was read, without recursion, and takes the keys out that would change a prototype when the object
 * is copied.
 *
 * @returns whether it is shallow enough to work with
 */
function tame(value: unknown): boolean {
	const open: Array<{ value: unknown; level: number }> = [{ value, level: 0 }];
	for (let at = open.pop(); at !== undefined; at = open.pop()) {
		const { value: holder, level } = at;
		if (typeof holder !== 'object' || holder === null) continue;
		if (level >= MOST_LEVELS) return false;
		if (Object.hasOwn(holder, '__proto__')) delete (holder as Holder)['__proto__'];
		for (const entry of Object.values(holder)) open.push({ value: entry, level: level + 1 });
	}
	return true;
}

/** Rows that are objects and have a text in each of these fields: the others cannot be worked with. */
export const rowsWith = <T>(rows: readonly T[], ...fields: Array<keyof T & string>): T[] =>
	rows.filter((row) => typeof row === 'object' && row !== null && fields.every((field) => typeof row[field] === 'string'));

/**
 * Reads JSON.
 *
 * @returns undefined for what is none, or nested too deep
 */
export function readJson(text: string): { value: unknown } | undefined {
	try {
		const value = JSON.parse(text) as unknown;
		return tame(value) ? { value } : undefined;
	} catch {
		return undefined;
	}
}
