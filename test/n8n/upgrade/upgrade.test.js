'use strict';

const { startGateway } = require('../../gateway');
const { sign } = require('../../gateway/sign');
const { createGatewayCredential } = require('../lib/n8n-with-package');
const { until } = require('../lib/until');
const { newNumber, publishWaiting, startDownstream, waitNode } = require('../suite/waiting');
const { callNode, triggerNode, webhookNode, workflow } = require('../suite/workflows');
const { settingsOf } = require('./node-settings');
const { current, listed, name, previous, START_MS, upgradable } = require('./session');

/**
 * The previous version with live workflows, upgraded by n8n itself. One story, in the order of the tests; every call is
 * ended by the test, so that it is known on which side of the upgrade that was.
 */

const NOTHING_CAME_WITHIN_MS = 400;
const END_ONE_EVERY_MS = 150;
/** Long calls last five minutes at this scale, longer than the story. */
const TIME_SCALE = 0.5;

const stage = upgradable('upgrade');
let client;
let gateway;
let credential;
let credentials;
let downstream;
beforeAll(async () => {
	({ client } = stage);
	await client.installCommunityPackage({ name });
	gateway = await startGateway({ port: 0, world: 'demo', timeScale: TIME_SCALE, retryTimeScale: 1, quiet: true });
	downstream = await startDownstream();
	credential = await createGatewayCredential(client, gateway);
	credentials = { cognigyVoiceGatewayApi: { id: credential.id, name: credential.name } };
}, START_MS);
afterAll(async () => {
	await gateway?.close();
	await downstream?.close();
});

const callOf = (phone) => gateway.placed.find(({ number }) => number === phone);
const rang = (phones) => phones.map((phone) => gateway.rang(phone));
const answersOf = (phone, event) => gateway.deliveries.filter((sent) => sent.call_sid === callOf(phone)?.sid && sent.event === event).map(({ status }) => status);
const outcomesOf = (run) => run.items.map(({ phone, outcome }) => [phone, outcome]);

/** Ends a call that has been answered, as the platform does. */
const hangUp = (phone) => gateway.calls.hangUp(gateway.calls.sessions.get(callOf(phone).sid), 'jambonz');

/** The same, and waits until somebody has heard of it. */
async function endCall(phone) {
	hangUp(phone);
	await until(`the end of ${phone} to be heard`, () => answersOf(phone, 'completed').includes(200));
}

/** Waits until these calls have been answered and somebody has heard so. */
const answered = (phones) =>
	until('the calls to be answered', () => phones.every((phone) => answersOf(phone, 'in-progress').includes(200)), { describe: () => gateway.deliveries });

/** A published workflow that calls without waiting, and a trigger beside it that hears how its calls end. */
async function publishCreate() {
	const title = `create-${Date.now()}`;
	const [webhook, trigger, step] = [webhookNode(title), triggerNode(credentials, { listenFor: 'final' }), downstream.step(`${title}-heard`)];
	const options = { metadata: { pairs: [{ key: 'contact', value: 'C-1' }] }, timeout: 45, timeLimit: 900 };
	const { id } = await client.createWorkflow(workflow(title, [webhook, callNode(credentials, { options })], [trigger, step]));
	await client.publish(id);
	return {
		id,
		address: `${trigger.webhookId}/call-status`,
		call: async (phone) => (await client.callWebhook(title, { phone })).data,
		/** What the trigger let through, once for each of its runs. */
		heard: () => downstream.runs(`${title}-heard`).map(({ items }) => items.map(({ to, outcome, tag }) => [to, outcome, tag])),
	};
}

const patient = { detectAnsweringMachine: true, timeout: 45, timeLimit: 900 };
const once = { doNotCallAgain: { settings: { key: '', period: 24, scope: 'node' } } };
const publishWait = (options) => publishWaiting({ client, downstream }, [waitNode(credentials, { options })]);

const flows = {};
const phones = {
	ends: newNumber('220'),
	several: [newNumber('486'), newNumber('220'), newNumber('220')],
	outlives: newNumber('220'),
	triggered: newNumber('220'),
	during: Array.from({ length: 12 }, () => newNumber('220')),
	dialled: Array.from({ length: 6 }, () => newNumber('486')),
};
let before;
let settingsBefore;

const definitions = async () => await Promise.all(Object.values(flows).map(async ({ id }) => {
	const { name: title, nodes, connections, settings, active, versionId } = await client.workflow(id);
	return { title, nodes, connections, settings, active, versionId };
}));

test('live workflows of the previous version: runs that wait for calls, and a trigger', async () => {
	expect((await listed(client)).installedVersion).toBe(previous.version);
	flows.waits = await publishWait({ ...patient, ...once });
	flows.several = await publishWait(patient);
	flows.outlives = await publishWait(patient);
	flows.creates = await publishCreate();
	flows.during = await publishWait(patient);
	flows.dials = await publishWait({ callsInParallel: 1, retriesIfNotPlaced: 10 });

	await flows.waits.send([phones.ends]);
	await flows.several.send(phones.several);
	await flows.outlives.send([phones.outlives]);
	for (const phone of phones.during) await flows.during.send([phone]);
	const [{ call_sid: sid }] = await flows.creates.call(phones.triggered);
	expect(sid).toBe(callOf(phones.triggered).sid);
	for (const flow of [flows.waits, flows.several, flows.outlives]) await flow.reached('waiting');
	await answered([phones.ends, ...phones.several.slice(1), phones.outlives, phones.triggered, ...phones.during]);
	// One of the several has ended already, and one ends now: the run knows of both and waits for the third.
	await until('the busy one', () => answersOf(phones.several[0], 'busy').includes(200));
	await endCall(phones.several[1]);
	expect(flows.creates.heard()).toEqual([]);

	before = await definitions();
	settingsBefore = settingsOf(await client.types('nodes'), name);
});

test('the new version is published, and n8n offers it', async () => {
	expect((await listed(client)).updateAvailable).toBeUndefined();
	await stage.registry.publish(current.tarball);
	expect(await listed(client)).toMatchObject({ installedVersion: previous.version, updateAvailable: current.version });
});

test('n8n upgrades while a run dials and calls end: each run goes on once, each phone rings once', async () => {
	// The gateway has no room for one of them until the upgrade is over.
	const busyFor = phones.dialled[3];
	gateway.setFaults({ kind: '429', number: busyFor.slice(1), retryAfter: 3 });
	await flows.dials.send(phones.dialled);
	await until('a call without room', () => gateway.requests.some(({ status }) => status === 429));

	const later = [...phones.during];
	const ending = setInterval(() => later.length > 0 && hangUp(later.shift()), END_ONE_EVERY_MS);
	const { installedVersion } = await client.upgradeCommunityPackage({ name });
	clearInterval(ending);
	expect(installedVersion).toBe(current.version);
	expect(later.length).toBeLessThan(phones.during.length);
	expect(rang(phones.dialled)).toEqual([1, 1, 1, 0, 0, 0]);
	gateway.clearFaults();

	later.forEach(hangUp);
	expect((await flows.during.ended(phones.during.length)).map(({ status }) => status)).toEqual(phones.during.map(() => 'success'));
	expect(flows.during.runs().flatMap(outcomesOf).sort()).toEqual(phones.during.map((phone) => [phone, 'answered']));
	expect((await flows.dials.ended()).map(({ status }) => status)).toEqual(['success']);
	expect(flows.dials.runs().map(outcomesOf)).toEqual([phones.dialled.map((phone) => [phone, 'busy'])]);
	expect(new Set(rang([...phones.during, ...phones.dialled]))).toEqual(new Set([1]));
});

test('n8n has the new version, and every workflow is what it was', async () => {
	const found = await listed(client);
	expect(found).toMatchObject({ installedVersion: current.version });
	expect([found.failedLoading ?? false, found.updateAvailable]).toEqual([false, undefined]);
	expect(await definitions()).toEqual(before);
});

test('what could be set in the previous version can still be set, with the same defaults', async () => {
	const settings = new Set(settingsOf(await client.types('nodes'), name));
	expect(settingsBefore.length).toBeGreaterThan(200);
	expect(settingsBefore.filter((setting) => !settings.has(setting))).toEqual([]);
});

test('runs that were waiting go on once their calls have ended, once, with the right outcomes', async () => {
	await endCall(phones.ends);
	await endCall(phones.several[2]);
	for (const flow of [flows.waits, flows.several]) expect((await flow.ended()).map(({ status }) => status)).toEqual(['success']);
	expect(flows.waits.runs().map(outcomesOf)).toEqual([[[phones.ends, 'answered']]]);
	expect(flows.several.runs().map(outcomesOf)).toEqual([
		[[phones.several[0], 'busy'], [phones.several[1], 'answered'], [phones.several[2], 'answered']],
	]);
	expect(rang([phones.ends, ...phones.several])).toEqual([1, 1, 1, 1]);
});

test('who was called by the previous version is not called again', async () => {
	await flows.waits.send([phones.ends]);
	await flows.waits.ended(2);
	expect(flows.waits.runs()).toHaveLength(2);
	expect(flows.waits.runs()[1].items[0]).toMatchObject({ phone: phones.ends, outcome: 'skipped', skip_reason: 'duplicate' });
	expect(gateway.rang(phones.ends)).toBe(1);
});

/** The trigger, published by nobody since: it hears a genuine end once, though it is sent twice, and a forged one never. */
async function hearsOnce(phone) {
	const already = flows.creates.heard().length;
	gateway.setFaults({ kind: 'webhook-duplicate', number: phone.slice(1), event: 'busy', count: 1 });
	await flows.creates.call(phone);
	await until('both tellings of the end', () => answersOf(phone, 'busy').length === 2);
	gateway.clearFaults();
	expect(answersOf(phone, 'busy')).toEqual([200, 200]);

	const forged = JSON.stringify({ call_sid: callOf(phone).sid, call_status: 'completed', sip_status: 200, to: phone, direction: 'outbound' });
	const headers = { 'Content-Type': 'application/json', 'Jambonz-Signature': sign('wh_secret_wrong', forged) };
	expect((await client.callWebhook(flows.creates.address, forged, { headers })).status).toBe(401);

	await until('the trigger to hear', () => flows.creates.heard().length > already);
	await new Promise((resolve) => setTimeout(resolve, NOTHING_CAME_WITHIN_MS));
	expect(flows.creates.heard().slice(already)).toEqual([[[phone, 'busy', { contact: 'C-1' }]]]);
}

test('the published trigger hears of a call from before and of a new one, each once, and refuses a forged end', async () => {
	await endCall(phones.triggered);
	await until('the trigger to hear', () => flows.creates.heard().length > 0);
	expect(flows.creates.heard()).toEqual([[[phones.triggered, 'answered', { contact: 'C-1' }]]]);
	await hearsOnce(newNumber('486'));
});

test('the credential still works, and so does a new workflow', async () => {
	expect(await client.testCredential(credential)).toMatchObject({ status: 'OK' });
	const flow = await publishWait({ ...patient, ...once });
	const phone = newNumber('200');
	await flow.send([phone, phone]);
	await flow.ended();
	expect(flow.runs().map(outcomesOf)).toEqual([[[phone, 'answered'], [phone, 'skipped']]]);
});

test('after a restart of n8n, a run from before the upgrade goes on, and the trigger hears', async () => {
	await stage.n8n.end('SIGTERM');
	await stage.n8n.startAgain();
	expect(await listed(client)).toMatchObject({ installedVersion: current.version });
	await endCall(phones.outlives);
	await flows.outlives.ended();
	expect(flows.outlives.runs().map(outcomesOf)).toEqual([[[phones.outlives, 'answered']]]);
	await hearsOnce(newNumber('486'));
	expect(rang([phones.outlives, phones.triggered])).toEqual([1, 1]);
	expect(await definitions()).toEqual(before);
}, START_MS);
