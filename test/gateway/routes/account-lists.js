'use strict';

const express = require('express');
const { handler, badRequest } = require('../errors');
const { accountOf, checkAccountFail } = require('../auth');
const { sidFromUrl } = require('../sids');

/** `*` in a queue search stands for anything. */
const globPattern = (glob) =>
	new RegExp(
		`^${String(glob)
			.replace(/[.+^${}()|\\]/g, '\\$&')
			.replace(/\*/g, '.*')
			.replace(/\?/g, '.')}$`,
	);

/** Short lists below one account. @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world, calls } = gateway;
	const router = express.Router();
	const below = (name, fn) =>
		router.get(
			`/Accounts/:sid/${name}`,
			handler((req, res) => {
				res.json(fn(accountOf(world, req), req));
			}),
		);

	below('CallCount', (sid) => calls.count(sid));
	below('Queues', (sid, req) => {
		const pattern = globPattern(req.query.search || '*');
		return (world.queues[sid] || []).filter((queue) => pattern.test(queue.name));
	});
	below('Conferences', (sid) => world.conferences[sid] || []);
	below('ApiKeys', (sid) => world.api_keys.filter((key) => key.account_sid === sid));
	below('RegisteredSipUsers', (sid) => {
		const account = world.accounts.find((a) => a.account_sid === sid);
		if (!account) throw badRequest(`account not found for sid ${sid}`);
		if (!account.sip_realm) throw badRequest('account does not have sip_realm configuration');
		return (world.registered_users[sid] || []).map((name) => `${name}@${account.sip_realm}`);
	});
	below('RegisteredSipUsers/:client', (sid, req) => {
		const active = (world.registered_users[sid] || []).includes(req.params.client);
		return {
			name: req.params.client,
			contact: null,
			expiryTime: 0,
			protocol: null,
			allow_direct_app_calling: 0,
			allow_direct_queue_calling: 0,
			allow_direct_user_calling: 0,
			registered_status: active ? 'active' : 'inactive',
			proxy: null,
		};
	});

	const checkedBelow = (name, fn) =>
		router.get(
			`/Accounts/:sid/${name}`,
			handler((req, res) => {
				checkAccountFail(world, req);
				res.json(fn(sidFromUrl('Accounts', req), req));
			}),
		);
	checkedBelow('SpeechCredentials', (sid) => world.speech_credentials.filter((c) => c.account_sid === sid));
	checkedBelow('Limits', (sid, req) =>
		world.account_limits.filter(
			(l) => l.account_sid === sid && (!req.query.category || l.category === req.query.category),
		),
	);

	return router;
}

module.exports = { routes };
