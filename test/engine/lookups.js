'use strict';

const { credentialFor, runAction } = require('./engine');

/** Shorthands for tests that look things up in the emulator's demo world. */

const ACCOUNT = 'ac3e0000-0000-4000-8000-00000000d301';
const FOREIGN = 'ac3e0000-0000-4000-8000-00000000ffff';
const PROVIDER_KEY = 'demo0000-prov-4000-8000-notarealkey02';

/** What every operation needs to be told; whatever a test says comes on top. */
const PARAMETERS = {
	'callHistory:getMany': { timeRange: 'days', days: 30, returnAll: false, limit: 50, filters: {} },
	'callHistory:get': {},
	'callHistory:getRecording': { binaryPropertyName: 'data' },
	'callHistory:getPcap': { binaryPropertyName: 'data' },
	'alert:getMany': { days: 7, alertType: '', returnAll: false, limit: 50 },
	'application:getMany': { returnAll: false, limit: 50, filters: {} },
	'carrier:getMany': { returnAll: false, limit: 50, filters: {} },
	'phoneNumber:getMany': { returnAll: false, limit: 50, filters: {} },
};

/** A resource locator's value, as n8n stores it. */
const byId = (value) => ({ __rl: true, mode: 'id', value });

/** Runs one operation, e.g. `look(gateway, 'callHistory:getMany', { limit: 3 })`. */
async function look(gateway, name, parameters = {}, { credential = {}, ...setup } = {}) {
	const [resource, operation] = name.split(':');
	return await runAction({
		credential: credentialFor(gateway, credential),
		parameters: { resource, operation, options: {}, ...PARAMETERS[name], ...parameters },
		...setup,
	});
}

const sidOf = (index) => `cdc00000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/**
 * Rows for the call history, newest first, a minute apart.
 *
 * @param {number} count
 * @param {(index: number) => object} [fields] of each row
 */
const historyRows = (count, fields = () => ({})) =>
	Array.from({ length: count }, (_, index) => {
		const at = Date.now() - (index + 1) * 60_000;
		return {
			attempted_at: new Date(at).toISOString(), account_sid: ACCOUNT, answered: true, answered_at: new Date(at + 5000).toISOString(),
			application_sid: 'a9900000-0000-4000-8000-000000000001', call_sid: sidOf(index), direction: 'outbound', duration: 12, from: '12025550100',
			host: '10.20.30.50:5060', remote_host: 'sip.carrier.test', service_provider_sid: '5e7c0000-0000-4000-8000-00000000d301',
			sip_callid: `sip-${index}@10.20.30.50`, sip_status: 200, terminated_at: new Date(at + 17_000).toISOString(), termination_reason: 'called party hungup',
			to: `4420794600${String(index % 100).padStart(2, '0')}`, trace_id: `trace-${index}`, trunk: 'Northline Telecom', ...fields(index),
		};
	});

/** The requests that the gateway got, as paths below the account with decoded queries. */
const asked = (gateway) =>
	gateway.requests.map(({ path }) => {
		const url = new URL(path, 'http://gateway');
		return { path: url.pathname.replace(`/v1/Accounts/${ACCOUNT}`, ''), query: Object.fromEntries(url.searchParams) };
	});

module.exports = { ACCOUNT, FOREIGN, PARAMETERS, PROVIDER_KEY, asked, byId, historyRows, look, sidOf };
