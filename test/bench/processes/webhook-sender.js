'use strict';

/**
 * Sends signed final events of different calls, so many at a time, each as soon as the one before was answered.
 * Gets its task from the parent process, and tells how many were accepted.
 */

const crypto = require('node:crypto');
const http = require('node:http');

const { sign } = require('../../gateway/sign');

/** A final event, as the gateway sends it. */
const event = (applicationSid) => ({
	call_sid: crypto.randomUUID(),
	direction: 'outbound',
	from: '+12025550100',
	to: '+12025550200',
	call_id: crypto.randomUUID(),
	sip_status: 200,
	sip_reason: 'OK',
	call_status: 'completed',
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

process.once('message', async ({ url, secret, applicationSid, count, parallel }) => {
	const agent = new http.Agent({ keepAlive: true, maxSockets: parallel });
	let sent = 0;
	let accepted = 0;
	const worker = async () => {
		while (sent < count) {
			sent += 1;
			const body = JSON.stringify(event(applicationSid));
			if ((await post(url, agent, body, sign(secret, body))) === 200) accepted += 1;
		}
	};
	await Promise.all(Array.from({ length: parallel }, worker));
	agent.destroy();
	process.send({ accepted });
	process.disconnect();
});
