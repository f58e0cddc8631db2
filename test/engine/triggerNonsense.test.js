'use strict';

const { startGateway } = require('../gateway');
const { closeTriggers, event, startTrigger } = require('./webhook');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(async () => await closeTriggers());
afterAll(async () => await gateway.close());

const DEEP = `{"call_sid":"1","call_status":"completed","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

const NONSENSE = [
	['half JSON', '{"call_sid":"1",', 400],
	['an empty body', '', 400],
	['text', 'hello', 400],
	['an array', '[]', 400],
	['null', 'null', 400],
	['a number', '7', 400],
	['an object that is no event', '{"hello":"world"}', 400],
	['a call_sid of the wrong type', { call_sid: {}, call_status: 'completed' }, 400],
	['100 kB of nonsense', 'nonsense'.repeat(12_500), 400],
	['JSON nested very deep', DEEP, 400],
	['more than a megabyte', JSON.stringify(event({ customerData: { a: 'x'.repeat(1_100_000) } })), 413],
];

describe.each([
	['signed', { verification: 'signature' }],
	['without verification', { verification: 'none' }],
])('%s', (_mode, parameters) => {
	test.each(NONSENSE)('%s is refused, and nothing is thrown', async (_what, body, status) => {
		const trigger = await startTrigger(gateway, { parameters });
		expect((await trigger.send(body)).status).toBe(status);
		expect(trigger.runs).toEqual([]);
		expect(trigger.thrown).toEqual([]);
	});

	test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/xml'], ['multipart/form-data; boundary=x'], [undefined]])(
		'the type %s is refused with 415',
		async (type) => {
			const trigger = await startTrigger(gateway, { parameters });
			expect((await trigger.send(event(), { headers: { 'Content-Type': type ?? '' } })).status).toBe(415);
			expect(trigger.runs).toEqual([]);
			expect(trigger.thrown).toEqual([]);
		},
	);
});

test.each([
	['numbers as texts', { sip_status: '486', duration: '12', call_status: 'busy' }, { sip_status: 486, duration: 12, outcome: 'busy' }],
	['texts as numbers', { from: 1, to: 2, direction: 3, application_sid: 4, sip_reason: 5 }, { from: null, to: null, direction: null, application_sid: null, sip_reason: null }],
	['nulls', { from: null, sip_status: null, customerData: null, type: null, parent_call_sid: null }, { from: null, sip_status: null, tag: null, child_leg: false }],
	['objects everywhere', { from: {}, sip_status: {}, type: {}, parent_call_sid: {}, customerData: [] }, { from: null, sip_status: null, tag: null, child_leg: false }],
	['a status that nobody knows', { call_status: 'on-the-moon' }, { event: 'on-the-moon', outcome: null, final: false }],
	['100 kB of metadata', { customerData: { a: 'x'.repeat(100_000) } }, { event: 'completed' }],
])('a real event with %s comes through', async (_what, fields, expected) => {
	const trigger = await startTrigger(gateway);
	expect((await trigger.send(event(fields))).status).toBe(200);
	expect(trigger.runs).toMatchObject([expected]);
	expect(trigger.thrown).toEqual([]);
});

test.each([
	['options', { options: { includeRaw: '={{ $("No such node").item.json.x }}' } }],
	['filters', { filters: { direction: '={{ $("No such node").item.json.x }}' } }],
	['the token', { verification: 'token', token: '={{ $("No such node").item.json.x }}' }],
])('a broken expression in %s is 503 and throws nothing', async (_what, parameters) => {
	const trigger = await startTrigger(gateway, { parameters });
	expect((await trigger.send(event())).status).toBe(503);
	expect(trigger.runs).toEqual([]);
	expect(trigger.thrown).toEqual([]);
});

test.each(['filters', 'options'])('%s that are missing are empty', async (name) => {
	const trigger = await startTrigger(gateway, { parameters: { [name]: undefined } });
	expect((await trigger.send(event())).status).toBe(200);
	expect(trigger.runs).toHaveLength(1);
});
