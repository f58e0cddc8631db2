'use strict';

const express = require('express');
const { handler, ApiError, notFoundText } = require('../errors');
const { checkAccountFail } = require('../auth');
const { sidFromUrl } = require('../sids');
const { queryRecentCalls, queryAlerts } = require('../recent-calls');
const { pcapFile, audioFile } = require('../media');

/** @param {import('../index').Gateway} gateway */
function routes(gateway) {
	const { world } = gateway;
	const router = express.Router();
	const recent = '/Accounts/:sid/RecentCalls';
	const ofAccount = (rows, req) => {
		const sid = sidFromUrl('Accounts', req);
		return rows.filter((row) => row.account_sid === sid);
	};
	const checked = (fn) =>
		handler((req, res) => {
			checkAccountFail(world, req);
			return fn(req, res);
		});

	router.get(
		recent,
		checked((req, res) => {
			res.json(queryRecentCalls(ofAccount(world.recent_calls, req), req.query, world.now()));
		}),
	);

	router.get(
		'/Accounts/:sid/Alerts',
		checked((req, res) => {
			res.json(queryAlerts(ofAccount(world.alerts, req), req.query, world.now()));
		}),
	);

	router.get(
		`${recent}/:callId`,
		checked((req, res) => {
			if (!world.traces) throw new ApiError(400, 'Bad Request', 'text');
			const row = ofAccount(world.recent_calls, req).find((r) => r.sip_callid === req.params.callId);
			if (!row) throw notFoundText();
			res.json({ total: 0, data: { messages: [], calls: [] } });
		}),
	);

	router.get(
		`${recent}/:callId/:method/pcap`,
		checked((req, res) => {
			if (!world.traces) throw new ApiError(400, 'Bad Request', 'text');
			const { callId } = req.params;
			if (!ofAccount(world.recent_calls, req).some((r) => r.sip_callid === callId)) throw notFoundText();
			res.set('Content-Type', 'application/octet-stream');
			res.set('Content-Disposition', `attachment; filename=callid-${callId}.pcap`);
			res.end(pcapFile());
		}),
	);

	router.get(
		`${recent}/:callSid/logs`,
		checked((req, res) => {
			res.status(400).send({ msg: 'Logs are only available in AWS environments' });
		}),
	);

	router.get(
		`${recent}/trace/:traceId`,
		checked(() => {
			throw notFoundText();
		}),
	);

	const recording = `${recent}/:callSid/record/:year/:month/:day/:format`;
	const recordedCall = (req) => {
		const row = ofAccount(world.recent_calls, req).find((r) => r.call_sid === req.params.callSid);
		if (!row || !row.recording_url) throw notFoundText();
		return row;
	};
	router.get(
		recording,
		checked((req, res) => {
			recordedCall(req);
			const { format } = req.params;
			res.set('Content-Type', `audio/${format}`);
			res.end(audioFile(format));
		}),
	);
	router.delete(
		recording,
		checked((req, res) => {
			delete recordedCall(req).recording_url;
			res.sendStatus(204);
		}),
	);

	return router;
}

module.exports = { routes };
