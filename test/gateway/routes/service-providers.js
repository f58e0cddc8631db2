'use strict';

const express = require('express');
const { handler, forbidden, notFoundEmpty, ApiError, badSid } = require('../errors');
const { sidFromUrl } = require('../sids');
const { queryRecentCalls, queryAlerts } = require('../recent-calls');

/** What a service provider key sees of its accounts. @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();
	const providers = () =>
		[...new Set(world.accounts.map((a) => a.service_provider_sid))].map((sid) => ({
			service_provider_sid: sid,
			name: `provider of ${world.name}`,
			description: null,
			root_domain: null,
			ms_teams_fqdn: null,
			registration_hook: null,
			...world.service_providers.find((p) => p.service_provider_sid === sid),
		}));

	/** The provider's sid, when the user may look into it. */
	const provider = (req) => {
		const sid = sidFromUrl('ServiceProviders', req);
		const { scope, service_provider_sid: own, account_sid: account } = req.user;
		const allowed =
			scope === 'admin' ||
			(scope === 'service_provider' && own === sid) ||
			(scope === 'account' && world.accounts.some((a) => a.account_sid === account && a.service_provider_sid === sid));
		if (!allowed) throw forbidden('insufficient permissions');
		return sid;
	};

	router.get(
		'/ServiceProviders',
		handler((req, res) => {
			const { scope, service_provider_sid: own } = req.user;
			res.json(providers().filter((p) => scope === 'admin' || p.service_provider_sid === own));
		}),
	);
	router.get(
		'/ServiceProviders/:sid',
		handler((req, res) => {
			const sid = provider(req);
			const found = providers().find((p) => p.service_provider_sid === sid);
			if (!found) throw notFoundEmpty();
			res.json(found);
		}),
	);

	const accountsOf = (sid) => world.accounts.filter((a) => a.service_provider_sid === sid);
	for (const [name, rows] of [
		['Accounts', 'accounts'],
		['Applications', 'applications'],
		['PhoneNumbers', 'phone_numbers'],
		['VoipCarriers', 'voip_carriers'],
	]) {
		router.get(
			`/ServiceProviders/:sid/${name}`,
			handler((req, res) => {
				const accounts = accountsOf(provider(req))
					.map((a) => a.account_sid)
					.filter((sid) => req.user.scope !== 'account' || sid === req.user.account_sid);
				res.json(world[rows].filter((row) => accounts.includes(row.account_sid)));
			}),
		);
	}

	for (const [name, rows, query] of [
		['RecentCalls', 'recent_calls', queryRecentCalls],
		['Alerts', 'alerts', queryAlerts],
	]) {
		router.get(
			`/ServiceProviders/:sid/${name}`,
			handler((req, res) => {
				const sid = sidFromUrl('ServiceProviders', req);
				if (!sid) throw badSid();
				if (
					req.user.scope !== 'admin' &&
					!(req.user.scope === 'service_provider' && req.user.service_provider_sid === sid)
				) {
					throw new ApiError(403, 'insufficient privileges', 'fail');
				}
				res.json(
					query(
						world[rows].filter((row) => row.service_provider_sid === sid),
						req.query,
						world.now(),
					),
				);
			}),
		);
	}

	return router;
}

module.exports = { routes };
