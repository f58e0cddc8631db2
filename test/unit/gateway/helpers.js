'use strict';

const http = require('http');
const { startGateway } = require('../../gateway');

const ACCOUNT = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
const KEY = 'c0ffee00-0000-4000-8000-00000000acc1';
const APPLICATION = '7087fe50-8acb-4f3b-b820-97b573723aab';
const SECRET = 'wh_secret_cJqgtMDPzDhhnjmaJH6Mtk';

/** Resolve as soon as a condition holds, looking again after each event of the gateway. */
function waitFor(emitter, event, condition) {
	return new Promise((resolve) => {
		const look = () => {
			if (!condition()) return;
			emitter.off(event, look);
			resolve();
		};
		emitter.on(event, look);
		look();
	});
}

/** Move the gateway's time on to the moment at which a call has a status; there it stands still. */
function advanceTo(gateway, callSid, status) {
	gateway.clock.stop();
	gateway.clock.advanceTo(() => gateway.records.get(ACCOUNT, callSid)?.call_status === status);
}

/** A webhook receiver that keeps what it got; `answer` may choose the status. */
async function startReceiver(answer = () => 200) {
	const got = [];
	const server = http.createServer((req, res) => {
		let rawBody = '';
		req.on('data', (chunk) => {
			rawBody += chunk;
		});
		req.on('end', () => {
			const entry = {
				method: req.method,
				url: req.url,
				headers: req.headers,
				rawBody,
				body: rawBody ? JSON.parse(rawBody) : undefined,
			};
			got.push(entry);
			res.statusCode = answer(entry, got.length);
			res.end();
		});
	});
	await new Promise((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const url = `http://127.0.0.1:${server.address().port}`;
	const close = () =>
		new Promise((resolve) => {
			server.close(resolve);
			server.closeAllConnections();
		});
	return { url, got, close };
}

/** The shape of a value: field names and types, no values. */
function shape(value) {
	if (value === null) return 'null';
	if (Array.isArray(value)) return [...new Set(value.map((v) => JSON.stringify(shape(v))))].sort();
	if (typeof value !== 'object') return typeof value;
	return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)]));
}

/** A gateway in the world of the recordings whose status hook is our receiver, and shorthands to talk to it. */
async function setUp({ timeScale = 0.01, answer, world = 'recordings', ...options } = {}) {
	const receiver = await startReceiver(answer);
	const gateway = await startGateway({ world, timeScale, ...options });
	const app = gateway.world.applications.find((a) => a.application_sid === APPLICATION);
	if (app) app.call_status_hook.url = `${receiver.url}/call-status`;
	const api = (method, path, body, headers = {}) =>
		fetch(`${gateway.url}/v1/Accounts/${ACCOUNT}${path}`, {
			method,
			headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json', ...headers },
			body: body === undefined ? undefined : JSON.stringify(body),
			redirect: 'manual',
		});
	const create = (number, more = {}) =>
		api('POST', '/Calls', {
			application_sid: APPLICATION,
			from: '+15083778299',
			to: { type: 'phone', number },
			...more,
		});
	const close = async () => {
		await gateway.close();
		await receiver.close();
	};
	return { gateway, receiver, api, create, close };
}

module.exports = { advanceTo, waitFor, startReceiver, shape, setUp, ACCOUNT, KEY, APPLICATION, SECRET };
