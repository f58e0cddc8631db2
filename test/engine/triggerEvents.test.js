'use strict';

const { startGateway } = require('../gateway');
const { sign } = require('../gateway/sign');
const { webhooks } = require('../unit/recordings');
const { locator } = require('./calls');
const { closeTriggers, event, place, startTrigger } = require('./webhook');

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => {
	await closeTriggers();
	gateway.reset();
});
afterAll(async () => await gateway.close());

/** The events of a whole call that start a run. */
async function events(number, parameters, more, setup = {}) {
	const trigger = await startTrigger(gateway, { parameters, ...setup });
	const body = typeof more === 'function' ? more(trigger.url) : more;
	const sid = await place(gateway, number, trigger.url, body);
	await gateway.idle();
	expect(trigger.thrown).toEqual([]);
	expect(new Set(trigger.answers)).toEqual(new Set([200]));
	return { sid, runs: trigger.runs, names: trigger.runs.map((run) => run.event), trigger };
}

describe('a call, webhook by webhook, as the gateway signs them', () => {
	test.each([
		['answered', '+12025550001', ['trying', 'ringing', 'in-progress', 'completed'], { outcome: 'answered', duration: 8, hung_up_by: 'gateway', sip_status: 200 }],
		['ended by the far end', '+12025550200', ['trying', 'ringing', 'in-progress', 'completed'], { outcome: 'answered', duration: 2, hung_up_by: 'callee' }],
		['early media', '+12025550183', ['trying', 'early-media', 'in-progress', 'completed'], { outcome: 'answered' }],
		['busy', '+12025550486', ['trying', 'ringing', 'busy'], { outcome: 'busy', sip_status: 486 }],
		['declined', '+12025550603', ['trying', 'ringing', 'busy'], { outcome: 'declined', sip_status: 603 }],
		['not answered', '+12025550180', ['trying', 'ringing', 'no-answer'], { outcome: 'no-answer', sip_status: 487 }],
		['failed', '+12025550404', ['trying', 'failed'], { outcome: 'failed', sip_status: 404, sip_reason: 'Not Found' }],
	])('%s', async (_what, number, expected, end) => {
		const tag = { contact: { id: 7 }, campaign: 'spring' };
		const { sid, runs, names } = await events(number, {}, { tag });
		expect(names).toEqual(expected);
		expect(runs.at(-1)).toMatchObject({ ...end, final: true, call_sid: sid, to: number, from: '+12025550100', tag, direction: 'outbound', child_leg: false });
		for (const run of runs.slice(0, -1)) expect(run).toMatchObject({ final: false, outcome: null, duration: null, call_sid: sid, tag });
	});

	test('once the secret is known, a webhook is answered without the gateway, which may be out of reach', async () => {
		const trigger = await startTrigger(gateway);
		await trigger.send(event());
		gateway.requests.length = 0;
		gateway.setFaults([{ kind: 'hang' }]);
		expect((await trigger.send(event())).status).toBe(200);
		expect(trigger.runs).toHaveLength(2);
		expect(gateway.requests).toEqual([]);
	});
});

describe('which events start a run', () => {
	const detecting = (url) => ({ amd: { actionHook: url } });

	test.each([
		['final', '+12025550291', { listenFor: 'final' }, ['completed']],
		['status', '+12025550291', { listenFor: 'status' }, ['trying', 'ringing', 'in-progress', 'completed']],
		['selected: in-progress and busy', '+12025550291', { listenFor: 'selected', events: ['in-progress', 'busy'] }, ['in-progress']],
		['selected: nothing of it', '+12025550291', { listenFor: 'selected', events: ['failed'] }, []],
		['selected: amd', '+12025550291', { listenFor: 'selected', events: ['amd'] }, ['amd_machine_detected', 'amd_tone_detected', 'amd_machine_stopped_speaking', 'amd_stopped']],
		['selected: amd, a human', '+12025550292', { listenFor: 'selected', events: ['amd'] }, ['amd_human_detected', 'amd_stopped']],
		['all', '+12025550292', { listenFor: 'all' }, ['trying', 'ringing', 'in-progress', 'amd_human_detected', 'amd_stopped', 'completed']],
	])('%s', async (_what, number, parameters, expected) => {
		const { names } = await events(number, parameters, detecting);
		expect([...names].sort()).toEqual([...expected].sort());
	});

	test('who answered comes with the verdict', async () => {
		const machine = await events('+12025550291', { listenFor: 'selected', events: ['amd'] }, detecting);
		expect(machine.runs[0]).toMatchObject({ answered_by: 'machine', call_status: 'in-progress', final: false, amd: { reason: 'long greeting', language: 'en-us' } });
		const human = await events('+12025550292', { listenFor: 'selected', events: ['amd'] }, detecting);
		expect(human.runs[0]).toMatchObject({ answered_by: 'human', amd: { greeting: 'hello' } });
	});

	test('the leg of a transfer is marked, and only the end of the call itself is final', async () => {
		const { sid, runs } = await events('+12025550240', { listenFor: 'status' });
		const legs = runs.filter(({ child_leg: child }) => child);
		expect(legs.map((run) => run.event)).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
		for (const leg of legs) expect(leg).toMatchObject({ parent_call_sid: sid, final: false });
		expect(runs.filter(({ final }) => final)).toMatchObject([{ call_sid: sid, event: 'completed' }]);
		expect((await events('+12025550240', { listenFor: 'final' })).names).toEqual(['completed']);
	});
});

describe('filters', () => {
	const tag = { campaign: 'spring', customer: { id: 7, vip: true } };
	const metadata = (...pairs) => ({ metadata: { pairs: pairs.map(([key, value]) => ({ key, value })) } });

	test.each([
		['no filter', {}, 1],
		['the application', { application: locator(APPLICATION) }, 1],
		['the application by ID, in upper case', { application: locator(APPLICATION.toUpperCase(), 'id') }, 1],
		['another application', { application: locator('a9900000-0000-4000-8000-000000000002') }, 0],
		['an application left empty', { application: locator('') }, 1],
		['outbound', { direction: 'outbound' }, 1],
		['inbound', { direction: 'inbound' }, 0],
		['metadata', metadata(['campaign', 'spring']), 1],
		['other metadata', metadata(['campaign', 'autumn']), 0],
		['a nested path', metadata(['customer.id', '7']), 1],
		['a nested path with a number as value', metadata(['customer.id', 7]), 1],
		['a nested path that does not match', metadata(['customer.id', '8']), 0],
		['two pairs', metadata(['campaign', 'spring'], ['customer.vip', 'true']), 1],
		['two pairs of which one does not match', metadata(['campaign', 'spring'], ['customer.vip', 'false']), 0],
		['an empty pair', metadata(['', '']), 1],
		['everything together', { application: locator(APPLICATION), direction: 'outbound', ...metadata(['campaign', 'spring']) }, 1],
	])('%s', async (_what, filters, runs) => {
		expect((await events('+12025550404', { listenFor: 'final', filters }, { tag })).runs).toHaveLength(runs);
	});

	test('a filtered event is answered 200 and starts nothing', async () => {
		const trigger = await startTrigger(gateway, { parameters: { filters: { direction: 'inbound' } } });
		expect((await trigger.send(event())).status).toBe(200);
		expect(trigger.runs).toEqual([]);
	});
});

describe('the raw payload', () => {
	test('is left out unless asked for, and then stands as it was sent', async () => {
		const body = event({ customerData: { fooBar: { snake_case: 1 } }, something_new: [1] });
		const without = await startTrigger(gateway);
		await without.send(body);
		expect(without.runs[0]).not.toHaveProperty('raw');
		const withRaw = await startTrigger(gateway, { parameters: { options: { includeRaw: true } }, mode: 'manual' });
		await withRaw.send(body);
		expect(withRaw.runs[0].raw).toEqual(body);
	});
});

describe('repeats', () => {
	test('an event that the gateway sends twice starts one run', async () => {
		gateway.setFaults([{ kind: 'webhook-duplicate', times: 3 }]);
		const { names, trigger } = await events('+12025550200', {});
		expect(names).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
		expect(trigger.answers).toHaveLength(12);
	});

	test('a late or reordered event starts its run all the same', async () => {
		gateway.setFaults([{ kind: 'webhook-reorder', event: 'ringing' }]);
		const { names } = await events('+12025550200', {});
		expect(names).toEqual(['trying', 'in-progress', 'ringing', 'completed']);
	});

	test('the end of a call is kept in the node\'s stored data, a running call is not, and neither holds content', async () => {
		const { trigger } = await events('+12025550200', {}, { tag: { name: 'Ann' } });
		const stored = trigger.staticData['node:Call events'];
		expect(stored.finalEvents.split('\n')).toHaveLength(1);
		expect(JSON.stringify(trigger.staticData)).not.toMatch(/Ann|12025550200|wh_secret/);
	});

	test('ten copies at the same time start one run', async () => {
		const trigger = await startTrigger(gateway);
		const body = event();
		const at = Date.now() / 1000;
		const answers = await Promise.all(Array.from({ length: 10 }, async () => await trigger.send(body, { at })));
		expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
		expect(trigger.runs).toHaveLength(1);
	});
});

describe('every recorded webhook', () => {
	afterEach(() => jest.restoreAllMocks());

	test.each(webhooks.map((webhook) => [webhook.name, webhook]))('%s starts a run at its time, with its secret, once', async (_name, { rawBody, signature, secret, time, body }) => {
		const trigger = await startTrigger(gateway, { parameters: { listenFor: 'all' }, credential: { webhookSecret: secret } });
		jest.spyOn(Date, 'now').mockReturnValue(time * 1000);
		for (let copy = 0; copy < 2; copy++) {
			expect((await trigger.send(rawBody.toString(), { headers: { 'Jambonz-Signature': signature } })).status).toBe(200);
		}
		expect(sign(secret, rawBody.toString(), time)).toBe(signature);
		expect(trigger.runs).toMatchObject([{ call_sid: body.call_sid, event: body.type ?? body.call_status }]);
	});
});
