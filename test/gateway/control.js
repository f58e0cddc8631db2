'use strict';

const express = require('express');
const { API_KINDS, WEBHOOK_KINDS } = require('./faults');
const { outcomes, defaultOutcome } = require('./outcomes');

/**
 * The control path: what a test or a person with curl uses to look into the gateway and to steer it.
 * It is no part of the Voice Gateway API and asks for no token.
 * @param {import('./index').Gateway} gateway
 */
function controlRoutes(gateway) {
	const router = express.Router();
	const body = (req) => req.body ?? {};

	router.get('/', (req, res) =>
		res.json({
			world: gateway.world.name,
			url: gateway.url,
			time_scale: gateway.timeScale,
			idle: gateway.isIdle,
		}),
	);
	router.get('/placed', (req, res) => res.json(gateway.placed));
	router.get('/requests', (req, res) => res.json(gateway.requests));
	router.get('/updates', (req, res) => res.json(gateway.updates));
	router.get('/deliveries', (req, res) => res.json(gateway.deliveries));
	router.get('/rang/:number', (req, res) =>
		res.json({ number: req.params.number, rang: gateway.rang(req.params.number) }),
	);
	router.get('/outcomes', (req, res) => res.json({ ...outcomes, default: defaultOutcome }));
	router.get('/idle', async (req, res) => {
		await gateway.idle();
		res.json({ idle: true });
	});

	router.get('/faults', (req, res) =>
		res.json({ faults: gateway.faults.list, kinds: { ...API_KINDS, ...WEBHOOK_KINDS } }),
	);
	router.put('/faults', (req, res) => {
		try {
			res.json({ faults: gateway.setFaults(body(req)) });
		} catch (err) {
			res.status(400).json({ msg: err.message });
		}
	});
	router.delete('/faults', (req, res) => {
		gateway.clearFaults();
		res.status(204).end();
	});

	router.post('/inbound', (req, res) => {
		const { application_sid: applicationSid, from, to } = body(req);
		if (!gateway.world.applications.some((app) => app.application_sid === applicationSid)) {
			return res.status(400).json({ msg: 'application_sid must name an application' });
		}
		return res.json({ sid: gateway.receiveCall({ applicationSid, from: String(from), to: String(to) }).sid });
	});
	router.put('/time-scale', (req, res) => {
		const scale = Number(body(req).time_scale);
		if (!(scale > 0)) return res.status(400).json({ msg: 'time_scale must be a number above 0' });
		gateway.timeScale = scale;
		return res.json({ time_scale: scale });
	});
	router.put('/rate-limit', (req, res) => {
		const limit = Number(body(req).limit);
		if (!(limit >= 0)) return res.status(400).json({ msg: 'limit must be a number' });
		gateway.world.rate_limit = limit;
		gateway.rateLimitStore.resetAll();
		return res.json({ limit });
	});
	router.put('/session-limit', (req, res) => {
		const { account_sid: sid, limit } = body(req);
		if (limit === null) delete gateway.world.session_limits[sid];
		else gateway.world.session_limits[sid] = Number(limit);
		return res.json(gateway.world.session_limits);
	});
	router.put('/lifetimes', (req, res) => {
		Object.assign(gateway.records.lifetimes, body(req));
		res.json(gateway.records.lifetimes);
	});
	router.post('/expire', (req, res) => {
		gateway.expireRecords(body(req).call_sid);
		res.status(204).end();
	});
	router.post('/reset', (req, res) => {
		gateway.reset();
		res.status(204).end();
	});

	router.use((req, res) => res.status(404).json({ msg: `no such control path: ${req.method} ${req.path}` }));
	return router;
}

module.exports = { controlRoutes };
