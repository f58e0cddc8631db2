'use strict';

const crypto = require('crypto');
const express = require('express');
const { handler, notFoundEmpty } = require('../errors');
const { accountOf } = require('../auth');

/** @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();
	const account = (req) => {
		const sid = accountOf(world, req);
		const found = world.accounts.find((a) => a.account_sid === sid);
		if (!found) throw notFoundEmpty();
		return found;
	};

	router.get(
		'/Accounts',
		handler((req, res) => {
			const { scope, account_sid: own, service_provider_sid: provider } = req.user;
			res.json(
				world.accounts.filter(
					(a) =>
						scope === 'admin' || (scope === 'account' ? a.account_sid === own : a.service_provider_sid === provider),
				),
			);
		}),
	);

	router.get(
		'/Accounts/:sid',
		handler((req, res) => {
			res.json(account(req));
		}),
	);

	router.get(
		'/Accounts/:sid/WebhookSecret',
		handler((req, res) => {
			const found = account(req);
			if (req.query.regenerate) {
				found.webhook_secret = `wh_secret_${crypto.randomBytes(16).toString('base64url').replace(/[-_]/g, 'x')}`;
			}
			res.json({ webhook_secret: found.webhook_secret });
		}),
	);

	return router;
}

module.exports = { routes };
