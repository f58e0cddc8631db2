'use strict';

const { client } = require('./suite/session');
const { newNumber, publishWaiting, splitNode, waitNode } = require('./suite/waiting');
const { waitingSuite } = require('./suite/waiting-suite');
const { node, workflow } = require('./suite/workflows');
const { N8nClient } = require('./lib/n8n-client');
const { until } = require('./lib/until');

describe('Create and Wait: the run goes on once, with what became of its calls', () => {
	let gateway;
	let credentials;
	let bench;
	waitingSuite((opened) => ({ gateway, credentials, bench } = opened));

	const publish = (parameters, settings) => publishWaiting(bench, [waitNode(credentials, { ...parameters, settings })]);

	/** Lets one execution run to its end; all webhooks of its calls have been sent then. */
	async function run(flow, calls) {
		await flow.send(calls);
		const [execution] = await flow.ended();
		await gateway.idle();
		return execution;
	}

	const metadata = { metadata: { pairs: [{ key: 'contactId', value: '={{ $json.contact }}' }] } };

	test.each([
		['answered', '200', { call_status: 'completed', sip_status: 200, duration: 2, hung_up_by: 'callee' }],
		['answered', '001', { call_status: 'completed', sip_status: 200, duration: 8, hung_up_by: 'gateway' }],
		['answered', '240', { call_status: 'completed', sip_status: 200, duration: 6, hung_up_by: 'gateway' }],
		['busy', '486', { call_status: 'busy', sip_status: 486, duration: null, hung_up_by: null }],
		['declined', '603', { call_status: 'busy', sip_status: 603, duration: null, hung_up_by: null }],
		['no-answer', '487', { call_status: 'no-answer', sip_status: 487, duration: null, hung_up_by: null }],
		['failed', '404', { call_status: 'failed', sip_status: 404, duration: null, hung_up_by: null }],
	])('%s (number …%s)', async (outcome, digits, expected) => {
		const flow = await publish({ options: metadata });
		const phone = newNumber(digits);
		const { status } = await run(flow, [{ phone, contact: 'C-7' }]);
		const { sid } = gateway.placed.at(-1);
		expect(status).toBe('success');
		expect(flow.runs()).toHaveLength(1);
		expect(flow.runs()[0].items).toEqual([
			{
				phone,
				contact: 'C-7',
				sid,
				callid: expect.any(String),
				call_sid: sid,
				call_id: expect.any(String),
				sip_reason: expect.any(String),
				from: '+12025550100',
				to: phone,
				direction: 'outbound',
				application_sid: gateway.world.phone_numbers[0].application_sid,
				outcome,
				final: true,
				answered_by: 'unknown',
				tag: { contactId: 'C-7' },
				timed_out: false,
				...expected,
			},
		]);
		expect(gateway.rang(phone)).toBe(1);
	});

	test('ten items: dialled once each, and one run with the results in the order of the input', async () => {
		const flow = await publish({ options: metadata });
		const fates = { '001': 'answered', 486: 'busy', 603: 'declined', 404: 'failed', 200: 'answered', 487: 'no-answer', 183: 'answered', 503: 'failed', 202: 'answered', 600: 'failed' };
		const calls = ['001', '486', '603', '404', '200', '487', '183', '503', '202', '600'].map((digits) => ({ phone: newNumber(digits), contact: digits }));
		await run(flow, calls);
		expect(flow.runs()).toHaveLength(1);
		expect(flow.runs()[0].items.map(({ phone, to, outcome, tag, final, timed_out: timedOut }) => [phone, to, outcome, tag, final, timedOut])).toEqual(
			calls.map(({ phone, contact }) => [phone, phone, fates[contact], { contactId: contact }, true, false]),
		);
		expect(calls.map(({ phone }) => gateway.rang(phone))).toEqual(calls.map(() => 1));
	});

	test('Resume When answered: the next node hangs up the live call', async () => {
		const hangUp = node(
			'n8n-nodes-base.httpRequest',
			'Hang Up',
			{
				method: 'PUT',
				url: `=${gateway.url}/v1/Accounts/${gateway.world.accounts[0].account_sid}/Calls/{{ $json.call_sid }}`,
				sendHeaders: true,
				headerParameters: { parameters: [{ name: 'Authorization', value: `Bearer ${gateway.world.api_keys[0].token}` }] },
				sendBody: true,
				specifyBody: 'json',
				jsonBody: '{"call_status": "completed"}',
				options: {},
			},
			{ typeVersion: 4.2 },
		);
		const flow = await publishWaiting(bench, [waitNode(credentials, { resumeWhen: 'answered' }), hangUp]);
		const phone = newNumber('220');
		const { id } = await run(flow, [phone]);
		const [record] = N8nClient.outputOf(await client.execution(id), 'Create and Wait');
		expect(record).toMatchObject({ call_status: 'in-progress', final: false, timed_out: false, to: phone });
		expect(gateway.placed.at(-1)).toMatchObject({ sid: record.call_sid, final_status: 'completed' });
		expect(flow.runs()).toHaveLength(1);
	});

	test('Resume When answered: a call that fails ends the wait too', async () => {
		const flow = await publish({ resumeWhen: 'answered' });
		await run(flow, [newNumber('486')]);
		expect(flow.runs().map(({ items }) => items[0])).toEqual([expect.objectContaining({ outcome: 'busy', final: true })]);
	});

	test.each([
		['291', 'machine'],
		['292', 'human'],
	])('Resume When verdict (number …%s): %s, while the call is alive', async (digits, answeredBy) => {
		const flow = await publish({ resumeWhen: 'verdict', options: { detectAnsweringMachine: true } });
		await run(flow, [newNumber(digits)]);
		expect(flow.runs()).toHaveLength(1);
		expect(flow.runs()[0].items).toEqual([expect.objectContaining({ answered_by: answeredBy, final: false })]);
	});

	test('the verdict is there when the call has ended, and the metadata come back unchanged', async () => {
		const flow = await publish({ options: { ...metadata, detectAnsweringMachine: true } });
		await run(flow, [{ phone: newNumber('292'), contact: 'H' }, { phone: newNumber('291'), contact: 'M' }, { phone: newNumber('486'), contact: 'B' }]);
		expect(flow.runs()).toHaveLength(1);
		expect(flow.runs()[0].items.map(({ outcome, answered_by: by, tag }) => [outcome, by, tag])).toEqual([
			['answered', 'human', { contactId: 'H' }],
			['answered', 'machine', { contactId: 'M' }],
			['busy', 'unknown', { contactId: 'B' }],
		]);
	});

	test('the workflow is deactivated while the run waits', async () => {
		const flow = await publish();
		const phone = newNumber('001');
		await flow.send([phone]);
		await flow.reached('waiting');
		await client.unpublish(flow.id);
		await flow.ended();
		expect(flow.runs().map(({ items }) => items[0].outcome)).toEqual(['answered']);
		expect(gateway.rang(phone)).toBe(1);
	});

	test('a manual run from the editor, of a workflow that was never published', async () => {
		const phones = [newNumber('200'), newNumber('603')];
		const start = node('n8n-nodes-base.manualTrigger', 'Start', {});
		const list = node('n8n-nodes-base.set', 'List', { mode: 'raw', jsonOutput: JSON.stringify({ body: { calls: phones.map((phone) => ({ phone })) } }), options: {} }, { typeVersion: 3.4 });
		const name = `Manual run ${Date.now()}`;
		const { id } = await client.createWorkflow(workflow(name, [start, list, splitNode(), waitNode(credentials), bench.downstream.step(name)]));
		const { executionId } = await client.runManually(id, 'Start');
		await until('the step behind it', () => bench.downstream.runs(name).length > 0);
		await gateway.idle();
		await until('the end of the run', async () => (await client.execution(executionId)).status === 'success');
		expect(bench.downstream.runs(name).map(({ items }) => items.map(({ outcome }) => outcome))).toEqual([['answered', 'declined']]);
		expect(phones.map((phone) => gateway.rang(phone))).toEqual([1, 1]);
	});
});
