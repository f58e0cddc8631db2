'use strict';

const { startGateway } = require('../gateway');
const { asked, byId, historyRows, look, sidOf } = require('./lookups');
const { answering, closeServers, startServer } = require('./servers');

const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/callHistory/getMany.json');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const fill = (count, fields) => (gateway.world.recent_calls = historyRows(count, fields));
const many = async (parameters, setup) => await look(gateway, 'callHistory:getMany', parameters, setup);
const sids = ({ outputs }) => outputs[0].map(({ call_sid: sid }) => sid);

describe('a call that has ended', () => {
	test('has the record that every output speaks, and what only the history knows', async () => {
		fill(1);
		const { outputs, items } = await many();
		expect(Object.keys(outputs[0][0]).sort()).toEqual(Object.keys(schema.properties).sort());
		expect(outputs[0][0]).toMatchObject({
			call_sid: sidOf(0), call_status: 'completed', outcome: 'answered', final: true, from: '12025550100', hung_up_by: 'callee', duration: 12,
			answered: true, trunk: 'Northline Telecom', sip_callid: 'sip-0@10.20.30.50', recording_url: null, termination_reason: 'called party hungup',
		});
		expect(outputs[0][0]).not.toHaveProperty('account_sid');
		expect(items[0][0].pairedItem).toEqual({ item: 0 });
	});

	test.each([
		[{ answered: false, sip_status: 486 }, { outcome: 'busy', hung_up_by: null }],
		[{ answered: false, sip_status: 603 }, { outcome: 'declined' }],
		[{ answered: false, sip_status: 487 }, { outcome: 'no-answer' }],
		[{ answered: false, sip_status: 404 }, { outcome: 'failed' }],
		[{ termination_reason: 'caller hungup' }, { outcome: 'answered', hung_up_by: 'gateway' }],
		[{ direction: 'inbound', termination_reason: 'caller hungup' }, { hung_up_by: 'caller' }],
		[{ direction: 'inbound', termination_reason: 'called party hungup' }, { hung_up_by: 'gateway' }],
		[{ recording_url: 'https://user:hunter2@files.example.com/1.mp3' }, { recording_url: 'https://***@files.example.com/1.mp3' }],
		[{ sip_status: null, from: 7, something_new: 'x' }, { sip_status: null, from: null, something_new: 'x' }],
	])('%j is %j', async (fields, expected) => {
		fill(1, () => fields);
		expect((await many()).outputs[0]).toMatchObject([expected]);
	});

	test('as the emulator leaves it behind', async () => {
		await look(gateway, 'call:create', { from: byId('+12025550100'), application: byId('a9900000-0000-4000-8000-000000000001'), toType: 'phone', toNumber: '+442079460200', carrier: byId(''), statusUpdates: 'none' });
		await gateway.idle();
		expect((await many()).outputs[0]).toMatchObject([{ call_sid: gateway.placed[0].sid, to: '442079460200', outcome: 'answered', recording_url: expect.stringContaining('/record/') }]);
	});
});

describe('pages', () => {
	test.each([
		[{ limit: 3 }, 3, [['1', '3']]],
		[{ limit: 500 }, 500, [['1', '500']]],
		[{ limit: 700 }, 700, [['1', '350'], ['2', '350']]],
		[{ returnAll: true }, 1200, [['1', '500'], ['2', '500'], ['3', '500']]],
	])('%j reads %i calls with as few requests as it takes', async (parameters, count, pages) => {
		fill(1200);
		const result = await many(parameters);
		expect(sids(result)).toEqual(Array.from({ length: count }, (_, index) => sidOf(index)));
		expect(asked(gateway).map(({ query }) => [query.page, query.count])).toEqual(pages);
	});

	test('calls that end while the pages are read come in no row twice, and push none out', async () => {
		fill(1100);
		const newer = historyRows(7, (index) => ({ call_sid: sidOf(9000 + index), attempted_at: new Date(Date.now() - index).toISOString() }));
		gateway.setFaults([{ kind: 'slow', operation: 'recentCalls', ms: 30 }]);
		const running = many({ returnAll: true });
		const timer = setInterval(() => newer.length > 0 && gateway.requests.length > 1 && gateway.world.recent_calls.unshift(newer.pop()), 5);
		const found = sids(await running);
		clearInterval(timer);
		expect(new Set(found).size).toBe(found.length);
		expect(found).toEqual(expect.arrayContaining(Array.from({ length: 1100 }, (_, index) => sidOf(index))));
	});

	test('two legs of one call are two rows', async () => {
		fill(2, (index) => ({ call_sid: sidOf(0), sip_callid: `leg-${index}`, attempted_at: '2026-01-05T09:00:00.000Z' }));
		gateway.world.recent_calls.forEach((row) => (row.attempted_at = new Date(Date.now() - 1000).toISOString()));
		expect((await many()).outputs[0]).toHaveLength(2);
	});

	test('a server that cannot page is noticed', async () => {
		const server = await startServer(answering(200, { total: 9999, data: historyRows(500) }));
		const { error } = await many({ returnAll: true }, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/same page of the list again and again.*\[item 0\]/);
		expect(server.requests.length).toBeLessThan(5);
	});

	test('stopping the workflow stops the reading', async () => {
		fill(3000);
		gateway.setFaults([{ kind: 'slow', operation: 'recentCalls', ms: 150 }]);
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 220);
		await many({ returnAll: true }, { signal: controller.signal });
		const { length } = gateway.requests;
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(gateway.requests).toHaveLength(length);
		expect(length).toBeLessThan(5);
	});

	test('nothing found is no error', async () => {
		expect(await many()).toMatchObject({ status: 'success', outputs: [[]] });
	});
});

describe('what is asked for', () => {
	const query = async (parameters, items) => {
		const { error } = await many(parameters, { items });
		if (error) throw error;
		return asked(gateway).at(-1).query;
	};

	test.each([
		[{ days: 1 }, { days: '1' }], [{ days: '30' }, { days: '30' }], [{ days: '={{ 3 }}' }, { days: '3' }],
		[{ filters: { direction: 'inbound', answered: 'false' } }, { direction: 'inbound', answered: 'false' }],
		[{ filters: { answered: '={{ true }}' } }, { answered: 'true' }],
		[{ filters: { trunk: { __rl: true, mode: 'list', value: 'Northline Telecom' } } }, { trunk: 'Northline Telecom' }],
		[{ filters: { search: '+1 (202) 555-0100' } }, { filter: '12025550100' }],
		[{ filters: { search: '={{ $json.phone }}' } }, { filter: '442079460200' }],
		[{ filters: { search: 'alice.b+c@x' } }, { filter: 'alice\\.b\\+c@x' }],
		[{ filters: { search: sidOf(3) } }, { filter: sidOf(3) }],
	])('%j sends %j', async (parameters, expected) => {
		expect(await query(parameters, [{ json: { phone: '+44 20 7946 0200' } }])).toMatchObject(expected);
	});

	test('filters that are not there are not sent', async () => {
		expect(await query({})).toEqual({ page: '1', count: '50', days: '30' });
	});

	test.each([
		[{ search: '+' }, /^Filter Search: it is empty/], [{ search: ' ' }, /^Filter Search: it is empty, which would return the calls of everybody/], [{ search: '={{ $json.nothing }}' }, /^Filter Search: it is empty/], [{ trunk: byId('') }, /^Filter Carrier: it is empty/],
		[{ direction: 'sideways' }, /^Filter Direction: "sideways" is not one of inbound, outbound/], [{ answered: 'perhaps' }, /^Filter Answered: "perhaps"/],
	])('the filters %j are refused before any request', async (filters, message) => {
		expect((await many({ filters })).error.message).toMatch(message);
		expect(gateway.requests).toEqual([]);
	});

	test.each(['(', ')', '[', '*', '+1508', 'a/b', '\\', '{2}', '?', 'x|y', '$^'])('the search for %p is answered', async (search) => {
		fill(3);
		expect((await many({ filters: { search } })).status).toBe('success');
	});

	test('a search finds numbers and sids', async () => {
		fill(5);
		expect(sids(await many({ filters: { search: '44 20 7946 0003' } }))).toEqual([sidOf(3)]);
		expect(sids(await many({ filters: { search: sidOf(2) } }))).toEqual([sidOf(2)]);
	});

	test.each([
		['2026-11-22T08:00:00', '2026-11-22T18:00:00', '2026-11-22T13:00:00.000Z', '2026-11-22T23:00:00.000Z'],
		['2026-11-22T08:00:00+01:00', '2026-11-22T18:00:00Z', '2026-11-22T07:00:00.000Z', '2026-11-22T18:00:00.000Z'],
		['2026-07-01', '2026-07-01', '2026-07-01T04:00:00.000Z', '2026-07-02T03:59:59.999Z'],
		['2026-11-22 08:00', '2026-11-22 09:30:00', '2026-11-22T13:00:00.000Z', '2026-11-22T14:30:00.000Z'],
		['={{ DateTime.fromISO("2026-11-22T08:00:00Z") }}', '={{ new Date("2026-11-22T09:00:00Z") }}', '2026-11-22T08:00:00.000Z', '2026-11-22T09:00:00.000Z'],
		['={{ 1795334400000 }}', '={{ DateTime.fromISO("2026-11-23T08:00:00Z") }}', '2026-11-22T08:00:00.000Z', '2026-11-23T08:00:00.000Z'],
	])('from %p to %p, in the time zone of the workflow (New York)', async (startTime, endTime, start, end) => {
		expect(await query({ timeRange: 'range', startTime, endTime })).toMatchObject({ start, end });
		expect(asked(gateway).at(-1).query).not.toHaveProperty('days');
	});

	test('an empty end is now', async () => {
		const before = Date.now();
		const end = Date.parse((await query({ timeRange: 'range', startTime: '2026-01-01', endTime: '' })).end);
		expect(end).toBeGreaterThanOrEqual(before);
		expect(end).toBeLessThanOrEqual(Date.now());
	});

	test.each([
		[{ days: 0 }, /^Last Days: "0" is not a whole number from 1 to 30/], [{ days: 31 }, /^Last Days: "31"/], [{ days: 1.5 }, /^Last Days/], [{ days: 'x' }, /^Last Days/], [{ days: '' }, /^Last Days/],
		[{ timeRange: 'range', startTime: '={{ "" }}', endTime: '' }, /^From is empty/], [{ timeRange: 'range', startTime: 'yesterday' }, /^From: "yesterday" is not a date and time/],
		[{ timeRange: 'range', startTime: '2026-01-01', endTime: 'soon' }, /^To: "soon"/], [{ timeRange: 'range', startTime: '2026-02-30' }, /^From: "2026-02-30"/],
		[{ timeRange: 'range', startTime: '2026-01-02', endTime: '2026-01-01T00:00:00' }, /^From \(2026-01-02T05:00:00.000Z\) lies after To \(2026-01-01T05:00:00.000Z\)\. Exchange/],
		[{ timeRange: 'range', startTime: '2999-01-01' }, /lies after To .*which is now/],
		[{ limit: 0 }, /^Limit: "0" is not a whole number of 1 or more/], [{ limit: -1 }, /^Limit/], [{ limit: 2.5 }, /^Limit/], [{ limit: '={{ "many" }}' }, /^Limit: "many"/],
		[{ options: { requestTimeout: 0 } }, /^Request Timeout/],
	])('%j is refused before any request', async (parameters, message) => {
		const { status, error } = await many(parameters);
		expect(status).toBe('error');
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(/Correct/);
		expect(gateway.requests).toEqual([]);
	});
});

describe('one call by its sid', () => {
	const one = async (call, setup) => await look(gateway, 'callHistory:get', { call }, setup);

	test('from the list or by ID, in whatever case', async () => {
		fill(5);
		for (const call of [byId(sidOf(3)), { __rl: true, mode: 'list', value: sidOf(3), cachedResultName: 'x' }, byId(` ${sidOf(3).toUpperCase()} `)]) {
			expect((await one(call)).outputs[0]).toMatchObject([{ call_sid: sidOf(3), trace_id: 'trace-3' }]);
		}
		expect(asked(gateway)[0]).toEqual({ path: '/RecentCalls', query: { page: '1', count: '10', days: '30', filter: sidOf(3) } });
	});

	test('one item each, and every output knows its item', async () => {
		fill(3);
		const { outputs, items } = await one(byId('={{ $json.sid }}'), { items: [2, 0].map((index) => ({ json: { sid: sidOf(index) } })) });
		expect(outputs[0].map(({ call_sid: sid }) => sid)).toEqual([sidOf(2), sidOf(0)]);
		expect(items[0].map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	});

	test('a call of long ago is found by a second look', async () => {
		fill(1, () => ({ attempted_at: '2020-01-01T00:00:00.000Z' }));
		expect((await one(byId(sidOf(0)))).outputs[0]).toMatchObject([{ call_sid: sidOf(0) }]);
		expect(asked(gateway)).toHaveLength(2);
	});

	test('a call that is not there', async () => {
		const { error } = await one(byId(sidOf(8)));
		expect(error.message).toMatch(new RegExp(`has no call ${sidOf(8)}.*\\[item 0\\]$`));
		expect(error.description).toMatch(/after it has ended: try again later/);
	});

	test.each([['={{ "" }}', /^Call is empty\. Choose/], ['abc', /^Call: "abc" is not the ID of a call/], ['../../Applications', /is not the ID/]])('%p is refused before any request', async (value, message) => {
		const { error } = await one(byId(value));
		expect(error.message).toMatch(message);
		expect(gateway.requests).toEqual([]);
	});
});
