'use strict';

const { startGateway } = require('../gateway');
const { call, triggerNode } = require('./calls');
const { BASE, hookContext, workflowWith } = require('./contexts');
const { credentialFor } = require('./engine');
const { deadUrl } = require('./servers');

const TOKEN = 'a-token-of-more-than-20-characters';
const PRODUCTION_URL = `${BASE}/webhook/hook-id/call-status`;
const ANNOUNCED = 'cognigyVoiceGatewayTriggers';

let gateway;
beforeEach(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => await gateway.close());

/** What n8n calls when a workflow is published, unpublished, or listens for a test event. */
function hooks(parameters = {}, { credential = {}, mode, staticData = {} } = {}) {
	const stage = workflowWith({ listenFor: 'final', verification: 'signature', token: '', filters: {}, options: {}, ...parameters }, { staticData });
	const context = () => hookContext(stage, credentialFor(gateway, credential), mode);
	const { default: methods } = stage.type.webhookMethods;
	return {
		staticData,
		checkExists: async () => await methods.checkExists.call(context()),
		create: async () => await methods.create.call(context()),
		remove: async () => await methods.delete.call(context()),
	};
}

const announced = ({ staticData }) => staticData.global?.[ANNOUNCED];

describe('publishing and unpublishing', () => {
	test('leaves the production URL for the action nodes, and takes it away', async () => {
		const trigger = hooks();
		expect(await trigger.checkExists()).toBe(false);
		expect(await trigger.create()).toBe(true);
		expect(announced(trigger)).toEqual({ 'trigger-id': PRODUCTION_URL });
		expect(await trigger.checkExists()).toBe(true);
		expect(await trigger.remove()).toBe(true);
		expect(announced(trigger)).toEqual({});
		expect(await trigger.checkExists()).toBe(false);
	});

	test('the stored data is marked as changed, so that n8n saves it', async () => {
		const { workflow, node, type } = workflowWith({ verification: 'none' });
		expect(workflow.staticData.__dataChanged).not.toBe(true);
		await type.webhookMethods.default.create.call(hookContext({ workflow, node }, credentialFor(gateway)));
		expect(workflow.staticData.__dataChanged).toBe(true);
	});

	test('other stored data of the workflow stays', async () => {
		const trigger = hooks({}, { staticData: { global: { mine: 1, [ANNOUNCED]: { 'another-id': 'https://x/' } }, 'node:Call events': { finalEvents: [] } } });
		await trigger.create();
		expect(trigger.staticData.global).toMatchObject({ mine: 1, [ANNOUNCED]: { 'another-id': 'https://x/', 'trigger-id': PRODUCTION_URL } });
		await trigger.remove();
		expect(trigger.staticData).toMatchObject({ global: { mine: 1, [ANNOUNCED]: { 'another-id': 'https://x/' } }, 'node:Call events': { finalEvents: [] } });
	});

	test('a URL that changed, by a new WEBHOOK_URL or a new token, is announced anew', async () => {
		const trigger = hooks({}, { staticData: { global: { [ANNOUNCED]: { 'trigger-id': 'http://localhost:5678/webhook/hook-id/call-status' } } } });
		expect(await trigger.checkExists()).toBe(false);
		await trigger.create();
		expect(announced(trigger)).toEqual({ 'trigger-id': PRODUCTION_URL });
	});

	test('the action node of the workflow then sends the gateway there', async () => {
		const trigger = hooks();
		await trigger.create();
		await call(gateway, { parameters: { statusUpdates: 'trigger' }, staticData: trigger.staticData, extraNodes: [triggerNode()] });
		expect(gateway.placed[0].body.notifyUrl).toBe(`${PRODUCTION_URL}#rc=5&rp=ct,4xx,5xx`);
	});
});

describe('listening for a test event', () => {
	test('leaves the stored data alone, whatever is in it', async () => {
		const before = { global: { [ANNOUNCED]: { 'trigger-id': PRODUCTION_URL } } };
		const trigger = hooks({}, { mode: 'manual', staticData: structuredClone(before) });
		expect(await trigger.checkExists()).toBe(false);
		expect(await trigger.create()).toBe(true);
		expect(await trigger.remove()).toBe(true);
		expect(trigger.staticData).toEqual(before);
	});

	test('checks all the same whether webhooks could be verified', async () => {
		gateway.setFaults([{ kind: '403', operation: 'webhookSecret' }]);
		await expect(hooks({}, { mode: 'manual' }).create()).rejects.toThrow(/webhook secret cannot be read/);
	});
});

describe('the secret', () => {
	test('is asked for at activation, every time, without rotating it', async () => {
		const trigger = hooks();
		const { webhook_secret: before } = gateway.world.accounts[0];
		await trigger.create();
		await trigger.create();
		const questions = gateway.requests.filter(({ path }) => path.includes('WebhookSecret'));
		expect(questions).toHaveLength(2);
		expect(JSON.stringify(questions)).not.toMatch(/regenerate/i);
		expect(gateway.world.accounts[0].webhook_secret).toBe(before);
		expect(JSON.stringify(trigger.staticData)).not.toContain(before);
	});

	test.each([
		['may not be read', { kind: '403' }, /insufficient permissions/],
		['is asked for with a wrong key', { kind: '401' }, /does not accept the API key/],
		['cannot be had, the gateway is in trouble', { kind: '500' }, /HTTP 500/],
		['comes as a web page', { kind: 'html' }, /no webhook secret/],
	])('that %s fails the activation, with the reason and what to do', async (_what, fault, reason) => {
		gateway.setFaults([{ ...fault, operation: 'webhookSecret' }]);
		const trigger = hooks();
		const error = await trigger.create().catch((thrown) => thrown);
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toMatch(/^The webhook secret cannot be read/);
		expect(error.message).toMatch(reason);
		expect(error.description).toMatch(/Copy the webhook secret from .*Self-Service Portal.*into the credential/);
		expect(announced(trigger)).toBeUndefined();
		expect(JSON.stringify(error)).not.toContain(credentialFor(gateway).apiKey);
	});

	test('of a gateway that is down fails the activation in words of ours', async () => {
		const baseUrl = await deadUrl();
		await expect(hooks({}, { credential: { baseUrl } }).create()).rejects.toThrow(`The gateway at ${new URL(baseUrl).host} cannot be reached`);
	});

	test('in the credential needs no gateway', async () => {
		const trigger = hooks({}, { credential: { webhookSecret: 'mine', baseUrl: await deadUrl() } });
		expect(await trigger.create()).toBe(true);
		expect(announced(trigger)).toEqual({ 'trigger-id': PRODUCTION_URL });
	});

	test('a credential that cannot be used is said', async () => {
		await expect(hooks({}, { credential: { accountSid: 'x' } }).create()).rejects.toThrow(/The credential cannot be used\. Account SID is not a UUID/);
	});
});

describe('token', () => {
	test('stands in the announced URL, and a new one replaces it', async () => {
		const trigger = hooks({ verification: 'token', token: ` ${TOKEN} ` });
		await trigger.create();
		expect(announced(trigger)).toEqual({ 'trigger-id': `${PRODUCTION_URL}?token=${TOKEN}` });
		expect(gateway.requests).toEqual([]);
		const changed = hooks({ verification: 'token', token: `${TOKEN}&b=?` }, { staticData: trigger.staticData });
		expect(await changed.checkExists()).toBe(false);
		await changed.create();
		expect(announced(changed)).toEqual({ 'trigger-id': `${PRODUCTION_URL}?token=${encodeURIComponent(`${TOKEN}&b=?`)}` });
	});

	test.each(['', 'k3y!', 'x'.repeat(19), ` ${'x'.repeat(19)} `])('%p is too short', async (token) => {
		const trigger = hooks({ verification: 'token', token });
		const error = await trigger.create().catch((thrown) => thrown);
		expect(error.message).toMatch(/Token is too short: it needs at least 20 characters/);
		expect(announced(trigger)).toBeUndefined();
		if (token.trim() !== '') expect(JSON.stringify(error)).not.toContain(token.trim());
	});
});

test('none needs neither secret nor token', async () => {
	const trigger = hooks({ verification: 'none' });
	expect(await trigger.create()).toBe(true);
	expect(announced(trigger)).toEqual({ 'trigger-id': PRODUCTION_URL });
	expect(gateway.requests).toEqual([]);
});
