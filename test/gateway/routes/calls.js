'use strict';

const express = require('express');
const { ApiError, handler, notFoundText, internalText } = require('../errors');
const { accountOf } = require('../auth');
const { sidFromUrl } = require('../sids');
const { checkRequest, checkPlatform, mangleTag, dialledParty } = require('../validate-create');
const { checkUpdate } = require('../validate-update');
const { controlCall } = require('../live-control');

/** @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world, calls, records } = gateway;
	const router = express.Router();
	const findApplication = (sid) => world.applications.find((app) => app.application_sid === sid);

	router.post(
		'/Accounts/:sid/Calls',
		handler((req, res) => {
			const accountSid = accountOf(world, req);
			if (req.user.scope === 'service_provider') {
				throw new ApiError(400, `unauthorized createCall request for account ${accountSid}`);
			}
			const sent = structuredClone(req.body);
			checkRequest(req.body, findApplication);
			const account = world.accounts.find((a) => a.account_sid === accountSid);
			if (!account) throw internalText();
			checkPlatform(req.body, account);
			if (req.body.tag) req.body.tag = mangleTag(req.body.tag);
			if (gateway.outcomeFor(dialledParty(req.body.to, account)).unsendable) throw internalText();
			const call = calls.place(account, req.body, sent);
			// The documentation says `callid`, the platform says `callId`: answer both.
			res.status(201).json({ sid: call.sid, callid: call.callId, callId: call.callId });
		}),
	);

	router.get(
		'/Accounts/:sid/Calls',
		handler((req, res) => {
			const accountSid = accountOf(world, req);
			const { direction, from, to, callStatus } = req.query;
			res.json(records.list(accountSid, { direction, from, to, call_status: callStatus }));
		}),
	);

	router.get(
		'/Accounts/:sid/Calls/:callSid',
		handler((req, res) => {
			const record = records.get(accountOf(world, req), sidFromUrl('Calls', req));
			if (!record) throw notFoundText();
			res.json(record);
		}),
	);

	router.delete(
		'/Accounts/:sid/Calls/:callSid',
		handler((req, res) => {
			const accountSid = accountOf(world, req);
			if (!records.delete(accountSid, sidFromUrl('Calls', req))) throw notFoundText();
			res.sendStatus(204);
		}),
	);

	const update = handler((req, res) => {
		const accountSid = accountOf(world, req);
		const sid = sidFromUrl('Calls', req);
		checkUpdate(req.body);
		const record = records.get(accountSid, sid);
		if (!record) throw notFoundText();
		// A record that came back after a DELETE does not know which server has the call.
		if (!record.service_url) throw new Error(`Failed to parse URL from undefined/v1/updateCall/${sid}`);
		const answer = controlCall(gateway, sid, req.body);
		gateway.updates.push({ at: Date.now(), call_sid: sid, body: req.body });
		if (answer) return res.status(200).json(answer);
		return res.sendStatus(202);
	});
	router.put('/Accounts/:sid/Calls/:callSid', update);
	router.post('/Accounts/:sid/Calls/:callSid', update);

	return router;
}

module.exports = { routes };
