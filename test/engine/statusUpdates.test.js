'use strict';

const { startGateway } = require('../gateway');
const { call, listeningAt, phones, triggerNode } = require('./calls');
const { onWorker } = require('./engine');

const URL_OF_TRIGGER = 'https://n8n.example.com/webhook/hook-id/call-status';
const RETRY = '#rc=5&rp=ct,4xx,5xx';
const CLOUD = { environment: 'trialEu' };

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => await gateway.close());

const notifyUrls = () => gateway.placed.map(({ body }) => body.notifyUrl);

describe('to the trigger of the workflow', () => {
	const toTrigger = { statusUpdates: 'trigger' };

	test('the URL is taken from what the trigger left behind, with the request for retries', async () => {
		const { hints } = await call(gateway, { parameters: toTrigger, staticData: listeningAt(URL_OF_TRIGGER), extraNodes: [triggerNode()] });
		expect(notifyUrls()).toEqual([`${URL_OF_TRIGGER}${RETRY}`]);
		expect(hints).toEqual([]);
	});

	test('a token in the URL stays', async () => {
		await call(gateway, { parameters: toTrigger, staticData: listeningAt(`${URL_OF_TRIGGER}?token=abc`), extraNodes: [triggerNode()] });
		expect(notifyUrls()).toEqual([`${URL_OF_TRIGGER}?token=abc${RETRY}`]);
	});

	test('answering-machine events go there too', async () => {
		const options = { detectAnsweringMachine: true };
		await call(gateway, { parameters: { ...toTrigger, options }, staticData: listeningAt(URL_OF_TRIGGER), extraNodes: [triggerNode()] });
		expect(gateway.placed[0].body.amd).toEqual({ actionHook: `${URL_OF_TRIGGER}${RETRY}` });
	});

	test('a trigger that does not listen is said before any phone rings', async () => {
		const { status, error } = await call(gateway, { parameters: toTrigger, extraNodes: [triggerNode()], items: phones('+12025550200', '+12025550201') });
		expect(status).toBe('error');
		expect(error.message).toMatch(/"Call events" is not listening.*not active.*Publish.*\[item 0\]/);
		expect(gateway.placed).toEqual([]);
	});

	test.each([
		['no trigger', []],
		['a disabled trigger', [triggerNode({ disabled: true })]],
	])('with %s the call is placed, and a hint says that nobody hears of it', async (_what, extraNodes) => {
		const { status, hints } = await call(gateway, { parameters: toTrigger, extraNodes });
		expect(status).toBe('success');
		expect(notifyUrls()).toEqual([undefined]);
		expect(hints).toEqual([expect.objectContaining({ message: expect.stringMatching(/no Cognigy Voice Gateway Trigger.*Status Updates to None/) })]);
	});

	// n8n 2 hands a worker of queue mode none of the workflow's stored data.
	test.each([
		['started by a webhook', 'webhook', []],
		['by hand', 'manual', [expect.objectContaining({ message: expect.stringMatching(/"Call events".*worker.*published/) })]],
	])('on a worker, in a run %s, the URL follows from the trigger itself', async (_how, mode, expected) => {
		const { hints, status } = await onWorker(async () => await call(gateway, { parameters: toTrigger, extraNodes: [triggerNode()], mode }));
		expect(status).toBe('success');
		expect(notifyUrls()).toEqual([`http://n8n.test/webhook/hook-id/call-status${RETRY}`]);
		expect(hints).toEqual(expected);
	});

	test('detection without a trigger is refused before dialling', async () => {
		const { error } = await call(gateway, { parameters: { ...toTrigger, options: { detectAnsweringMachine: true } } });
		expect(error.message).toMatch(/^Answering Machine Detection: there is nowhere to report to.*\[item 0\]/);
		expect(gateway.placed).toEqual([]);
	});

	test('a production URL that a gateway in the cloud cannot reach is refused with the remedy', async () => {
		const { error } = await call(gateway, {
			credential: CLOUD, parameters: toTrigger, staticData: listeningAt('http://localhost:5678/webhook/hook-id/call-status'), extraNodes: [triggerNode()],
		});
		expect(error.message).toMatch(/^Status Updates: the gateway cannot reach localhost:5678.*WEBHOOK_URL.*\[item 0\]/);
	});
});

describe('to a URL', () => {
	const toUrl = (statusUrl) => ({ statusUpdates: 'url', statusUrl });

	test.each([
		['https://n8n.example.com/webhook/x?a=1', `https://n8n.example.com/webhook/x?a=1${RETRY}`],
		['https://n8n.example.com/webhook/x#rc=1', 'https://n8n.example.com/webhook/x#rc=1'],
		['={{ "https://n8n.example.com/" + $json.id }}', `https://n8n.example.com/0${RETRY}`],
	])('%s is sent as %s', async (given, sent) => {
		await call(gateway, { parameters: toUrl(given) });
		expect(notifyUrls()).toEqual([sent]);
	});

	test.each([
		['http://localhost:5678/webhook/x', CLOUD, /cannot reach localhost:5678.*WEBHOOK_URL/],
		['http://192.168.1.5:5678/webhook/x', CLOUD, /in the cloud.*192\.168\.1\.5:5678.*WEBHOOK_URL/],
		['http://n8n:5678/webhook/x', CLOUD, /in the cloud.*n8n:5678.*WEBHOOK_URL/],
		['ftp://n8n.example.com/x', {}, /not a web address/],
		['={{ undefined }}', {}, /the URL is empty/],
	])('%s is refused before dialling', async (given, credential, message) => {
		const { status, error } = await call(gateway, { credential, parameters: toUrl(given) });
		expect(status).toBe('error');
		expect(error.message).toMatch(message);
		expect(gateway.requests).toEqual([]);
	});

	test('the Events URL of the detection is checked in the same way', async () => {
		const options = { detectAnsweringMachine: true, amdSettings: { eventsUrl: 'http://localhost/amd' } };
		const { error } = await call(gateway, { credential: CLOUD, parameters: { options } });
		expect(error.message).toMatch(/^Events URL: the gateway cannot reach localhost/);
	});

	test('an Events URL that is left over from a detection that is off does not matter', async () => {
		const { status } = await call(gateway, { parameters: { options: { detectAnsweringMachine: false, amdSettings: { eventsUrl: 'nonsense' } } } });
		expect(status).toBe('success');
		expect(gateway.placed[0].body).not.toHaveProperty('amd');
	});
});

describe('to nobody', () => {
	test('no URL is sent, whatever listens, and no hint is shown', async () => {
		const { hints } = await call(gateway, { parameters: { statusUpdates: 'none' }, staticData: listeningAt(URL_OF_TRIGGER), extraNodes: [triggerNode()] });
		expect(notifyUrls()).toEqual([undefined]);
		expect(hints).toEqual([]);
	});
});
