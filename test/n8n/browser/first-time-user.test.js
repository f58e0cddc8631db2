'use strict';

const { openEditor } = require('../lib/editor');
const { until } = require('../lib/until');
const { client, openGateway } = require('../suite/session');
const { sign } = require('../../gateway/sign');
const { User } = require('./user');

/** Somebody who has never seen the nodes, from the search for one to the first event of a published trigger. */

const NODE = 'Cognigy Voice Gateway';

let gateway;
let data;
let browser;
let user;
beforeAll(async () => {
	({ gateway, data } = await openGateway({ credentialName: 'of another test' }));
	for (const { id } of await client.request('GET', '/credentials')) await client.request('DELETE', `/credentials/${id}`);
	const editor = await openEditor(client.url);
	browser = editor.browser;
	editor.page.setDefaultTimeout(60_000);
	user = new User(editor.page, client.url);
});
afterAll(async () => {
	await browser?.close();
	await gateway.close();
});

/** An event as the gateway would send it. */
async function sendEvent(url, fields = {}) {
	const body = JSON.stringify({
		call_sid: '6a263c27-addb-40e0-8496-0dfb3bc0e883', direction: 'outbound', from: '+12025550100', to: '+12025550486', call_id: 'c', trace_id: 't',
		sip_status: 486, sip_reason: 'Busy Here', call_status: 'busy', account_sid: data.accountSid, ...fields,
	});
	const signature = sign(gateway.world.accounts[0].webhook_secret, body);
	return (await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Jambonz-Signature': signature }, body })).status;
}

describe('the search', () => {
	beforeAll(async () => await user.newWorkflow());
	afterEach(async () => await user.searchNodes(''));

	test.each(['phone', 'call', 'voice', 'dial'])('for "%s" finds the node', async (words) => {
		expect(await user.searchNodes(words)).toContain(NODE);
	});
});

describe('a first call', () => {
	test('"Create a call" opens the node, which asks for a credential', async () => {
		await user.newWorkflow();
		await user.searchNodes('phone');
		await user.addAction(NODE, 'Actions', 'Create a call');
		await user.newCredential();
		await user.choose('environment', 'On-Premises');
		await user.fill('baseUrl', data.baseUrl);
	});

	test.each([
		['a wrong key', { apiKey: 'wrong-key' }, /Wrong API key/],
		['a wrong account', { accountSid: 'ac3e0000-0000-4000-8000-00000000d3ff' }, /Wrong account/],
	])('the credential\'s test tells %s', async (_what, wrong, words) => {
		const { accountSid, apiKey } = { ...data, ...wrong };
		await user.fill('accountSid', accountSid);
		await user.fill('apiKey', apiKey);
		expect(await user.saveCredential()).toMatchObject({ status: 'Error' });
		expect(await user.credentialProblem()).toMatch(words);
	});

	test('and passes the right one, which closes', async () => {
		await user.fill('accountSid', data.accountSid);
		await user.fill('apiKey', data.apiKey);
		expect(await user.saveCredential()).toMatchObject({ status: 'OK' });
	});

	test('number and application are chosen from lists', async () => {
		expect(await user.openList('from')).toContain('+12025550100 (Appointment Reminder)');
		await user.pick('+12025550100');
		expect(await user.openList('application')).toEqual(['Assigned to the Calling Number', 'Appointment Reminder', 'Customer Survey', 'Lead Follow-up']);
		await user.pick('Customer Survey');
	});

	test('run without a number, the node says what is missing, and nothing rings', async () => {
		await user.execute();
		await user.page.getByText('Parameter "Phone Number" is required').first().waitFor();
		expect(gateway.placed).toEqual([]);
	});

	test('with a number, the phone rings once and the output shows the call', async () => {
		await user.fill('toNumber', '+1 (202) 555-0486');
		await user.execute();
		const output = await user.output('+12025550486');
		expect(gateway.placed).toMatchObject([{ number: '+12025550486', from: '+12025550100' }]);
		for (const shown of [gateway.placed[0].sid, '+12025550486', 'trying']) expect(output).toContain(shown);
		// What a first-time user would miss: nobody listens for the end.
		expect(output).toMatch(/will not hear how they end/);
	});
});

/** Sends an event until somebody listens: n8n registers an address a moment after it says so. */
async function sendHeard(url, fields) {
	await until('somebody to listen', async () => (await sendEvent(url, fields)) === 200);
}

describe('a trigger', () => {
	let urls;

	test('is found under "Triggers"; its panel keeps the two addresses apart', async () => {
		await user.newWorkflow();
		await user.searchNodes('phone');
		await user.addAction(NODE, 'Triggers', 'On busy');
		urls = { production: await user.webhookUrl('production'), test: await user.webhookUrl('test') };
		expect(urls.test).toBe(urls.production.replace('/webhook/', '/webhook-test/'));
		expect(await user.at('trigger-header').innerText()).toMatch(/Listen for one test event/);
		const panel = await user.at('ndv').innerText();
		expect(panel).toContain('Publish the workflow to receive every event');
	});

	test('listens for one test event, and shows it', async () => {
		await user.execute();
		await user.page.getByText('Waiting for the gateway to call the Test URL').first().waitFor();
		await sendHeard(urls.test);
		const output = await user.output('Busy Here');
		for (const shown of ['busy', '+12025550486', 'Busy Here']) expect(output).toContain(shown);
	});

	test('published, it receives every event', async () => {
		await user.closeNode();
		await user.publish();
		await sendHeard(urls.production, { call_sid: '6a263c27-addb-40e0-8496-0dfb3bc0e884' });
		await user.page.locator('[data-test-id=radio-button-executions]').click();
		await user.page.getByText(/Succeeded|Success/).first().waitFor();
	});
});

test('everything can be read in the dark theme, too', async () => {
	await user.page.emulateMedia({ colorScheme: 'dark' });
	await user.newWorkflow();
	expect(await user.searchNodes('phone')).toContain(NODE);
	const icon = user.at('node-creator').locator('img').last();
	expect(await icon.getAttribute('src')).toMatch(/dark/);
});
