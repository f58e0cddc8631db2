'use strict';

const express = require('express');
const { handler, notFoundEmpty, badRequest } = require('../errors');
const { accountOf } = require('../auth');
const { sidFromUrl } = require('../sids');
const { pagedList, contains } = require('./lists');

/** @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();

	router.get(
		'/Accounts/:sid/VoipCarriers',
		handler((req, res) => {
			const sid = accountOf(world, req);
			res.json(world.voip_carriers.filter((c) => c.account_sid === sid));
		}),
	);

	/** A carrier belongs to an account, or to all accounts of its service provider. */
	const usableBy = (accountSid) => {
		const account = world.accounts.find((a) => a.account_sid === accountSid);
		return (c) =>
			c.account_sid === accountSid ||
			(c.account_sid === null && account && c.service_provider_sid === account.service_provider_sid);
	};

	router.get(
		'/VoipCarriers',
		handler((req, res) => {
			const { user, query } = req;
			const account = user.scope === 'account' ? user.account_sid : query.account_sid;
			const rows = world.voip_carriers
				.filter((c) => !account || usableBy(account)(c))
				.filter((c) => user.scope !== 'service_provider' || c.service_provider_sid === user.service_provider_sid)
				.filter((c) => contains(c.name, query.name));
			res.json(pagedList(rows, query));
		}),
	);

	router.get(
		'/VoipCarriers/:sid',
		handler((req, res) => {
			const sid = sidFromUrl('VoipCarriers', req);
			const row = world.voip_carriers.find((c) => c.voip_carrier_sid === sid);
			if (!row) throw notFoundEmpty();
			const own = { account: 'account_sid', service_provider: 'service_provider_sid' }[req.user.scope];
			if (own && row[own] !== req.user[own]) throw badRequest('insufficient privileges');
			res.json(row);
		}),
	);

	return router;
}

module.exports = { routes };
