/** Keeps secrets out of what comes back from the gateway: it, or a proxy before it, may echo the request. */

const STAND_IN = '***';

/** A shorter secret could stand in a good answer by chance, and an ID must not change. Characters. */
const SHORTEST = 8;

/** The secrets that may be looked for in an answer that is used. */
export const unmistakable = (secrets: Array<string | undefined>): string[] =>
	secrets.filter((secret): secret is string => secret !== undefined && secret.length >= SHORTEST);

const hide = (text: string, secrets: string[]): string => secrets.reduce((rest, secret) => rest.split(secret).join(STAND_IN), text);

function without(value: unknown, secrets: string[]): unknown {
	if (typeof value === 'string') return hide(value, secrets);
	if (Array.isArray(value)) return value.map((entry) => without(entry, secrets));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, entry]) => [hide(name, secrets), without(entry, secrets)]));
}

/**
 * A copy with a stand-in for every secret, wherever it stands, the names of fields included.
 *
 * @param value a text, or what `readJson` read
 */
export function withoutSecrets<T>(value: T, secrets: string[]): T {
	return without(value, secrets.filter((secret) => secret !== '')) as T;
}
