'use strict';

const express = require('express');
const { rateLimit, MemoryStore } = require('express-rate-limit');
const { authenticate } = require('./auth');
const { controlRoutes } = require('./control');
const { faultMiddleware } = require('./fault-middleware');

/** Headers that the API sets on every answer. */
function commonHeaders(req, res, next) {
	res.set({
		'Cache-Control': 'no-store, no-cache, must-revalidate, proxy-revalidate',
		Pragma: 'no-cache',
		Expires: '0',
	});
	res.set('Access-Control-Allow-Origin', '*');
	if (req.method !== 'OPTIONS') return next();
	res.set({ 'Access-Control-Allow-Methods': 'GET,HEAD,PUT,PATCH,POST,DELETE', 'Content-Length': '0' });
	return res.status(204).end();
}

/** One limit for the whole gateway, counted before anything else is looked at. */
function limiter(gateway) {
	gateway.rateLimitStore = new MemoryStore();
	return rateLimit({
		windowMs: 5 * 60 * 1000,
		limit: () => gateway.world.rate_limit,
		standardHeaders: 'draft-6',
		legacyHeaders: false,
		keyGenerator: () => 'everybody',
		store: gateway.rateLimitStore,
		validate: false,
	});
}

function logRequests(gateway) {
	return (req, res, next) => {
		const entry = {
			at: Date.now(),
			method: req.method,
			path: req.originalUrl,
			status: undefined,
			authorizationPresent: req.headers.authorization !== undefined,
		};
		gateway.requests.push(entry);
		res.on('finish', () => {
			entry.status = res.statusCode;
			gateway.emit('answered', entry);
		});
		next();
	};
}

/** @param {import('./index').Gateway} gateway */
function buildApp(gateway) {
	const app = express();
	app.disable('x-powered-by');
	app.set('query parser', 'extended');
	app.set('etag', false);

	app.use('/control', express.json(), controlRoutes(gateway));

	app.use(logRequests(gateway));
	app.use(limiter(gateway));
	app.use(commonHeaders);
	app.use(express.urlencoded({ extended: true }));
	app.use(express.json());
	app.use((req, res, next) => {
		req.body = req.body ?? {};
		next();
	});
	app.use('/v1', faultMiddleware(gateway), authenticate(gateway.world));

	const v1 = express.Router();
	for (const name of [
		'calls',
		'recent-calls',
		'account-lists',
		'accounts',
		'applications',
		'phone-numbers',
		'voip-carriers',
		'service-providers',
		'others',
	]) {
		v1.use(require(`./routes/${name}`).routes(gateway));
	}
	app.use('/v1', v1);
	app.get(['/', '/health'], (req, res) => res.sendStatus(200));

	app.use((err, req, res, next) => {
		if (res.headersSent) return res.destroy();
		return res.status(err.status || 500).json({ msg: err.message });
	});
	return app;
}

module.exports = { buildApp };
