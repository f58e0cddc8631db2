'use strict';

const { compiled } = require('../unit/compiled');
const { APPLICATION, locator, parameters: callParameters } = require('../engine/calls');

/** Every operation of the action node, set up so that it asks the gateway for something. */

const SID = 'cdc00000-0000-4000-8000-000000000001';

const NEEDS = {
	'call:create': callParameters({ toNumber: '+12025550200' }),
	'call:createAndWait': callParameters({ toNumber: '+12025550200', resumeWhen: 'ended', waitAtMost: 1, verifySignature: true }),
	'call:get': { call: locator(SID, 'id') },
	'call:getActiveCount': {},
	'call:getMany': { returnAll: true, filters: {} },
	'call:hangUp': { call: locator(SID, 'id') },
	'call:update': { call: locator(SID, 'id'), action: 'mute' },
	'alert:getMany': { days: 7, alertType: '', returnAll: true },
	'application:get': { application: locator(APPLICATION, 'id') },
	'application:getMany': { returnAll: true, filters: {} },
	'callHistory:get': { call: locator(SID, 'id') },
	'callHistory:getMany': { timeRange: 'days', days: 30, returnAll: true, filters: {} },
	'callHistory:getPcap': { call: locator(SID, 'id'), binaryPropertyName: 'data' },
	'callHistory:getRecording': { call: locator(SID, 'id'), binaryPropertyName: 'data' },
	'carrier:get': { carrierId: locator('ca220000-0000-4000-8000-000000000001', 'id') },
	'carrier:getMany': { returnAll: true, filters: {} },
	'phoneNumber:get': { phoneNumberId: locator('0f0e0000-0000-4000-8000-000000000001', 'id') },
	'phoneNumber:getMany': { returnAll: true, filters: {} },
};

const { RESOURCES } = compiled('operations/index.js');

/** @type {Array<[string, object]>} name and parameters; an operation without an entry above fails here */
const OPERATIONS = RESOURCES.flatMap(({ value: resource, operations }) =>
	operations.map(({ value: operation }) => {
		const name = `${resource}:${operation}`;
		if (!(name in NEEDS)) throw new Error(`Say in ${__filename} what the operation ${name} needs.`);
		const { options, ...needs } = NEEDS[name];
		return [name, { resource, operation, ...needs, options: { ...options, requestTimeout: 1 } }];
	}),
);

const { listSearch } = compiled('pickers/index.js');

module.exports = { LISTS: Object.entries(listSearch), OPERATIONS, SID };
