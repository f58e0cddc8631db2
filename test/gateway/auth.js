'use strict';

const { ApiError, forbidden } = require('./errors');
const { sidFromUrl } = require('./sids');

/**
 * @typedef {{scope: 'admin'|'service_provider'|'account', account_sid: string|null, service_provider_sid: string|null}} User
 */

/** Collect the token the way HTTP bearer authentication defines it: header, body field or query field, but only one. */
function readToken(req) {
	let token;
	const header = req.headers.authorization;
	if (header) {
		const parts = header.split(' ');
		if (parts.length !== 2) return { malformed: true };
		if (/^Bearer$/i.test(parts[0])) token = parts[1];
	}
	for (const source of [req.body, req.query]) {
		if (!source || !source.access_token) continue;
		if (token) return { malformed: true };
		token = source.access_token;
	}
	return { token };
}

/** Express middleware: 401 and 400 are plain text without a content type, as the API sends them. */
function authenticate(world) {
	return (req, res, next) => {
		const { token, malformed } = readToken(req);
		if (malformed) {
			res.statusCode = 400;
			return res.end('Bad Request');
		}
		const row = token && world.api_keys.find((k) => k.token === token);
		if (!row) {
			res.statusCode = 401;
			res.setHeader('WWW-Authenticate', `Bearer realm="Users"${token ? ', error="invalid_token"' : ''}`);
			return res.end('Unauthorized');
		}
		let scope = 'account';
		if (row.service_provider_sid) scope = 'service_provider';
		else if (!row.account_sid) scope = 'admin';
		req.user = { scope, account_sid: row.account_sid, service_provider_sid: row.service_provider_sid };
		next();
	};
}

/** May this user act on this account? Throws 403 `insufficient permissions` otherwise. */
function checkAccount(world, user, accountSid) {
	if (user.scope === 'admin') return;
	if (user.scope === 'account' && accountSid === user.account_sid) return;
	if (user.scope === 'service_provider') {
		const account = world.accounts.find((a) => a.account_sid === accountSid);
		if (account && account.service_provider_sid === user.service_provider_sid) return;
	}
	throw forbidden('insufficient permissions');
}

/** The account sid of the path, checked for form and for permission. */
function accountOf(world, req) {
	const sid = sidFromUrl('Accounts', req);
	checkAccount(world, req.user, sid);
	return sid;
}

/** The stricter check in front of RecentCalls, Alerts, Limits and SpeechCredentials, with its own error shape. */
function checkAccountFail(world, req) {
	if (req.user.scope === 'admin') return;
	let sid;
	try {
		sid = sidFromUrl('Accounts', req);
	} catch {
		throw new ApiError(400, 'invalid AccountsSid format', 'fail');
	}
	const account = world.accounts.find((a) => a.account_sid === sid);
	const allowed =
		account &&
		(req.user.scope === 'account'
			? account.account_sid === req.user.account_sid
			: account.service_provider_sid === req.user.service_provider_sid);
	if (!allowed) throw new ApiError(403, 'insufficient privileges', 'fail');
}

module.exports = { authenticate, checkAccount, accountOf, checkAccountFail };
