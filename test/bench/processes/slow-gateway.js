'use strict';

/**
 * A gateway that takes every call and answers 201 after a latency. It does next to nothing else, so that on a
 * machine with few cores it takes no time from whoever is measured. Counts the calls, and how many were under
 * way at once.
 *
 *   node slow-gateway.js <latency in ms> <webhook secret>
 */

const crypto = require('node:crypto');
const http = require('node:http');

const [latencyMs, webhookSecret] = [Number(process.argv[2]), process.argv[3]];
const CALLS = /\/Calls$/;

let calls = 0;
let underWay = 0;
let peak = 0;

function answer(response, status, body) {
	response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify(body));
}

function takeCall(response) {
	calls += 1;
	underWay += 1;
	peak = Math.max(peak, underWay);
	setTimeout(() => {
		underWay -= 1;
		const callid = crypto.randomUUID();
		answer(response, 201, { sid: crypto.randomUUID(), callid, callId: callid });
	}, latencyMs);
}

const server = http.createServer((request, response) => {
	request.resume();
	request.once('end', () => {
		if (request.method === 'POST' && CALLS.test(request.url)) return takeCall(response);
		if (request.url.endsWith('/WebhookSecret')) return answer(response, 200, { webhook_secret: webhookSecret });
		if (request.url === '/counted') {
			answer(response, 200, { calls, peak });
			calls = 0;
			peak = 0;
			return undefined;
		}
		return answer(response, 404, { msg: 'not here' });
	});
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit());
