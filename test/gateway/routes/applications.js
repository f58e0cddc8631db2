'use strict';

const express = require('express');
const { handler, notFoundEmpty } = require('../errors');
const { accountOf, checkAccount } = require('../auth');
const { sidFromUrl } = require('../sids');
const { pagedList, contains, byText, visibleTo } = require('./lists');
const { checkApplicationUpdate, updateApplication } = require('../application-update');

/** @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();
	const sorted = (rows, req) => rows.sort(byText(req.query.page === undefined ? 'application_sid' : 'name'));

	router.get(
		'/Accounts/:sid/Applications',
		handler((req, res) => {
			const sid = accountOf(world, req);
			// Without paging the name filter is ignored here.
			const name = req.query.page === undefined ? undefined : req.query.name;
			const rows = world.applications.filter((a) => a.account_sid === sid && contains(a.name, name));
			res.json(pagedList(sorted(rows, req), req.query));
		}),
	);

	router.get(
		'/Applications',
		handler((req, res) => {
			const rows = world.applications
				.filter(visibleTo(req.user, world))
				.filter((a) => contains(a.name, req.query.name));
			res.json(pagedList(sorted(rows, req), req.query));
		}),
	);

	router.get(
		'/Applications/:sid',
		handler((req, res) => {
			const sid = sidFromUrl('Applications', req);
			const app = world.applications.filter(visibleTo(req.user, world)).find((a) => a.application_sid === sid);
			if (!app) throw notFoundEmpty();
			checkAccount(world, req.user, app.account_sid);
			res.json(app);
		}),
	);

	router.put(
		'/Applications/:sid',
		handler((req, res) => {
			const sid = sidFromUrl('Applications', req);
			const app = world.applications.find((a) => a.application_sid === sid);
			checkApplicationUpdate(world, req.user, app, req.body);
			updateApplication(world, app, sid, req.body);
			res.status(204).end();
		}),
	);

	return router;
}

module.exports = { routes };
