'use strict';

const express = require('express');
const { handler, notFoundEmpty, badRequest } = require('../errors');
const { sidFromUrl } = require('../sids');
const { pagedList, contains, byText, visibleTo } = require('./lists');

/** @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();

	router.get(
		'/PhoneNumbers',
		handler((req, res) => {
			const { account_sid: account, service_provider_sid: provider, filter } = req.query;
			const ofProvider = (row) =>
				world.accounts.some((a) => a.account_sid === row.account_sid && a.service_provider_sid === provider);
			const rows = world.phone_numbers
				.filter(visibleTo(req.user, world))
				.filter((n) => req.user.scope === 'account' || !account || n.account_sid === account)
				.filter((n) => req.user.scope !== 'admin' || !provider || ofProvider(n))
				.filter((n) => contains(n.number, filter));
			res.json(pagedList(rows.sort(byText('number')), req.query));
		}),
	);

	router.get(
		'/PhoneNumbers/:sid',
		handler((req, res) => {
			const sid = sidFromUrl('PhoneNumbers', req);
			const row = world.phone_numbers.find((n) => n.phone_number_sid === sid);
			if (!row || (req.user.scope === 'account' && row.account_sid !== req.user.account_sid)) throw notFoundEmpty();
			if (req.user.scope === 'service_provider' && !visibleTo(req.user, world)(row))
				throw badRequest('insufficient privileges');
			res.json(row);
		}),
	);

	return router;
}

module.exports = { routes };
