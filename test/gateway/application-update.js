'use strict';

const { ApiError, badRequest, forbidden, notFoundEmpty } = require('./errors');
const { newSid } = require('./sids');

const HOOKS = ['call_hook', 'call_status_hook', 'messaging_hook'];
const HOOK_COLUMNS = ['url', 'method', 'username', 'password'];

/** Columns that the table has but the API never shows under this name. */
const HIDDEN_COLUMNS = ['call_hook_sid', 'call_status_hook_sid', 'messaging_hook_sid'];

const databaseError = (text) => new ApiError(500, text);
const syntaxError = (key, sid) =>
	databaseError(
		'You have an error in your SQL syntax; check the manual that corresponds ' +
			`to your MariaDB server version for the right syntax to use near 'WHERE ${key} = '${sid}'' at line 1`,
	);

/** @returns {string|null} what is wrong with a hook URL */
function urlProblem(url) {
	try {
		const { hostname, protocol } = new URL(url);
		if (url.length !== url.trim().length) return 'URL contains leading/trailing whitespace';
		if (
			!/^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*\.?$/i.test(
				hostname,
			)
		) {
			return `URL has invalid hostname ${hostname}`;
		}
		if (!['https:', 'http:', 'ws:', 'wss:'].includes(protocol))
			return `URL has missing or invalid protocol ${protocol}`;
		return null;
	} catch {
		return 'URL is invalid';
	}
}

/** Who may change it, and are the hooks fit? Checks in the order of the API. */
function checkApplicationUpdate(world, user, app, body) {
	if (user.scope === 'account' && (!app || app.account_sid !== user.account_sid))
		throw forbidden('insufficient privileges');
	if (user.scope === 'service_provider') {
		const account = world.accounts.find((a) => a.account_sid === app.account_sid);
		if (account && account.service_provider_sid === user.service_provider_sid) return;
		throw forbidden('insufficient permissions');
	}
	for (const name of ['call_hook', 'call_status_hook']) {
		// The API looks at the type of call_hook both times.
		if (body[name] && typeof body.call_hook !== 'object') {
			throw badRequest(`'${name}' must be an object when updating an application`);
		}
	}
	for (const name of ['call_hook', 'call_status_hook']) {
		const problem = body[name] && urlProblem(body[name].url);
		if (problem) throw badRequest(`${name} ${problem}`);
	}
}

/** @returns {object|undefined} a new hook, when the body brought one without a sid */
function writeHook(world, given) {
	const { webhook_sid: sid, ...columns } = given;
	if (sid === undefined && columns.url === undefined) throw badRequest('missing field url');
	const unknown = Object.keys(columns).find((key) => !HOOK_COLUMNS.includes(key));
	if (unknown) throw databaseError(`Unknown column '${unknown}' in '${sid === undefined ? 'INSERT INTO' : 'SET'}'`);
	if (sid === undefined) {
		const hook = { webhook_sid: newSid(), method: 'POST', username: null, password: null, ...columns };
		const { webhook_sid, url, method, username, password } = hook;
		const row = { webhook_sid, url, method, username, password };
		world.webhooks.push(row);
		return row;
	}
	if (Object.keys(columns).length === 0) throw syntaxError('webhook_sid', sid);
	const row = world.webhooks.find((w) => w.webhook_sid === sid);
	if (row) Object.assign(row, columns);
	return undefined;
}

/**
 * Write an application the way the API does: hooks first, one by one, so that an error later on leaves them changed.
 */
function updateApplication(world, app, sid, body) {
	const columns = { ...body };
	for (const name of HOOKS) {
		if (!(name in columns)) continue;
		if (Object.keys(columns[name]).length) {
			const created = writeHook(world, columns[name]);
			if (created) columns[`${name}_sid`] = created.webhook_sid;
		}
		delete columns[name];
	}
	if (columns.app_json) JSON.parse(columns.app_json);
	if ('application_sid' in columns) throw badRequest('primary key application_sid is immutable');
	const names = Object.keys(columns);
	if (names.length === 0) throw syntaxError('application_sid', sid);
	const known = app || world.applications[0];
	const unknown = names.find((key) => !(key in known) && !HIDDEN_COLUMNS.includes(key));
	if (unknown) throw databaseError(`Unknown column '${unknown}' in 'SET'`);
	if (columns.name === null) throw databaseError("Column 'name' cannot be null");
	if (!app) throw notFoundEmpty();
	for (const [key, value] of Object.entries(columns)) {
		const hook = /^(.*_hook)_sid$/.exec(key);
		if (hook) app[hook[1]] = world.webhooks.find((w) => w.webhook_sid === value) || null;
		else app[key] = typeof value === 'boolean' ? Number(value) : value;
	}
}

module.exports = { checkApplicationUpdate, updateApplication, urlProblem };
