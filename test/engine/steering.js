'use strict';

const { APPLICATION, FROM, locator } = require('./calls');
const { credentialFor, runAction } = require('./engine');

/** Shorthands for tests of the operations that read and change calls. */

/** A sid that no call has. */
const NO_CALL = '00000000-0000-4000-8000-0000000000ff';

const apiOf = (gateway) => {
	const { accountSid, apiKey } = credentialFor(gateway);
	return async (method, path, body) =>
		await fetch(`${gateway.url}/v1/Accounts/${accountSid}${path}`, {
			method,
			headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
			body: JSON.stringify(body),
		});
};

async function place(gateway, number, more = {}) {
	const answer = await apiOf(gateway)('POST', '/Calls', { application_sid: APPLICATION, from: FROM, to: { type: 'phone', number }, ...more });
	return (await answer.json()).sid;
}

const isIn = (gateway, sid, status) => gateway.records.records.get(sid)?.fields.call_status === status;

/**
 * Places a call, and lets the gateway's time stand still once it has a status: it stays in it until `gateway.clock.go()`,
 * however long the test takes.
 *
 * @returns {Promise<string>} its sid
 */
async function callIn(gateway, number, status, more = {}) {
	gateway.clock.stop();
	const sid = await place(gateway, number, more);
	gateway.clock.advanceTo(() => isIn(gateway, sid, status));
	return sid;
}

/** Runs an operation of the resource Call. */
const operate = async (gateway, operation, { parameters = {}, credential = {}, ...setup } = {}) =>
	await runAction({ credential: credentialFor(gateway, credential), parameters: { operation, options: {}, ...parameters }, ...setup });

/** The field Call, given by ID. */
const byId = (sid) => ({ call: locator(sid, 'id') });

module.exports = { NO_CALL, apiOf, byId, callIn, operate };
