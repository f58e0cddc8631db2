'use strict';

const { startGateway } = require('../gateway');
const { ACCOUNT, FOREIGN, PROVIDER_KEY, asked, byId, look } = require('./lookups');
const { answering, closeServers, startServer } = require('./servers');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const PROVIDER = { credential: { apiKey: PROVIDER_KEY } };
/** A second account of the same service provider, with one thing of everything. */
function secondAccount() {
	const { world } = gateway;
	world.accounts.push({ ...world.accounts[0], account_sid: FOREIGN, name: 'Other' });
	const theirs = (rows, key, more = {}) => rows.push({ ...rows[0], account_sid: FOREIGN, [key]: `00000000-0000-4000-8000-${key.length}00000000000`.slice(0, 36), ...more });
	theirs(world.applications, 'application_sid', { name: 'Their Application' });
	theirs(world.voip_carriers, 'voip_carrier_sid', { name: 'Their Carrier' });
	theirs(world.phone_numbers, 'phone_number_sid', { number: '15550001111' });
	return { applications: world.applications.at(-1).application_sid, carriers: world.voip_carriers.at(-1).voip_carrier_sid, numbers: world.phone_numbers.at(-1).phone_number_sid };
}

const RESOURCES = [
	['application', 'application', 'applications', 'application_sid', 3, 'applications'],
	['carrier', 'carrierId', 'voip_carriers', 'voip_carrier_sid', 2, 'carriers'],
	['phoneNumber', 'phoneNumberId', 'phone_numbers', 'phone_number_sid', 4, 'numbers'],
];

describe.each(RESOURCES)('%s', (resource, field, rows, key, total, theirs) => {
	const schema = require(`../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/${resource}/getMany.json`);
	const many = async (parameters, setup) => await look(gateway, `${resource}:getMany`, parameters, setup);
	const one = async (id, setup) => await look(gateway, `${resource}:get`, { [field]: byId(id) }, setup);

	test('all of the account, with every field that the preview names', async () => {
		const { outputs, items } = await many({ returnAll: true });
		expect(outputs[0].map((row) => row[key]).sort()).toEqual(gateway.world[rows].map((row) => row[key]).sort());
		expect(outputs[0]).toHaveLength(total);
		expect(Object.keys(outputs[0][0])).toEqual(expect.arrayContaining(Object.keys(schema.properties)));
		expect(items[0].every(({ pairedItem }) => pairedItem.item === 0)).toBe(true);
	});

	test('not more than the limit', async () => {
		expect((await many({ limit: 1 })).outputs[0]).toHaveLength(1);
	});

	test('more than a page, and none twice', async () => {
		gateway.world[rows] = Array.from({ length: 1100 }, (_, index) => ({ ...gateway.world[rows][0], name: `n${index}`, number: String(10_000_000_000 + index), [key]: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }));
		const { outputs } = await many({ returnAll: true });
		expect(new Set(outputs[0].map((row) => row[key])).size).toBe(1100);
		expect((await many({ limit: 600 })).outputs[0]).toHaveLength(600);
	});

	test('nothing there is no error', async () => {
		gateway.world[rows] = [];
		expect(await many()).toMatchObject({ status: 'success', outputs: [[]] });
	});

	test('one by its ID', async () => {
		const [, row] = gateway.world[rows];
		const { outputs } = await one(row[key].toUpperCase());
		expect(outputs[0]).toMatchObject([{ [key]: row[key] }]);
	});

	test('an ID that does not exist, and one that is none', async () => {
		const { error } = await one('99999999-0000-4000-8000-000000000000');
		expect(error.message).toMatch(/^There is no .* with the ID 99999999-0000-4000-8000-000000000000 in account ac3e.*\[item 0\]$/);
		expect(error.description).toMatch(/Choose the .* again/);
		gateway.requests.length = 0;
		for (const id of ['zz', '../Accounts', '={{ "" }}']) expect((await one(id)).error.message).toMatch(/is not the ID of a|is empty/);
		expect(gateway.requests).toEqual([]);
	});

	test('a key of the service provider lists and gives what is the account\'s, and nothing else', async () => {
		const other = secondAccount()[theirs];
		const { outputs } = await many({ returnAll: true }, PROVIDER);
		expect(outputs[0].map((row) => row[key])).not.toContain(other);
		expect(outputs[0]).toHaveLength(total);
		expect((await one(gateway.world[rows][0][key], PROVIDER)).status).toBe('success');
		const { error } = await one(other, PROVIDER);
		expect(error.message).toMatch(/^There is no .* in account ac3e/);
	});

	test('a key of the account gets nothing of another account', async () => {
		const { error } = await one(secondAccount()[theirs]);
		expect(error.message).toMatch(/^There is no|^This API key may not look at that/);
		expect(error.description.length).toBeGreaterThan(20);
	});
});

describe('what is secret', () => {
	test('passwords of webhooks', async () => {
		const [application] = gateway.world.applications;
		Object.assign(application.call_hook, { username: 'hook-user', password: 'hook-password-1', url: 'https://me:hook-password-2@endpoint.example.test/x?token=hook-password-3' });
		Object.assign(application, { env_vars: { OPENAI_API_KEY: 'hook-password-4', GREETING: 'Hello' }, app_json: '[{"verb":"dial","auth":{"password":"hook-password-5"}}]' });
		for (const { items } of [await look(gateway, 'application:getMany'), await look(gateway, 'application:get', { application: byId(application.application_sid) })]) {
			expect(JSON.stringify(items)).not.toContain('hook-password');
			const { json } = items[0].find((item) => item.json.application_sid === application.application_sid);
			expect(json).toMatchObject({ call_hook: { username: 'hook-user', password: '***', url: 'https://***@endpoint.example.test/x?token=***' }, env_vars: { OPENAI_API_KEY: '***', GREETING: 'Hello' }, call_status_hook: null });
		}
	});

	test('passwords of carriers; where there is none, one sees that', async () => {
		const { outputs, items } = await look(gateway, 'carrier:getMany');
		expect(JSON.stringify(items)).not.toContain('not-a-real-password');
		expect(outputs[0].map(({ name, register_password: password }) => [name, password])).toEqual([['Northline Telecom', null], ['Harbour Voice', '***']]);
		expect(JSON.stringify((await look(gateway, 'carrier:get', { carrierId: byId(gateway.world.voip_carriers[1].voip_carrier_sid) })).items)).not.toContain('not-a-real-password');
	});
});

describe('search', () => {
	test.each([
		['application', 'name', ' SURVEY ', 'name', ['Customer Survey']], ['carrier', 'name', 'voice', 'name', ['Harbour Voice']],
		['phoneNumber', 'number', '+44 20', 'number_e164', ['+442079460123']], ['application', 'name', 'nothing', 'name', []],
	])('%s by %s %p', async (resource, name, text, shown, found) => {
		const { outputs } = await look(gateway, `${resource}:getMany`, { filters: { [name]: text } });
		expect(outputs[0].map((row) => row[shown])).toEqual(found);
	});

	test('the gateway does the searching where it can', async () => {
		await look(gateway, 'application:getMany', { filters: { name: 'survey' } });
		await look(gateway, 'phoneNumber:getMany', { filters: { number: '(202) 555' }, limit: 7 });
		expect(asked(gateway)).toEqual([
			{ path: '/Applications', query: { page: '1', page_size: '50', name: 'survey' } },
			{ path: '/v1/PhoneNumbers', query: { page: '1', page_size: '7', account_sid: ACCOUNT, filter: '202555' } },
		]);
	});

	test('a gateway that neither pages nor searches is searched here', async () => {
		const server = await startServer(answering(200, gateway.world.applications));
		const { outputs } = await look(gateway, 'application:getMany', { filters: { name: 'survey' } }, { credential: { baseUrl: server.url } });
		expect(outputs[0]).toHaveLength(1);
		expect(server.requests).toHaveLength(1);
	});
});

test.each([['12025550100', '+12025550100'], ['+12025550100', '+12025550100'], ['100', null], ['reception', null], ['0301234567', null]])('the number %p is %p to dial', async (number, e164) => {
	gateway.world.phone_numbers = [{ ...gateway.world.phone_numbers[0], number }];
	expect((await look(gateway, 'phoneNumber:getMany')).outputs[0]).toMatchObject([{ number, number_e164: e164 }]);
});

describe('a carrier of the service provider', () => {
	const share = () => gateway.world.voip_carriers.push({ ...gateway.world.voip_carriers[0], account_sid: null, voip_carrier_sid: 'ca220000-0000-4000-8000-00000000ffff', name: 'Shared' });

	test('a key of the provider may see it, a key of the account is told which key it takes', async () => {
		share();
		const carrierId = byId('ca220000-0000-4000-8000-00000000ffff');
		expect((await look(gateway, 'carrier:get', { carrierId }, PROVIDER)).outputs[0]).toMatchObject([{ name: 'Shared' }]);
		const { error } = await look(gateway, 'carrier:get', { carrierId });
		expect(error.message).toMatch(/^This API key may not look at that: "insufficient privileges"/);
		expect(error.description).toMatch(/service provider above the accounts\. Use an API key of/);
	});
});

describe('alerts', () => {
	const alerts = (count) =>
		(gateway.world.alerts = Array.from({ length: count }, (_, index) => ({
			time: new Date(Date.now() - index * 1000).toISOString(), account_sid: ACCOUNT, alert_type: index % 2 ? 'no-tts' : 'webhook-failure', detail: null,
			message: `https://u:alert-password@example.test/${index} returned 500`, service_provider_sid: 's', target_sid: null,
		})));
	const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/alert/getMany.json');

	test('newest first, with the fields of the preview, without secrets', async () => {
		alerts(3);
		const { outputs } = await look(gateway, 'alert:getMany');
		expect(outputs[0].map(({ message }) => message)).toEqual([0, 1, 2].map((index) => `https://***@example.test/${index} returned 500`));
		expect(Object.keys(outputs[0][0]).sort()).toEqual(Object.keys(schema.properties).sort());
	});

	test('by type, by day, in pages', async () => {
		alerts(1200);
		expect((await look(gateway, 'alert:getMany', { alertType: 'no-tts', days: 1, limit: 5 })).outputs[0]).toMatchObject(Array(5).fill({ alert_type: 'no-tts' }));
		expect(asked(gateway)[0]).toEqual({ path: '/Alerts', query: { page: '1', count: '5', days: '1', alert_type: 'no-tts' } });
		expect((await look(gateway, 'alert:getMany', { returnAll: true })).outputs[0]).toHaveLength(1200);
	});

	test.each([0, 8, 1.5, 'x'])('%p days are refused before any request', async (days) => {
		expect((await look(gateway, 'alert:getMany', { days })).error.message).toMatch(/^Last Days: ".*" is not a whole number from 1 to 7/);
		expect(gateway.requests).toEqual([]);
	});
});
