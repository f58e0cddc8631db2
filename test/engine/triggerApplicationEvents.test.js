'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, OTHER_APPLICATION, published, triggerOf } = require('./applications');
const { call, locator, phones } = require('./calls');
const { closeTriggers, event, place, startTrigger } = require('./webhook');

/** Calls of an application reach the registered trigger, each of them once, whoever placed them. */

let gateway;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => {
	await gateway.close();
	await closeTriggers();
});

/** A trigger that listens, and is registered. */
async function listening(parameters = {}) {
	const node = triggerOf({ verification: 'signature', ...parameters }, { webhookId: 'hook-id' });
	const trigger = await startTrigger(gateway, { parameters: node.parameters });
	const activation = published(gateway, { nodes: [node], base: new URL(trigger.url).origin });
	await activation.publish();
	/** Places a call with the action node of the same workflow. */
	const dial = async (overrides, items) =>
		await call(gateway, { parameters: { statusUpdates: 'trigger', ...overrides }, items, staticData: structuredClone(activation.state.stored), extraNodes: [node] });
	return { trigger, activation, dial };
}

const inbound = (to = '+12025550200', applicationSid = APPLICATION) => gateway.receiveCall({ applicationSid, from: '+442079460486', to });

test('an inbound call starts a run', async () => {
	const { trigger } = await listening();
	const { sid } = inbound();
	await gateway.idle();
	expect(trigger.runs).toEqual([expect.objectContaining({ call_sid: sid, direction: 'inbound', outcome: 'answered', final: true, application_sid: APPLICATION })]);
	expect(trigger.answers.every((status) => status === 200)).toBe(true);
});

test('so does a call that somebody else places, without any Status URL', async () => {
	const { trigger } = await listening();
	const sid = await place(gateway, '+12025550486', undefined);
	await gateway.idle();
	expect(trigger.runs).toEqual([expect.objectContaining({ call_sid: sid, direction: 'outbound', outcome: 'busy' })]);
});

test('every status, if that is wanted', async () => {
	const { trigger } = await listening({ listenFor: 'status' });
	inbound();
	await gateway.idle();
	expect(trigger.runs.map(({ event: name }) => name)).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
});

test('a call of another application does not', async () => {
	const { trigger } = await listening();
	inbound('+12025550200', OTHER_APPLICATION);
	await place(gateway, '+12025550200', trigger.url, { application_sid: OTHER_APPLICATION });
	await gateway.idle();
	expect(trigger.runs).toEqual([]);
	expect(trigger.answers).toEqual([200, 200, 200, 200]);
});

test('an event that names no application is the application\'s own', async () => {
	const { trigger } = await listening();
	await trigger.send(event({ application_sid: undefined }));
	expect(trigger.runs).toHaveLength(1);
});

test('the end of a transferred leg is not the end of the call', async () => {
	const { trigger } = await listening();
	inbound('+12025550240');
	await gateway.idle();
	expect(trigger.runs).toHaveLength(1);
	expect(trigger.runs[0]).toMatchObject({ child_leg: false });
});

test('the filters work, and an application filter left over from the other mode does not count', async () => {
	const { trigger } = await listening({ filters: { direction: 'inbound', application: locator(OTHER_APPLICATION, 'id') } });
	const { sid } = inbound();
	await place(gateway, '+12025550200', undefined);
	await gateway.idle();
	expect(trigger.runs.map(({ call_sid: found }) => found)).toEqual([sid]);
});

test.each([
	['a token', { verification: 'token', token: 'a-token-of-more-than-20-characters' }],
	['nothing', { verification: 'none' }],
])('verified by %s', async (_what, parameters) => {
	const { trigger } = await listening(parameters);
	inbound();
	await gateway.idle();
	expect(trigger.runs).toHaveLength(1);
	expect(gateway.deliveries.every(({ status }) => status === 200)).toBe(true);
});

test('a forged one starts nothing', async () => {
	const { trigger } = await listening();
	expect((await trigger.send(event({ application_sid: APPLICATION }), { secret: 'wrong' })).status).toBe(401);
	expect(trigger.runs).toEqual([]);
});

test('an event that is sent twice starts one run', async () => {
	const { trigger } = await listening();
	gateway.setFaults([{ kind: 'webhook-duplicate', event: 'completed' }]);
	inbound();
	await gateway.idle();
	expect(trigger.runs).toHaveLength(1);
});

test('the mark of the registered URL is not sent along', async () => {
	await listening();
	inbound();
	await gateway.idle();
	expect(gateway.deliveries.length).toBeGreaterThan(0);
	for (const { url } of gateway.deliveries) expect(url).toMatch(/\/webhook\/hook-id\/call-status$/);
});

describe('the action node of the same workflow', () => {
	test('one call gives one run: the application reports it, and it is given no URL besides', async () => {
		const { dial, trigger } = await listening();
		const { status, hints } = await dial({}, phones('+12025550200', '+12025550486'));
		await gateway.idle();
		expect(status).toBe('success');
		expect(hints).toEqual([]);
		expect(gateway.placed.map(({ body }) => body.notifyUrl)).toEqual([undefined, undefined]);
		expect(trigger.runs.map(({ outcome }) => outcome).sort()).toEqual(['answered', 'busy']);
	});

	test('answering-machine events come to the trigger, which an application would not report', async () => {
		const { dial, trigger } = await listening({ listenFor: 'selected', events: ['amd'] });
		await dial({ options: { detectAnsweringMachine: true } }, phones('+12025550291'));
		await gateway.idle();
		expect(gateway.placed[0].body).not.toHaveProperty('notifyUrl');
		expect(gateway.placed[0].body.amd.actionHook).toMatch(/\/webhook\/hook-id\/call-status#rc=5&rp=ct,4xx,5xx$/);
		expect(trigger.runs.map(({ answered_by: by }) => by)).toContain('machine');
	});

	test('a call with another application is placed, and a hint says that the trigger does not hear of it', async () => {
		const { dial, trigger } = await listening();
		const { status, hints } = await dial({ application: locator(OTHER_APPLICATION, 'id') });
		await gateway.idle();
		expect(status).toBe('success');
		expect(hints).toEqual([expect.objectContaining({ message: expect.stringMatching(/another application than the one whose calls the trigger/) })]);
		expect(trigger.runs).toEqual([]);
	});

	test('before the workflow is published it is told so', async () => {
		const { error } = await call(gateway, { parameters: { statusUpdates: 'trigger' }, extraNodes: [triggerOf()] });
		expect(error.message).toMatch(/"Call events" is not listening.*not active.*Publish/);
		expect(gateway.placed).toEqual([]);
	});

	test('with a paired trigger beside, the call is given that one\'s URL', async () => {
		const { activation } = await listening();
		const paired = triggerOf({ calls: 'workflow' }, { id: 'paired-id', name: 'Paired' });
		const staticData = structuredClone(activation.state.stored);
		staticData.global.cognigyVoiceGatewayTriggers = { 'paired-id': 'http://127.0.0.1:9/webhook/paired/call-status' };
		await call(gateway, { parameters: { statusUpdates: 'trigger' }, staticData, extraNodes: [triggerOf(), paired] });
		expect(gateway.placed[0].body.notifyUrl).toMatch(/^http:\/\/127\.0\.0\.1:9\/webhook\/paired\//);
	});
});
