'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { client, openGateway } = require('./suite/session');
const { createCrmKey } = require('./lib/n8n-with-package');
const { workflowsDir } = require('./lib/places');
const { startStandIn } = require('./lib/stand-in');
const { until } = require('./lib/until');
const { CREDENTIAL_NAMES, EXAMPLES, nodeNamed, readWorkflow } = require('./lib/workflow-files');

describe('the example workflows, imported into n8n', () => {
	let gateway;
	let crm;
	let crmKey;
	beforeAll(async () => {
		({ gateway } = await openGateway({ credentialName: CREDENTIAL_NAMES.gateway }));
		crmKey = await createCrmKey(client);
		crm = await startStandIn();
	});
	afterAll(async () => {
		await gateway.close();
		await crm.close();
	});

	/** What the user's own systems received at a path, once there is as much as expected. */
	const received = (where, count = 1) =>
		until(`${count} request(s) at ${where}`, () => {
			const found = crm.received.filter(({ path: at }) => at === where);
			return found.length >= count && found.map(({ body }) => body);
		}, { describe: () => crm.received });

	test('there is a test for each file', () => {
		const files = fs.readdirSync(workflowsDir).filter((file) => file.endsWith('.json'));
		expect(files.sort()).toEqual(Object.values(EXAMPLES).sort());
	});

	test.each(Object.values(EXAMPLES))('%s holds neither ids nor secrets nor a real address', (file) => {
		const text = fs.readFileSync(path.join(workflowsDir, file), 'utf8');
		const { nodes } = JSON.parse(text);
		for (const { credentials = {}, webhookId } of nodes) {
			expect(webhookId).toBeUndefined();
			expect(Object.values(credentials).map(({ id }) => id).filter((id) => id !== null)).toEqual([]);
		}
		const hosts = [...text.matchAll(/https?:\/\/([^/"\s]+)/g)].map(([, host]) => host);
		expect(hosts.filter((host) => !host.endsWith('.example.com'))).toEqual([]);
		const numbers = [...text.matchAll(/\+\d[\d ]{6,}/g)].map(([number]) => number.replaceAll(' ', ''));
		expect(numbers.filter((number) => !number.startsWith('+120255501'))).toEqual([]);
	});

	test('CRM event: the contact is called and the outcome comes back to the CRM', async () => {
		const { id } = await client.createWorkflow(readWorkflow(EXAMPLES.crmEvent, { origin: crm.origin }));
		await client.publish(id);
		const event = (contactId, phone) => ({ contactId, phone, reason: 'contract-ends' });

		expect((await client.callWebhook('crm-event', event('C-0', '+12025550123'))).status).toBe(403);
		const first = await client.callWebhook('crm-event', event('C-1042', '+12025550200'), { headers: crmKey });
		const second = await client.callWebhook('crm-event', event('C-1043', '+12025550603'), { headers: crmKey });
		expect([first.status, second.status]).toEqual([200, 200]);

		const [answered] = await received('/contacts/C-1042/calls');
		expect(answered).toEqual({
			callSid: gateway.placed.find(({ number }) => number === '+12025550200').sid,
			outcome: 'answered',
			seconds: expect.any(Number),
			reason: 'contract-ends',
		});
		const [declined] = await received('/contacts/C-1043/calls');
		expect(declined).toMatchObject({ outcome: 'declined', reason: 'contract-ends' });

		await gateway.idle();
		expect([gateway.rang('+12025550123'), gateway.rang('+12025550200'), gateway.rang('+12025550603')]).toEqual([0, 1, 1]);
		expect(await client.waitForRuns(id, 'Write Outcome to CRM', 2)).toHaveLength(2);
		await client.unpublish(id);
	});

	test('form: a submission is followed by a call and the team hears how it went', async () => {
		const { id, nodes } = await client.createWorkflow(readWorkflow(EXAMPLES.form, { origin: crm.origin }));
		await client.publish(id);
		const form = `/form/${nodeNamed({ nodes }, 'Call Me Back Form').webhookId}`;
		const page = await client.open.get(form, { headers: { Accept: 'text/html' } });
		expect(page.status).toBe(200);
		expect(page.data).toContain('Call me back');

		const submit = async (name, phone, topic) => {
			const fields = new FormData();
			[name, phone, topic].forEach((value, index) => fields.append(`field-${index}`, value));
			return (await client.open.post(form, fields)).status;
		};
		expect(await submit('Ada', '+1 202 555 0200', 'Sales')).toBe(200);
		expect(await submit('Ben', '+1 202 555 0486', 'Support')).toBe(200);

		const messages = await received('/hooks/your-team', 2);
		const about = (name) => messages.find(({ text }) => text.includes(name));
		expect(about('Ada')).toEqual({ outcome: 'answered', text: expect.stringMatching(/^Ada \(Sales\) was called and answered, \d+ s\.$/) });
		expect(about('Ben')).toEqual({ outcome: 'busy', text: 'Please call Ben (Support) at +12025550486: busy.' });
		await gateway.idle();
		expect(messages).toHaveLength(2);
		await client.unpublish(id);
	});

	test('schedule: at the given time a list is called, each outcome goes to its place', async () => {
		const workflow = readWorkflow(EXAMPLES.schedule, { origin: crm.origin });
		const soon = new Date(Date.now() + 6_000);
		const once = [soon.getUTCSeconds(), soon.getUTCMinutes(), soon.getUTCHours(), soon.getUTCDate(), soon.getUTCMonth() + 1, '*'];
		const list = nodeNamed(workflow, 'Today\'s List').parameters;
		for (const [placeholder, ending] of [['0111', '0200'], ['0112', '0486'], ['0113', '0487']]) {
			list.jsCode = list.jsCode.replace(`+1202555${placeholder}`, `+1202555${ending}`);
		}
		nodeNamed(workflow, 'Every Weekday at 10:00').parameters.rule.interval[0].expression = once.join(' ');
		const { id } = await client.createWorkflow(workflow);
		await client.publish(id);

		const [run] = await client.waitForRuns(id, 'Call Everybody on the List', 1);
		expect(run.execution.mode).toBe('trigger');
		expect(run.items.map(({ contactId, call_status: status }) => [contactId, status])).toEqual([
			['C-1', 'trying'],
			['C-2', 'trying'],
			['C-3', 'trying'],
		]);
		const reached = await received('/reached');
		const callBack = await received('/call-back', 2);
		expect(reached).toEqual([{ contactId: 'C-1', name: 'Ada', outcome: 'answered', seconds: expect.any(Number) }]);
		expect(callBack.sort((a, b) => a.contactId.localeCompare(b.contactId))).toEqual([
			{ contactId: 'C-2', name: 'Ben', outcome: 'busy', phone: '+12025550486' },
			{ contactId: 'C-3', name: 'Cleo', outcome: 'no-answer', phone: '+12025550487' },
		]);
		await client.unpublish(id);
	});
});
