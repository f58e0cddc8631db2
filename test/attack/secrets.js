'use strict';

const { inspect } = require('node:util');

/** Where a secret turns up that should be nowhere. */

/** A secret as it may be written: as it is, and in the forms in which requests and files carry one. */
function formsOf(secret) {
	const bytes = Buffer.from(secret);
	const base64 = (text) => Buffer.from(text).toString('base64').replace(/=+$/, '');
	return {
		plain: secret,
		'URL-encoded': encodeURIComponent(secret),
		base64: base64(secret),
		// A header is encoded as a whole: then the secret starts one or two bytes into a group of three.
		'base64 of a header': base64(`Bearer ${secret}`).slice(10, -2),
		hex: bytes.toString('hex'),
	};
}

/**
 * The secrets that a text or file holds, each with its form.
 *
 * @param {string | Buffer} where
 * @param {Record<string, string>} secrets by what they are called
 * @returns {string[]}
 */
const found = (where, secrets) =>
	Object.entries(secrets).flatMap(([name, secret]) =>
		Object.entries(formsOf(secret)).flatMap(([form, text]) => (where.includes(text) ? [`${name} (${form})`] : [])),
	);

/** All that values hold, as n8n stores and shows them: as JSON; errors also with what is hidden in them, causes and stacks. */
function everythingIn(...values) {
	const seen = new WeakSet();
	const json = JSON.stringify(values, (_key, value) => {
		if (typeof value !== 'object' || value === null) return value;
		if (seen.has(value)) return '(again)';
		seen.add(value);
		return value;
	});
	const errors = values.filter((value) => value instanceof Error);
	return [json, ...errors.map((error) => `${error.stack}\n${inspect(error, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null })}`)].join('\n');
}

module.exports = { everythingIn, found };
