'use strict';

const { credentialFor, runAction, TRIGGER } = require('./engine');

/** Shorthands for tests that place calls in the emulator's demo world. */

const FROM = '+12025550100';
const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const OTHER_APPLICATION = 'a9900000-0000-4000-8000-000000000002';

/** A resource locator's value, as n8n stores it. */
const locator = (value, mode = 'list') => ({ __rl: true, mode, value });

/** Options, with every request sent once: what the node itself repeats after a refusal has tests of its own. */
const optionsWith = (options) => ({ retriesIfNotPlaced: 0, ...options });

/** Parameters of a call to the number in each item's `phone`. */
const parameters = ({ options, ...overrides } = {}) => ({
	from: locator(FROM),
	application: locator(APPLICATION, 'id'),
	toType: 'phone',
	toNumber: '={{ $json.phone }}',
	carrier: locator(''),
	statusUpdates: 'none',
	options: optionsWith(options),
	...overrides,
});

/** Items with these numbers to call. */
const phones = (...numbers) => numbers.map((phone, index) => ({ json: { phone, id: index } }));

/** A trigger node of the workflow, not connected. */
const triggerNode = (fields) => ({
	id: 'trigger-id', name: 'Call events', type: TRIGGER, typeVersion: 1, position: [0, 200], parameters: {}, webhookId: 'hook-id', ...fields,
});

/** The workflow's stored data once its trigger listens at a URL. */
const listeningAt = (url) => ({ global: { cognigyVoiceGatewayTriggers: { 'trigger-id': url } } });

/** Places calls at a gateway. */
const call = async (gateway, { credential = {}, items = phones('+12025550200'), parameters: overrides, ...setup } = {}) =>
	await runAction({ credential: credentialFor(gateway, credential), parameters: parameters(overrides), items, ...setup });

module.exports = { APPLICATION, FROM, OTHER_APPLICATION, call, listeningAt, locator, parameters, phones, triggerNode };
