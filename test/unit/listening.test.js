'use strict';

const { compiled } = require('./compiled');
const { APPLICATION, PRODUCTION_URL, oneApplication, refused, remembering } = require('./oneApplication');

const { isListening, startListening, stopListening } = compiled('events/listening.js');

const TOKEN = 'abcdefghij0123456789';
const ANNOUNCED = { cognigyVoiceGatewayTriggers: { 'node-1': PRODUCTION_URL } };
const OF_WORKFLOW = { calls: 'workflow' };
const registered = () => remembering({ [APPLICATION]: { node: 'node-1', url: PRODUCTION_URL, before: null } });

test('an n8n that gives no URL is said to, with what to look at', async () => {
	const { context } = oneApplication({ parameters: OF_WORKFLOW, more: { getNodeWebhookUrl: () => undefined } });
	await expect(startListening(context)).rejects.toMatchObject({ message: 'n8n gives this trigger no webhook URL.', description: 'Check the environment variable WEBHOOK_URL of n8n.' });
});

test.each([['short', false], [TOKEN.slice(1), false], [` ${TOKEN.slice(1)} `, false], [TOKEN, true]])('the token %j is long enough: %p', async (token, enough) => {
	const { context, stored } = oneApplication({ parameters: { ...OF_WORKFLOW, verification: 'token', token } });
	if (!enough) {
		await expect(startListening(context)).rejects.toMatchObject({ message: 'Token is too short: it needs at least 20 characters.', description: expect.stringMatching(/password generator/) });
		return;
	}
	expect(await startListening(context)).toBe(true);
	expect(stored.cognigyVoiceGatewayTriggers).toEqual({ 'node-1': `${PRODUCTION_URL}?token=${TOKEN}` });
	expect(await isListening(context)).toBe(true);
});

describe('a trigger that was registered at an application and now listens to its workflow', () => {
	const leftBehind = { url: `${PRODUCTION_URL}#x`, method: 'POST' };

	test('is not listening yet, though it is announced', async () => {
		expect(await isListening(oneApplication({ parameters: OF_WORKFLOW, stored: { ...ANNOUNCED, ...registered() } }).context)).toBe(false);
		expect(await isListening(oneApplication({ parameters: OF_WORKFLOW, stored: ANNOUNCED }).context)).toBe(true);
	});

	test('leaves the application when it starts', async () => {
		const stage = oneApplication({ parameters: OF_WORKFLOW, stored: registered(), application: { call_status_hook: leftBehind } });
		expect(await startListening(stage.context)).toBe(true);
		expect([stage.application.call_status_hook, stage.memory, stage.stored.cognigyVoiceGatewayTriggers]).toEqual([null, {}, ANNOUNCED.cognigyVoiceGatewayTriggers]);
	});

	test('starts without the credential too, and the log says what stays', async () => {
		const stage = oneApplication({ parameters: OF_WORKFLOW, stored: registered(), more: { getCredentials: async () => { throw new Error('no credential'); } } });
		expect(await startListening(stage.context)).toBe(true);
		expect(stage.log).toEqual([['error', 'The Status Webhook of an application could not be put back', { applications: [APPLICATION], error: expect.stringMatching(/credential/) }]]);
		expect(Object.keys(stage.memory)).toEqual([APPLICATION]);
		expect(await isListening(stage.context)).toBe(false);
	});

	test('needs no credential where nothing is left over', async () => {
		const { context, log } = oneApplication({ parameters: OF_WORKFLOW, more: { getCredentials: async () => { throw new Error('no credential'); } } });
		expect([await startListening(context), log]).toEqual([true, []]);
	});
});

test('a trigger of an application is not announced to the workflow\'s own calls, which would be reported twice', async () => {
	const stage = oneApplication({ stored: { ...ANNOUNCED } });
	expect(await startListening(stage.context)).toBe(true);
	expect(stage.stored.cognigyVoiceGatewayTriggers).toEqual({});
	expect(await isListening(stage.context)).toBe(true);
	expect(await stopListening(stage.context)).toBe(true);
	expect([stage.application.call_status_hook, stage.memory]).toEqual([null, {}]);
});

test('a listening for a test event changes nothing anywhere', async () => {
	const stage = oneApplication({ stored: { ...ANNOUNCED }, more: { getMode: () => 'manual' } });
	expect([await isListening(stage.context), await startListening(stage.context), await stopListening(stage.context)]).toEqual([false, true, true]);
	expect([stage.stored, stage.requests]).toEqual([ANNOUNCED, []]);
});

test('signatures that cannot be verified are said before anything is registered', async () => {
	const more = { getCredentials: async () => ({ environment: 'onPremises', baseUrl: 'http://gateway.test:3000', accountSid: '9351f46a-678c-43f5-b8a6-d4eb58d131af', apiKey: 'k', webhookSecret: '' }) };
	const stage = oneApplication({ parameters: { verification: 'signature' }, more, alter: () => refused(403, 'insufficient permissions') });
	await expect(startListening(stage.context)).rejects.toMatchObject({
		message: expect.stringMatching(/^The webhook secret cannot be read, so webhooks could not be verified\. .*insufficient permissions/),
		description: expect.stringMatching(/^Copy the webhook secret/),
	});
	expect(stage.memory).toEqual({});
});
