'use strict';

/**
 * Sends signed events of different calls, so many at a time, each as soon as the one before was answered.
 * Gets its task from the parent process, and tells how many were answered with each status, and after how long.
 */

const crypto = require('node:crypto');
const http = require('node:http');

const { sign } = require('../../gateway/sign');

/** An event, as the gateway sends it; a final one unless told. */
const event = (applicationSid, status = 'completed') => ({
	call_sid: crypto.randomUUID(),
	direction: 'outbound',
	from: '+12025550100',
	to: '+12025550200',
	call_id: crypto.randomUUID(),
	sip_status: 200,
	sip_reason: 'OK',
	call_status: status,
	account_sid: crypto.randomUUID(),
	trace_id: crypto.randomBytes(16).toString('hex'),
	application_sid: applicationSid,
	call_termination_by: 'caller',
	duration: 8,
	customerData: { contactId: 'C-1042' },
	api_base_url: 'http://127.0.0.1:3000/v1',
});

function post(url, agent, body, signature) {
	return new Promise((resolve, reject) => {
		const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'Jambonz-Signature': signature };
		const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
			response.resume();
			response.once('end', () => resolve(response.statusCode));
		});
		request.once('error', reject);
		request.end(body);
	});
}

process.once('message', async ({ url, secret, applicationSid, count, parallel, event: status }) => {
	const agent = new http.Agent({ keepAlive: true, maxSockets: parallel });
	let sent = 0;
	const statuses = {};
	const answerMs = [];
	const worker = async () => {
		while (sent < count) {
			sent += 1;
			const body = JSON.stringify(event(applicationSid, status));
			const started = performance.now();
			const code = await post(url, agent, body, sign(secret, body));
			answerMs.push(performance.now() - started);
			statuses[code] = (statuses[code] ?? 0) + 1;
		}
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	agent.destroy();
	process.send({ statuses, answerMs });
	process.disconnect();
});
