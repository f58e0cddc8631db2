'use strict';

const express = require('express');

const { sign } = require('../gateway/sign');
const { webhookContext, workflowWith } = require('./contexts');
const { credentialFor } = require('./engine');

const running = new Set();

/**
 * The compiled trigger behind a real HTTP server, in n8n-core's WebhookContext, treated the way n8n treats it: what it
 * returns is answered, what it throws is a 500, and workflowData is a run.
 *
 * @param {object} gateway the emulator whose account the trigger belongs to
 * @param {object} [setup]
 * @param {object} [setup.parameters] overrides of the trigger's parameters
 * @param {object} [setup.credential] overrides of the credential
 * @param {object} [setup.staticData] the workflow's stored data, changed in place
 * @param {string} [setup.mode] `trigger`, or `manual` for a test event
 */
async function startTrigger(gateway, { parameters = {}, credential = {}, staticData = {}, mode = 'trigger' } = {}) {
	const stage = workflowWith({ listenFor: 'status', events: [], verification: 'signature', filters: {}, options: {}, ...parameters }, { staticData });
	const received = { runs: [], thrown: [], answers: [], staticData, workflow: stage.workflow };
	const app = express();
	app.use(express.raw({ type: () => true, limit: '16mb' }));
	app.use(async (request, response) => {
		request.rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
		request.body = undefined;
		const answered = new Promise((resolve) => response.on('finish', resolve));
		answered.then(() => received.answers.push(response.statusCode));
		try {
			const { workflowData, webhookResponse, noWebhookResponse } = await stage.type.webhook.call(
				webhookContext(stage, credentialFor(gateway, credential), request, response, mode),
			);
			if (workflowData !== undefined) received.runs.push(...workflowData[0].map(({ json }) => json));
			if (noWebhookResponse !== true) response.status(200).send(webhookResponse ?? { message: 'Workflow was started' });
		} catch (error) {
			received.thrown.push(error);
			response.status(500).end();
		}
	});
	const server = await new Promise((resolve) => {
		const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
	});
	const url = `http://127.0.0.1:${server.address().port}/webhook/hook-id/call-status`;
	const close = async () => {
		running.delete(close);
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	running.add(close);

	/** Sends a body as it is; by default signed now, with the account's secret. */
	const send = async (body, { secret = gateway.world.accounts[0].webhook_secret, at = Date.now() / 1000, headers = {}, query = '', method = 'POST' } = {}) => {
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		const given = { 'Content-Type': 'application/json', 'Jambonz-Signature': sign(secret, text, Math.floor(at)), ...headers };
		const sent = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
		const answer = await fetch(url + query, { method, headers: sent, body: method === 'POST' ? text : undefined });
		return { status: answer.status, text: await answer.text() };
	};
	return Object.assign(received, { url, send, close });
}

const closeTriggers = async () => await Promise.all([...running].map(async (close) => await close()));

/** Places a call at the emulator, whose webhooks go to a URL. */
async function place(gateway, number, notifyUrl, more = {}) {
	const { accountSid, apiKey } = credentialFor(gateway);
	const [application] = gateway.world.applications;
	const answer = await fetch(`${gateway.url}/v1/Accounts/${accountSid}/Calls`, {
		method: 'POST',
		headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
		body: JSON.stringify({ application_sid: application.application_sid, from: '+12025550100', to: { type: 'phone', number }, notifyUrl, ...more }),
	});
	if (answer.status !== 201) throw new Error(`the emulator answered ${answer.status}: ${await answer.text()}`);
	return (await answer.json()).sid;
}

let count = 0;

/** An event that differs from every other. */
const event = (fields = {}) => ({
	call_sid: `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`, direction: 'outbound', from: '+12025550100', to: '+12025550200', call_id: 'c',
	sip_status: 200, sip_reason: 'OK', call_status: 'completed', account_sid: 'a', trace_id: 't', fs_sip_address: '10.20.30.40:5060', duration: 3,
	call_termination_by: 'caller', ...fields,
});

module.exports = { closeTriggers, event, place, startTrigger };
