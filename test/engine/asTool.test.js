'use strict';

const { startGateway } = require('../gateway');
const { ACTION } = require('./engine');
const { byId, look } = require('./lookups');

/** Operations that place no call, run by an AI agent: what the language model gets to read. */

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(() => gateway.close());

const asTool = { settings: { type: `${ACTION}Tool` }, items: [{ json: { toolCallId: 'call_1', headers: { cookie: 'secret' } } }] };

test('the result alone, without what the agent itself was given', async () => {
	const { outputs } = await look(gateway, 'call:getActiveCount', {}, asTool);
	expect(outputs[0]).toEqual([{ inbound: 0, outbound: 0, total: 0 }]);
});

test.each([
	['call:get', { call: byId('5f3b54a1-0c4f-4c5d-9a3f-3b1f6d7e8a90') }, /does not know the call/, /Check the ID/],
	['call:hangUp', { call: byId('the call') }, /is not the ID of a call/, /Correct the field/],
])('%s that fails is a result too, with what to do next', async (operation, parameters, error, next) => {
	const { status, outputs } = await look(gateway, operation, parameters, asTool);
	expect(status).toBe('success');
	expect(outputs[0]).toEqual([{ error: expect.stringMatching(error), message: expect.stringMatching(next) }]);
});
