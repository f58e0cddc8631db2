'use strict';

const { credentialTestContext, pickerContext } = require('../engine/contexts');
const { published } = require('../engine/applications');
const { ACTION, nodeTypes, runAction } = require('../engine/engine');
const { KEY, SECRET } = require('./hostile');
const { LISTS, OPERATIONS } = require('./operations');

/**
 * Everything of the package that asks the gateway, each as a function that does so once.
 *
 * Each tells what a user gets to see (`said`: the texts of errors), all that is left behind (`left`), and whether it took
 * the answer for a good one.
 */

const ACCOUNT = 'ac3e0000-0000-4000-8000-00000000d301';
const credentialAt = (baseUrl) => ({ environment: 'onPremises', baseUrl, accountSid: ACCOUNT, apiKey: KEY, webhookSecret: SECRET });

const worldAt = (baseUrl) => ({ url: baseUrl, world: { accounts: [{ account_sid: ACCOUNT }], api_keys: [{ account_sid: ACCOUNT, token: KEY }] } });

const textsOf = (error) => (error === undefined || error === null ? [] : [error.message, error.description ?? '']);

const operation = (parameters) => async (baseUrl, { items, settings, patienceMs } = {}) => {
	const result = await runAction({ credential: credentialAt(baseUrl), parameters, items, settings, patienceMs });
	const doubtful = result.outputs.flat().filter(({ error, outcome }) => error !== undefined || outcome === 'unknown');
	const words = doubtful.flatMap(({ error, message }) => [error, message]).filter((text) => typeof text === 'string');
	return { said: [...textsOf(result.error), ...words], left: [result.error, result.items, result.hints, result.data], good: result.status !== 'error' && doubtful.length === 0, result };
};

const list = (search) => async (baseUrl) => {
	const context = pickerContext(credentialAt(baseUrl), ACTION);
	return await search.call(context, undefined).then(
		(results) => ({ said: [], left: [results], good: true, result: results }),
		(error) => ({ said: textsOf(error), left: [error], good: false }),
	);
};

const trigger = async (baseUrl) => {
	const flow = published(worldAt(baseUrl), { parameters: { verification: 'signature' }, credential: { webhookSecret: '' }, patienceMs: 1000 });
	const error = await flow.publish().then(() => undefined, (refused) => refused);
	await flow.remove();
	return { said: [...textsOf(error), ...flow.log.warn, ...flow.log.error], left: [error, flow.log, flow.state], good: error === undefined };
};

const test = async (baseUrl) => {
	const { cognigyVoiceGatewayApiTest: run } = nodeTypes([]).getByName(ACTION).methods.credentialTest;
	const result = await run.call(credentialTestContext(), { id: '1', name: 'Gateway', type: 'cognigyVoiceGatewayApi', data: credentialAt(baseUrl) });
	return { said: [result.message], left: [result], good: result.status === 'OK' };
};

/** @type {Array<[string, (baseUrl: string, options?: object) => Promise<{said: string[], left: any[], good: boolean}>]>} */
const ACTORS = [
	...OPERATIONS.map(([name, parameters]) => [name, operation(parameters)]),
	...LISTS.map(([name, search]) => [name, list(search)]),
	['the trigger, published and unpublished', trigger],
	['the credential test', test],
];

module.exports = { ACTORS, ACCOUNT };
