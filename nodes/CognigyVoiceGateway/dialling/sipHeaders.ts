import { UnusableValueError } from '../gateway/unusable';

/**
 * Checks the headers that a SIP request is to carry.
 *
 * @param rows each header's name, and what the user gave for its value
 * @returns the headers by their names; undefined when there are none
 * @throws {UnusableValueError} for what is no name of a header, and for a value that is empty or holds control characters
 */
export function sipHeaders(rows: ReadonlyArray<readonly [string, unknown]>): Record<string, string> | undefined {
	const field = 'SIP Headers';
	const headers = rows.map(([rawName, rawValue]): [string, string] => {
		const name = rawName.trim();
		const value = typeof rawValue === 'object' ? '' : String(rawValue ?? '').trim();
		// A line break would start a header of its own.
		if (!/^[\w!%'*+.`~-]+$/.test(name)) {
			throw new UnusableValueError(field, `${field}: "${rawName.slice(0, 80)}" is not a header name, e.g. X-Customer-Id.`);
		}
		if (value === '' || /\p{Cc}/u.test(value)) {
			throw new UnusableValueError(field, `${field}: the value of "${name}" is empty, not a text or holds line breaks.`);
		}
		return [name, value];
	});
	// Not by assignment, in which __proto__ would not be the name of a header.
	return headers.length === 0 ? undefined : Object.fromEntries(headers);
}
