'use strict';

const { startGateway } = require('../gateway');
const { pickerContext } = require('./contexts');
const { ACTION, TRIGGER, credentialFor, nodeTypes } = require('./engine');
const { historyRows, sidOf } = require('./lookups');
const { answering, closeServers, deadUrl, HTML_PAGE, startServer } = require('./servers');
const { callIn } = require('./steering');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const search = async (method, filter, credential = {}, type = ACTION) =>
	(await nodeTypes([]).getByName(type).methods.listSearch[method].call(pickerContext(credentialFor(gateway, credential), type), filter)).results;

const ALL = ['searchPhoneNumbers', 'searchPhoneNumberIds', 'searchApplications', 'searchApplicationsForCall', 'searchCalls', 'searchCarriers', 'searchCarrierIds', 'searchRecentCalls'];

describe('numbers', () => {
	test('with plus sign, sorted, and with the name of the application where there is one', async () => {
		expect(await search('searchPhoneNumbers')).toEqual([
			{ name: '+12025550100 (Appointment Reminder)', value: '+12025550100' },
			{ name: '+12025550142', value: '+12025550142' },
			{ name: '+442079460123', value: '+442079460123' },
			{ name: '+493023125042', value: '+493023125042' },
		]);
	});

	test.each([
		['0142', ['+12025550142']], ['+44', ['+442079460123']], ['44 20 7946', ['+442079460123']], ['(202) 555-01', ['+12025550100', '+12025550142']],
		['reminder', ['+12025550100']], ['REMINDER', ['+12025550100']], ['nothing', []], ['', ['+12025550100', '+12025550142', '+442079460123', '+493023125042']],
	])('the search for %p finds %j', async (filter, values) => {
		expect((await search('searchPhoneNumbers', filter)).map(({ value }) => value)).toEqual(values);
	});

	test('a key that may list numbers but not applications gets its numbers all the same', async () => {
		gateway.setFaults([{ kind: '403', operation: 'applications' }]);
		expect((await search('searchPhoneNumbers')).map(({ name }) => name)).toEqual(['+12025550100', '+12025550142', '+442079460123', '+493023125042']);
	});

	test('numbers of other accounts, which a key above the account\'s level sees, are left out', async () => {
		gateway.world.phone_numbers.push({ ...gateway.world.phone_numbers[1], number: '15550001111', account_sid: 'ac3e0000-0000-4000-8000-00000000ffff' });
		const values = (await search('searchPhoneNumbers', '', { apiKey: 'demo0000-prov-4000-8000-notarealkey02' })).map(({ value }) => value);
		expect(values).toHaveLength(4);
		expect(values).not.toContain('+15550001111');
	});

	test('a number that is stored with its plus sign gets no second one', async () => {
		gateway.world.phone_numbers = [{ ...gateway.world.phone_numbers[1], number: '+15550001111' }];
		expect(await search('searchPhoneNumbers')).toEqual([{ name: '+15550001111', value: '+15550001111' }]);
	});
});

describe('applications', () => {
	const NAMES = ['Appointment Reminder', 'Customer Survey', 'Lead Follow-up'];

	test('by name, with the assigned one in front', async () => {
		const results = await search('searchApplicationsForCall');
		expect(results.map(({ name }) => name)).toEqual(['Assigned to the Calling Number', ...NAMES]);
		expect(results[1].value).toBe('a9900000-0000-4000-8000-000000000001');
	});

	test.each([['survey', ['Customer Survey']], ['FOLLOW', ['Lead Follow-up']], ['assigned', ['Assigned to the Calling Number']], [' survey ', ['Customer Survey']], ['x', []]])(
		'the search for %p',
		async (filter, names) => {
			expect((await search('searchApplicationsForCall', filter)).map(({ name }) => name)).toEqual(names);
		},
	);

	test('the trigger\'s filter offers applications only', async () => {
		expect((await search('searchApplications', undefined, {}, TRIGGER)).map(({ name }) => name)).toEqual(NAMES);
	});

	test('a server that pages by default is understood', async () => {
		const server = await startServer(answering(200, { total: 1, page: 1, page_size: 25, data: [{ application_sid: 'x', name: 'Paged' }] }));
		expect((await search('searchApplicationsForCall', 'paged', { baseUrl: server.url }))).toEqual([{ name: 'Paged', value: 'x' }]);
	});
});

test.each([[undefined, ['Harbour Voice', 'Northline Telecom']], ['north', ['Northline Telecom']], ['x', []]])('carriers by name, searched for %p', async (filter, names) => {
	expect(await search('searchCarriers', filter)).toEqual(names.map((name) => ({ name, value: name })));
});

describe('calls', () => {
	let sids;
	beforeEach(async () => {
		sids = {
			talking: await callIn(gateway, '+12025550220', 'in-progress'),
			ringing: await callIn(gateway, '+12025550210', 'ringing'),
			ended: await callIn(gateway, '+12025550486', 'busy'),
			expired: await callIn(gateway, '+12025550404', 'failed'),
		};
		gateway.expireRecords(sids.expired);
	});

	test('who calls whom and how far it is; ended and expired ones are left out', async () => {
		expect(await search('searchCalls')).toEqual([
			{ name: '+12025550100 → +12025550210, ringing', value: sids.ringing },
			{ name: '+12025550100 → +12025550220, in progress', value: sids.talking },
		]);
	});

	test.each([
		['0220', ['talking']], ['+1 (202) 555-0210', ['ringing']], ['0100', ['ringing', 'talking']], ['in progress', ['talking']], ['RINGING', ['ringing']], ['0486', []],
	])('the search for %p finds %j', async (filter, found) => {
		expect((await search('searchCalls', filter)).map(({ value }) => value)).toEqual(found.map((name) => sids[name]));
	});

	test('the search for a sid, or the start of one', async () => {
		expect((await search('searchCalls', sids.talking)).map(({ value }) => value)).toEqual([sids.talking]);
		expect((await search('searchCalls', sids.talking.slice(0, 13).toUpperCase())).map(({ value }) => value)).toEqual([sids.talking]);
	});

	test('a call without numbers is still offered', async () => {
		const server = await startServer(answering(200, [{}, { call_sid: 'x', call_status: 'early-media', from: '' }]));
		expect(await search('searchCalls', '', { baseUrl: server.url })).toEqual([{ name: 'unknown → unknown, early media', value: 'x' }]);
	});
});

test('carriers and numbers by their IDs, for looking them up', async () => {
	expect(await search('searchCarrierIds', 'north')).toEqual([{ name: 'Northline Telecom', value: 'ca220000-0000-4000-8000-000000000001' }]);
	expect(await search('searchPhoneNumberIds', '0142')).toEqual([{ name: '+12025550142', value: '0f0e0000-0000-4000-8000-000000000002' }]);
	expect((await search('searchPhoneNumberIds', '+44')).map(({ name }) => name)).toEqual(['+442079460123']);
});

describe('recent calls', () => {
	const page = async (filter, token) => await nodeTypes([]).getByName(ACTION).methods.listSearch.searchRecentCalls.call(pickerContext(credentialFor(gateway), ACTION), filter, token);

	test('with time, numbers and outcome, in the time zone of the workflow', async () => {
		gateway.world.recent_calls = historyRows(3, (index) => (index === 1 ? { answered: false, sip_status: 486, duration: 0 } : {}));
		const { results, paginationToken } = await page();
		expect(results.map(({ value }) => value)).toEqual([0, 1, 2].map(sidOf));
		expect(results[0].name).toMatch(/^\d{1,2} \w+,? \d\d:\d\d: 12025550100 to 442079460000 \(answered, 12 s\)$/);
		expect(results[1].name).toMatch(/\(busy\)$/);
		expect(paginationToken).toBeUndefined();
	});

	test('page by page', async () => {
		gateway.world.recent_calls = historyRows(120);
		const first = await page();
		expect(first).toMatchObject({ paginationToken: '2' });
		expect(first.results).toHaveLength(50);
		const third = await page('', '3');
		expect(third.results.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, index) => sidOf(100 + index)));
		expect(third.paginationToken).toBeUndefined();
	});

	test.each([['+44 20 7946 0001', [1]], [sidOf(2), [2]], ['(', []], ['nobody', []]])('the search for %p', async (filter, found) => {
		gateway.world.recent_calls = historyRows(3);
		expect((await page(filter)).results.map(({ value }) => value)).toEqual(found.map(sidOf));
	});
});

test.each([
	['searchPhoneNumbers', 'phone_numbers', /^This account has no phone numbers yet/, /page Phone Numbers/],
	['searchPhoneNumberIds', 'phone_numbers', /^This account has no phone numbers yet/, /page Phone Numbers/],
	['searchApplications', 'applications', /^This account has no applications yet/, /page Applications/],
	['searchCarriers', 'voip_carriers', /^This account has no carriers of its own yet/, /type the name/],
	['searchCarrierIds', 'voip_carriers', /^This account has no carriers of its own yet/, /type the name or ID/],
	['searchRecentCalls', 'recent_calls', /^This account has no calls in the last 30 days\.$/, /typed by its call SID/],
	['searchCalls', 'recent_calls', /^This account has no live calls right now\.$/, /call_sid that Create puts out/],
])('%s with nothing to choose from says where it comes from', async (method, rows, message, description) => {
	gateway.world[rows] = [];
	const error = await search(method).catch((thrown) => thrown);
	expect(error.message).toMatch(message);
	expect(error.description).toMatch(description);
});

test('a call can still take the assigned application where the account has none', async () => {
	gateway.world.applications = [];
	expect((await search('searchApplicationsForCall')).map(({ name }) => name)).toEqual(['Assigned to the Calling Number']);
});

describe.each(ALL)('%s says what is wrong', (method) => {
	const failure = async (credential) => await search(method, '', credential).then((results) => { throw new Error(`gave ${JSON.stringify(results)}`); }, (error) => error);

	test.each([
		['a key that may not list', { kind: '403', operation: '*' }, /insufficient permissions/],
		['a key that is not accepted', { kind: '401', operation: '*' }, /does not accept the API key/],
		['a rate limit', { kind: '429', operation: '*' }, /rate limit/],
		['an error', { kind: '500', operation: '*' }, /HTTP 500/],
	])('%s', async (_what, fault, message) => {
		gateway.setFaults([fault]);
		const error = await failure({});
		expect(error.message).toMatch(message);
		expect(error.description.length).toBeGreaterThan(10);
		expect(JSON.stringify(error)).not.toContain(credentialFor(gateway).apiKey);
		expect(gateway.placed).toEqual([]);
	});

	test('an address that is no Voice Gateway: not an empty list', async () => {
		const server = await startServer(answering(200, HTML_PAGE, { 'Content-Type': 'text/html' }));
		expect((await failure({ baseUrl: server.url })).message).toMatch(/cannot be read/);
	});

	test('an address where nothing listens', async () => {
		const baseUrl = await deadUrl();
		expect((await failure({ baseUrl })).message).toContain(`The gateway at ${new URL(baseUrl).host} cannot be reached`);
	});

	test('a credential that cannot be used', async () => {
		expect((await failure({ accountSid: 'x' })).message).toMatch(/Account SID is not a UUID/);
	});
});
