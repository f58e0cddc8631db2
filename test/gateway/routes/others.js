'use strict';

const express = require('express');
const { handler, notFoundEmpty, forbidden, badRequest, ApiError } = require('../errors');
const { sidFromUrl } = require('../sids');

/** What is left: few of these matter to a workflow, but a client may ask. @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();

	router.get(
		'/Sbcs',
		handler((req, res) => {
			res.json(world.sbcs);
		}),
	);

	router.get(
		'/Webhooks/:sid',
		handler((req, res) => {
			const sid = sidFromUrl('Webhooks', req);
			const hook = world.webhooks.find((w) => w.webhook_sid === sid);
			if (!hook) throw notFoundEmpty();
			// Webhooks carry no account, so no account may read one.
			if (req.user.scope === 'account') throw forbidden('insufficient privileges');
			if (req.user.scope === 'service_provider') {
				throw new Error('Bind parameters must not contain undefined. To pass SQL NULL specify JS null');
			}
			res.json(hook);
		}),
	);

	router.get(
		'/Availability',
		handler((req, res) => {
			const { type, value } = req.query;
			if (['email', 'phone'].includes(type)) return res.json({ available: true });
			if (type === 'subdomain') return res.json({ available: !world.accounts.some((a) => a.sip_realm === value) });
			throw badRequest(`invalid type: ${type}`);
		}),
	);

	for (const name of ['Clients', 'Lcrs']) router.get(`/${name}`, (req, res) => res.json([]));

	router.get(
		'/SystemInformation',
		handler((req, res) => {
			if (req.user.scope !== 'admin') throw new ApiError(403, 'insufficient privileges', 'fail');
			res.json({});
		}),
	);

	router.get(
		'/Users',
		handler(() => {
			throw new Error('failure retrieving users list');
		}),
	);

	router.get(
		'/Users/me',
		handler((req, res) => {
			res.sendStatus(403);
		}),
	);

	return router;
}

module.exports = { routes };
