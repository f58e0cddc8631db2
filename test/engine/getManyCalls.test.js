'use strict';

const { startGateway } = require('../gateway');
const { FROM } = require('./calls');
const { answering, closeServers, startServer } = require('./servers');
const { callIn, operate } = require('./steering');
const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/call/getMany.json');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const getMany = async (parameters = {}, setup = {}) => await operate(gateway, 'getMany', { parameters, ...setup });
const listed = async (filters) => {
	const { outputs, error } = await getMany({ filters });
	if (error) throw error;
	return outputs[0].map(({ to }) => to).sort();
};

/** A call that this gateway would have got from a carrier. */
const inbound = (fields) =>
	gateway.records.update({
		call_sid: `1b000000-0000-4000-8000-${String(gateway.records.records.size).padStart(12, '0')}`, direction: 'inbound', call_id: 'x', sip_status: 100, sip_reason: 'Trying',
		call_status: 'trying', account_sid: gateway.world.accounts[0].account_sid, trace_id: 'f'.repeat(32), ...fields,
	});

test('live calls first, then ended ones, each as a record', async () => {
	const ended = await callIn(gateway, '+12025550486', 'busy');
	const live = await callIn(gateway, '+12025550220', 'in-progress');
	const { outputs, items } = await getMany();
	expect(outputs[0]).toMatchObject([
		{ sid: live, call_sid: live, call_status: 'in-progress', outcome: null, final: false, trace_id: expect.any(String) },
		{ sid: ended, call_sid: ended, call_status: 'busy', outcome: 'busy', final: true, sip_status: 486 },
	]);
	expect(Object.keys(outputs[0][0])).toEqual(Object.keys(schema.properties));
	expect(items[0].map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
	expect(JSON.stringify(outputs)).not.toMatch(/service_url|fs_sip_address/);
	expect((await getMany({ options: { includeRaw: true } })).outputs[0][0].raw).toHaveProperty('service_url');
});

test('no calls: no items, and no error', async () => {
	expect(await getMany()).toMatchObject({ status: 'success', outputs: [[]] });
});

test('rows of expired calls are dropped', async () => {
	const sid = await callIn(gateway, '+12025550486', 'busy');
	await callIn(gateway, '+12025550220', 'in-progress');
	gateway.expireRecords(sid);
	expect(await listed({})).toEqual(['+12025550220']);
});

describe('how many', () => {
	const rows = (count) =>
		Array.from({ length: count }, (_, index) => ({ call_sid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, call_status: index < 55 ? 'completed' : 'ringing', to: String(index) }));

	test.each([
		['50 by default', {}, 50], ['as many as the limit says', { limit: 3 }, 3], ['the limit out of an expression', { limit: '={{ "2" }}' }, 2],
		['all', { returnAll: true }, 60], ['all, whatever the limit', { returnAll: true, limit: 1 }, 60],
	])('%s', async (_what, parameters, count) => {
		const server = await startServer(answering(200, rows(60)));
		const { outputs } = await getMany(parameters, { credential: { baseUrl: server.url } });
		expect(outputs[0]).toHaveLength(count);
		expect(outputs[0][0].call_status).toBe('ringing');
		expect(server.requests).toHaveLength(1);
	});

	test.each([0, -1, 1.5, '={{ "many" }}', '={{ null }}'])('a limit of %p is refused before any request', async (limit) => {
		expect((await getMany({ limit })).error.message).toMatch(/Limit: .* is not a whole number.*\[item 0\]$/);
		expect(gateway.requests).toEqual([]);
	});
});

describe('filters', () => {
	beforeEach(async () => {
		await callIn(gateway, '+12025550486', 'busy');
		await callIn(gateway, '+12025550220', 'in-progress');
		inbound({ from: '12025550777', to: '12025550100' });
		inbound({ from: '+442079460999', to: 'sip:Bot@acme.example.com', call_status: 'completed' });
	});
	const ALL = ['+12025550220', '+12025550486', '12025550100', 'sip:Bot@acme.example.com'];

	test.each([
		['none', {}, ALL],
		['outbound', { direction: 'outbound' }, ['+12025550220', '+12025550486']],
		['inbound', { direction: 'inbound' }, ['12025550100', 'sip:Bot@acme.example.com']],
		['a status', { status: 'busy' }, ['+12025550486']],
		['every live status', { status: 'active' }, ['+12025550220', '12025550100']],
		['a caller with plus, stored with plus', { from: FROM }, ['+12025550220', '+12025550486']],
		['a caller without plus, stored with plus', { from: '442079460999' }, ['sip:Bot@acme.example.com']],
		['a caller with plus, stored without', { from: '+1 (202) 555-0777' }, ['12025550100']],
		['a caller with 00', { from: '0044 20 7946 0999' }, ['sip:Bot@acme.example.com']],
		['a callee as a number', { to: 12025550220 }, ['+12025550220']],
		['a callee with an invisible mark', { to: '\u202a+12025550220\u202c ' }, ['+12025550220']],
		['a SIP address in other letters', { to: 'SIP:bot@ACME.example.com' }, ['sip:Bot@acme.example.com']],
		['a part of a number: not the same number', { to: '0220' }, []],
		['several at once', { direction: 'outbound', from: FROM, to: '12025550486', status: 'busy' }, ['+12025550486']],
		['several that exclude each other', { direction: 'inbound', to: '12025550486' }, []],
	])('%s', async (_what, filters, expected) => expect(await listed(filters)).toEqual(expected));

	test('direction and status are told to the gateway, numbers are compared here', async () => {
		await listed({ direction: 'outbound', status: 'busy', from: FROM, to: '12025550486' });
		expect(gateway.requests.at(-1).path).toMatch(/\/Calls\?direction=outbound&callStatus=busy$/);
	});

	test.each([
		['from', '', /Filter From: it is empty, which would return the calls of everybody/],
		['to', '={{ $json.nothing }}', /Filter To: it is empty/],
		['to', '={{ ["+12025550220"] }}', /Filter To: it is empty/],
		['status', '={{ "dead" }}', /Filter Status: "dead" is not one of active, busy/],
		['direction', '={{ "up" }}', /Filter Direction: "up" is not one of inbound, outbound/],
	])('%s of %p is refused before any request', async (name, value, message) => {
		const before = gateway.requests.length;
		const { error } = await getMany({ filters: { [name]: value } });
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(/Correct the field/);
		expect(gateway.requests).toHaveLength(before);
	});

	test('each item has its own', async () => {
		const items = [{ json: { number: '+12025550220' } }, { json: { number: '+12025550486' } }];
		const { items: out } = await getMany({ filters: { to: '={{ $json.number }}' } }, { items });
		expect(out[0].map(({ json, pairedItem }) => [json.to, pairedItem.item])).toEqual([['+12025550220', 0], ['+12025550486', 1]]);
	});
});

test.each([['an object', { calls: [] }], ['a text', 'OK']])('an answer that is %s is no empty list', async (_what, body) => {
	const server = await startServer(answering(200, body));
	expect((await getMany({}, { credential: { baseUrl: server.url } })).error.message).toMatch(/cannot be read/);
});
