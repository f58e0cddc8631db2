'use strict';

const { client, openGateway } = require('./suite/session');
const { ACTION, TRIGGER } = require('./suite/workflows');

describe('the lists to choose from', () => {
	let gateway;
	let credentials;
	beforeAll(async () => ({ gateway, credentials } = await openGateway()));
	afterAll(() => gateway.close());

	const search = async (methodName, path, filter, nodeType = ACTION) => {
		const { results } = await client.searchList({ nodeType, path, methodName, credentials, filter });
		return results;
	};

	test('From: the numbers of the account, with the application they are assigned to', async () => {
		const results = await search('searchPhoneNumbers', 'from');
		const inWorld = gateway.world.phone_numbers.map(({ number }) => `+${number.replace(/^\+/, '')}`);
		expect(results.map(({ value }) => value).sort()).toEqual(inWorld.sort());
		expect(results.find(({ value }) => value === '+12025550100').name).toBe('+12025550100 (Appointment Reminder)');
	});

	test('From: search by part of a number, however it is written', async () => {
		expect((await search('searchPhoneNumbers', 'from', '555-0142')).map(({ value }) => value)).toEqual(['+12025550142']);
	});

	test('Application: all of them, the assigned one first', async () => {
		const results = await search('searchApplicationsForCall', 'application');
		expect(results[0].value).toBe('assigned');
		expect(results.slice(1).map(({ name }) => name)).toEqual(['Appointment Reminder', 'Customer Survey', 'Lead Follow-up']);
		expect(results.every(({ value }) => value === 'assigned' || /^[0-9a-f-]{36}$/.test(value))).toBe(true);
	});

	test('Application: search by part of the name', async () => {
		expect((await search('searchApplicationsForCall', 'application', 'surv')).map(({ name }) => name)).toEqual(['Customer Survey']);
	});

	test('Carrier: all, and by part of the name', async () => {
		const names = async (filter) => (await search('searchCarriers', 'carrier', filter)).map(({ value }) => value);
		expect(await names()).toEqual(['Harbour Voice', 'Northline Telecom']);
		expect(await names('NORTH')).toEqual(['Northline Telecom']);
		expect(await names('nobody')).toEqual([]);
	});

	test('the trigger\'s application filter offers applications only', async () => {
		const results = await search('searchApplications', 'filters.application', undefined, TRIGGER);
		expect(results.map(({ name }) => name)).toEqual(['Appointment Reminder', 'Customer Survey', 'Lead Follow-up']);
	});

	test('a key that is not accepted is told in words', async () => {
		gateway.setFaults({ kind: '401', operation: '*' });
		await expect(search('searchCarriers', 'carrier')).rejects.toThrow(/API key/i);
		gateway.clearFaults();
	});
});
