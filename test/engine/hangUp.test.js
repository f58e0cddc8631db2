'use strict';

const { startGateway } = require('../gateway');
const { closeServers, startServer, answering } = require('./servers');
const { apiOf, byId, callIn, NO_CALL, operate } = require('./steering');
const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/call/hangUp.json');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const hangUp = async (sid, setup = {}) => await operate(gateway, 'hangUp', { ...setup, parameters: byId(sid) });
const bodies = () => gateway.updates.map(({ body }) => body);

/** Lets the gateway's record of a call tell an older status, for so many looks. */
function lagging(sid, status, looks) {
	const { records } = gateway;
	const get = records.get.bind(records);
	let left = looks;
	jest.spyOn(records, 'get').mockImplementation((account, asked) => {
		const record = get(account, asked);
		return asked === sid && left-- > 0 ? { ...record, call_status: status } : record;
	});
}
afterEach(() => jest.restoreAllMocks());

test('an answered call is ended', async () => {
	const sid = await callIn(gateway, '+12025550220', 'in-progress');
	const { status, outputs } = await hangUp(sid);
	expect(status).toBe('success');
	expect(outputs[0]).toEqual([
		{ call_sid: sid, hung_up: true, requested_status: 'completed', call_status: 'in-progress', message: expect.stringMatching(/^Accepted: .*Accepted is not done: the final webhook/) },
	]);
	expect(Object.keys(outputs[0][0])).toEqual(Object.keys(schema.properties));
	expect(bodies()).toEqual([{ call_status: 'completed' }]);
	gateway.clock.go();
	await gateway.idle();
	expect(gateway.placed[0]).toMatchObject({ final_status: 'completed' });
});

test.each([['trying', '+12025550100'], ['ringing', '+12025550180'], ['early-media', '+12025550183']])('a call in %s is canceled, and the output says that no final webhook comes', async (status, number) => {
	const sid = await callIn(gateway, number, status);
	const { outputs } = await hangUp(sid);
	expect(outputs[0]).toEqual([
		{ call_sid: sid, hung_up: true, requested_status: 'no-answer', call_status: status, message: expect.stringMatching(/^Accepted: .*Accepted is not done.*no final webhook for a canceled call/) },
	]);
	expect(bodies()).toEqual([{ call_status: 'no-answer' }]);
	gateway.clock.go();
	await gateway.idle();
	expect(gateway.placed[0]).toMatchObject({ final_status: 'no-answer' });
});

describe('already gone: said, and no error', () => {
	test.each([['+12025550486', 'busy'], ['+12025550200', 'completed']])('a call to %s that is %s', async (number, status) => {
		const sid = await callIn(gateway, number, status);
		const { status: run, outputs } = await hangUp(sid);
		expect(run).toBe('success');
		expect(outputs[0]).toEqual([{ call_sid: sid, hung_up: false, requested_status: null, call_status: status, message: `Nothing to hang up: the call has already ended (${status}).` }]);
		expect(bodies()).toEqual([]);
	});

	test('a call that the gateway does not know', async () => {
		const { outputs } = await hangUp(NO_CALL);
		expect(outputs[0]).toEqual([
			{ call_sid: NO_CALL, hung_up: false, requested_status: null, call_status: null, message: expect.stringMatching(/does not know this call.*Check the ID.*may still be going on/) },
		]);
		expect(gateway.requests.map(({ method }) => method)).toEqual(['GET']);
	});

	test('a call that ends between the look and the request (422, session is gone)', async () => {
		const sid = await callIn(gateway, '+12025550200', 'completed');
		lagging(sid, 'in-progress', 1);
		const { outputs } = await hangUp(sid);
		expect(outputs[0]).toMatchObject([{ hung_up: false, call_status: 'in-progress', message: expect.stringMatching(/has ended in the meantime/) }]);
	});

	test('a call that is forgotten between the look and the request (404)', async () => {
		const server = await startServer((request, response) =>
			answering(...(request.method === 'GET' ? [200, { call_sid: NO_CALL, call_status: 'in-progress' }] : [404, 'Not Found']))(request, response));
		const { outputs } = await hangUp(NO_CALL, { credential: { baseUrl: server.url } });
		expect(outputs[0]).toMatchObject([{ hung_up: false, message: expect.stringMatching(/has ended in the meantime/) }]);
		expect(server.requests).toHaveLength(2);
	});
});

describe('the call changes its state between the look and the request', () => {
	test('it is answered: the cancel is refused, the call is ended', async () => {
		const sid = await callIn(gateway, '+12025550220', 'in-progress');
		lagging(sid, 'ringing', 1);
		const { outputs } = await hangUp(sid);
		expect(outputs[0]).toMatchObject([{ hung_up: true, requested_status: 'completed', call_status: 'in-progress' }]);
		expect(gateway.requests.filter(({ method }) => method === 'PUT').map(({ status }) => status)).toEqual([422, 202]);
		await gateway.idle();
	});

	test('the record lags behind for longer: the other request is used all the same', async () => {
		const sid = await callIn(gateway, '+12025550220', 'in-progress');
		// Looks of the node, and of the gateway itself when it takes the update.
		lagging(sid, 'ringing', 4);
		const { outputs } = await hangUp(sid);
		expect(outputs[0]).toMatchObject([{ hung_up: true, requested_status: 'completed', call_status: 'ringing' }]);
		await gateway.idle();
	});

	test('it was refused a moment ago: not asked for again', async () => {
		const sid = await callIn(gateway, '+12025550486', 'busy');
		lagging(sid, 'in-progress', 2);
		expect((await hangUp(sid)).outputs[0]).toMatchObject([{ hung_up: false, call_status: 'busy' }]);
		expect(bodies()).toEqual([]);
	});

	test('it never fits: an error after four tries, with the gateway\'s words', async () => {
		const server = await startServer((request, response) =>
			answering(...(request.method === 'GET' ? [200, { call_sid: NO_CALL, call_status: 'ringing' }] : [422, `current call state is incompatible with requested action for call_sid ${NO_CALL}`]))(request, response));
		const { error } = await hangUp(NO_CALL, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/current call state is incompatible.*\[item 0\]$/);
		expect(error.description).toMatch(/^Nothing was changed\. Look at the call with the operation Get/);
		expect(server.requests.filter(({ method }) => method === 'PUT').map(({ text }) => JSON.parse(text).call_status)).toEqual(['no-answer', 'completed', 'no-answer', 'completed']);
	});
});

test.each(['500-after-placing', 'reset-after-placing', 'html-after-placing'])('%s: in doubt, said so, and not sent again', async (kind) => {
	const sid = await callIn(gateway, '+12025550220', 'in-progress');
	gateway.setFaults([{ kind, operation: 'updateCall' }]);
	const { error } = await hangUp(sid);
	expect(error.description).toMatch(/may have reached the call, so it is not sent again.*operation Get/);
	expect(error.description).not.toMatch(/placed|dialled/);
	expect(bodies()).toHaveLength(1);
	await gateway.idle();
});

test('several items: each is judged on its own', async () => {
	const [live, ended] = [await callIn(gateway, '+12025550220', 'in-progress'), await callIn(gateway, '+12025550486', 'busy')];
	const items = [live, ended, NO_CALL].map((sid) => ({ json: { sid } }));
	const { outputs, items: out } = await hangUp('={{ $json.sid }}', { items });
	expect(outputs[0].map(({ call_sid: sid, hung_up: done }) => [sid, done])).toEqual([[live, true], [ended, false], [NO_CALL, false]]);
	expect(out[0].map(({ pairedItem }) => pairedItem.item)).toEqual([0, 1, 2]);
});

test('a call is never deleted: that would only forget it', async () => {
	for (const [number, status] of [['+12025550220', 'in-progress'], ['+12025550180', 'ringing'], ['+12025550486', 'busy']]) await hangUp(await callIn(gateway, number, status));
	expect(gateway.requests.map(({ method }) => method)).not.toContain('DELETE');
	await gateway.idle();
	expect((await apiOf(gateway)('GET', '/CallCount')).status).toBe(200);
});

test('whoever waits for the webhook of a canceled call hears nothing, of an ended one the end', async () => {
	const webhooks = await startServer(answering(200));
	const notify = { notifyUrl: webhooks.url };
	const canceled = await callIn(gateway, '+12025550180', 'ringing', notify);
	const ended = await callIn(gateway, '+12025550220', 'in-progress', notify);
	await hangUp(canceled);
	await hangUp(ended);
	await gateway.idle();
	const heard = (sid) => webhooks.requests.map(({ text }) => JSON.parse(text)).filter(({ call_sid: of }) => of === sid).map(({ call_status: status }) => status);
	expect(heard(canceled)).toEqual(['trying', 'ringing']);
	expect(heard(ended).at(-1)).toBe('completed');
});
