'use strict';

const OPERATIONS = [
	['create', 'POST', /^\/Accounts\/[^/]+\/Calls\/?$/i],
	['listCalls', 'GET', /^\/Accounts\/[^/]+\/Calls\/?$/i],
	['getCall', 'GET', /^\/Accounts\/[^/]+\/Calls\/[^/]+$/i],
	['updateCall', 'PUT', /^\/Accounts\/[^/]+\/Calls\/[^/]+$/i],
	['updateCall', 'POST', /^\/Accounts\/[^/]+\/Calls\/[^/]+$/i],
	['deleteCall', 'DELETE', /^\/Accounts\/[^/]+\/Calls\/[^/]+$/i],
	['recentCalls', 'GET', /\/RecentCalls(\/|$)/i],
	['alerts', 'GET', /\/Alerts$/i],
	['updateApplication', 'PUT', /\/Applications\/[^/]+$/i],
	['applications', 'GET', /\/Applications/i],
	['phoneNumbers', 'GET', /^\/PhoneNumbers/i],
	['carriers', 'GET', /\/VoipCarriers/i],
	['webhookSecret', 'GET', /\/WebhookSecret$/i],
	['account', 'GET', /^\/Accounts\/[^/]+$/i],
];

/** The name by which faults speak of a request. */
function operationOf(req) {
	const found = OPERATIONS.find(([, method, pattern]) => method === req.method && pattern.test(req.path));
	return found ? found[0] : 'other';
}

const HTML =
	'<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>Please come back later</h1></body></html>\n';

/** Faults that strike before anything is placed. Each answers, or lets the request go on. */
const before = {
	401: (fault, req, res) => {
		res.setHeader('WWW-Authenticate', 'Bearer realm="Users", error="invalid_token"');
		res.statusCode = 401;
		res.end('Unauthorized');
	},
	403: (fault, req, res) => res.status(403).json({ msg: 'insufficient permissions' }),
	429: (fault, req, res) => {
		res.set('Retry-After', String(fault.retryAfter ?? 1)).set('RateLimit-Remaining', '0');
		res.status(429).send('Too many requests, please try again later.');
	},
	480: (fault, req, res) => res.status(480).json({ msg: 'no available feature servers at this time' }),
	500: (fault, req, res) => res.sendStatus(500),
	unreachable: (fault, req, res) => res.status(500).json({ msg: 'fetch failed' }),
	hang: () => {},
	reset: (fault, req) => req.socket.resetAndDestroy(),
	html: (fault, req, res) =>
		res
			.status(fault.status ?? 200)
			.type('html')
			.send(HTML),
	redirect: (fault, req, res) =>
		res
			.status(fault.status ?? 307)
			.set('Location', fault.location)
			.end(),
	slow: (fault, req, res, next, clock) => clock.after(fault.ms ?? 1000, next),
};

/** Faults that strike once the request has had its effect: they replace the answer. */
const after = {
	'500-after-placing': (fault, req, res) => res.sendStatus(500),
	'hang-after-placing': () => {},
	'reset-after-placing': (fault, req) => req.socket.resetAndDestroy(),
	'broken-json': (fault, req, res, answer) => {
		const whole = JSON.stringify(answer);
		res
			.status(201)
			.type('json')
			.send(whole.slice(0, whole.length / 2));
	},
	'html-after-placing': (fault, req, res) =>
		res
			.status(fault.status ?? 502)
			.type('html')
			.send(HTML),
	'slow-after-placing': (fault, req, res, answer, send, clock) => clock.after(fault.ms ?? 1000, send),
};

/** @param {import('./index').Gateway} gateway */
function faultMiddleware(gateway) {
	return (req, res, next) => {
		const to = req.body.to || {};
		const fault = gateway.faults.forRequest(operationOf(req), to.number || to.name || to.sipUri);
		if (!fault) return next();
		if (before[fault.kind]) return before[fault.kind](fault, req, res, next, gateway.clock);
		const { json, sendStatus } = res;
		const restore = () => Object.assign(res, { json, sendStatus });
		// Only an answer that says the request took effect is replaced; a refusal goes out as it is.
		res.json = (answer) => {
			restore();
			if (res.statusCode >= 400) return res.json(answer);
			after[fault.kind](fault, req, res, answer, () => res.json(answer), gateway.clock);
			return res;
		};
		// The "Accepted" of an update.
		res.sendStatus = (status) => {
			restore();
			if (status >= 400) return res.sendStatus(status);
			after[fault.kind](fault, req, res, 'Accepted', () => res.sendStatus(status), gateway.clock);
			return res;
		};
		return next();
	};
}

module.exports = { faultMiddleware, operationOf };
