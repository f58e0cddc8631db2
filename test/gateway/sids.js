'use strict';

const crypto = require('crypto');
const { badSid } = require('./errors');

const UUID =
	/^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}-0{4}-0{4}-0{4}-0{12}|f{8}-f{4}-f{4}-f{4}-f{12})$/i;

const newSid = () => crypto.randomUUID();
const hex = (bytes) => crypto.randomBytes(bytes).toString('hex');

/**
 * Read the sid that follows a collection name in the URL. The API reads it from the raw URL, which is why a query
 * string directly behind a sid makes it malformed, and why a lower-case collection name yields no sid at all.
 * @param {string} collection e.g. "Accounts"
 * @param {import('express').Request} req
 * @returns {string|undefined}
 */
function sidFromUrl(collection, req) {
	const found = new RegExp(`${collection}/([^/]*)`).exec(req.originalUrl);
	if (!found) return undefined;
	if (!UUID.test(found[1])) throw badSid();
	return found[1];
}

module.exports = { UUID, newSid, hex, sidFromUrl };
