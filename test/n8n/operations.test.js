'use strict';

const { N8nClient, hasEnded } = require('./lib/n8n-client');
const { until } = require('./lib/until');
const { client, openGateway } = require('./suite/session');
const { ACTION, callNode, node, webhookNode, workflow } = require('./suite/workflows');

/** The operations beside the placing of calls, one after the other in workflows as users build them. */

let gateway;
let credentials;
beforeAll(async () => ({ gateway, credentials } = await openGateway()));
afterAll(() => gateway.close());

const byId = (value) => ({ __rl: true, mode: 'id', value });

/** A node of ours with a resource, an operation and its fields. */
const ours = (name, resource, operation, parameters = {}) => node(ACTION, name, { resource, operation, options: {}, ...parameters }, { credentials });

let count = 0;
/** Runs nodes one after the other behind a webhook; gives what each of them put out, items whole. */
async function run(nodes, body = {}) {
	count += 1;
	const path = `operations-${count}-${Date.now()}`;
	const { id } = await client.createWorkflow(workflow(path, [webhookNode(path), ...nodes]));
	await client.publish(id);
	await client.callWebhook(path, body);
	const [newest] = await until('the end of the execution', async () => {
		const all = await client.executions(id);
		return all.length > 0 && all.every(hasEnded) && all;
	});
	const execution = await client.execution(newest.id);
	if (newest.status !== 'success') throw new Error(`the execution is ${newest.status}: ${execution.data.resultData.error?.message}`);
	const { runData } = execution.data.resultData;
	return {
		output: (name) => N8nClient.outputOf(execution, name),
		items: (name) => runData[name].at(-1).data.main[0],
	};
}

test('a call is placed, looked up, counted, listed, steered and hung up', async () => {
	const sid = byId('={{ $("Create Call").item.json.sid }}');
	const { output } = await run(
		[
			callNode(credentials, { statusUpdates: 'none' }),
			ours('Count', 'call', 'getActiveCount'),
			ours('Many', 'call', 'getMany', { returnAll: true, filters: { to: '+1 202 555 0220' } }),
			ours('Tag', 'call', 'update', { call: sid, action: 'setMetadata', metadata: {}, metadataJson: '{"step": 2}' }),
			ours('Hang Up', 'call', 'hangUp', { call: sid }),
			ours('Look', 'call', 'get', { call: sid }),
		],
		{ phone: '+12025550220' },
	);
	const { sid: placed } = gateway.placed.at(-1);
	expect(output('Count')).toEqual([{ inbound: 0, outbound: 1, total: 1 }]);
	expect(output('Many')).toMatchObject([{ sid: placed, final: false }]);
	expect(output('Tag')).toMatchObject([{ call_sid: placed, accepted: true }]);
	expect(output('Hang Up')).toMatchObject([{ call_sid: placed, hung_up: true }]);
	expect(output('Look')).toMatchObject([{ call_sid: placed, to: '+12025550220' }]);
	await gateway.idle();
	expect(gateway.rang('+12025550220')).toBe(1);
});

test('the account\'s applications, carriers, numbers and alerts', async () => {
	const { output } = await run([
		ours('Applications', 'application', 'getMany', { returnAll: true }),
		{ ...ours('Carriers', 'carrier', 'getMany', { returnAll: true }), executeOnce: true },
		{ ...ours('Numbers', 'phoneNumber', 'getMany', { returnAll: false, limit: 2 }), executeOnce: true },
		{ ...ours('Alerts', 'alert', 'getMany', { returnAll: true, days: 7, alertType: '' }), executeOnce: true, alwaysOutputData: true },
	]);
	expect(output('Applications').map(({ name }) => name).sort()).toEqual(['Appointment Reminder', 'Customer Survey', 'Lead Follow-up']);
	expect(output('Carriers').map(({ name }) => name).sort()).toEqual(['Harbour Voice', 'Northline Telecom']);
	expect(output('Numbers')).toHaveLength(2);
	expect(JSON.stringify([output('Applications'), output('Carriers')])).not.toMatch(/"password":"(?!\*\*\*)[^"]/);
});

test('the recording of a call out of the history, as a file', async () => {
	const sid = 'cdc00000-0000-4000-8000-000000000001';
	const { account_sid } = gateway.world.accounts[0];
	gateway.world.recent_calls = [{
		call_sid: sid, account_sid, attempted_at: new Date().toISOString(), answered: true, direction: 'outbound', duration: 12, from: '12025550100', to: '442079460001', sip_status: 200,
		recording_url: `/Accounts/${account_sid}/RecentCalls/${sid}/record/2026/11/22/mp3`,
	}];
	const { items, output } = await run([
		ours('History', 'callHistory', 'getMany', { timeRange: 'days', days: 30, returnAll: false, limit: 1, filters: {} }),
		ours('Recording', 'callHistory', 'getRecording', { call: byId('={{ $json.call_sid }}'), binaryPropertyName: 'audio' }),
	]);
	expect(output('History')).toMatchObject([{ call_sid: sid, final: true }]);
	expect(items('Recording')[0].binary.audio).toMatchObject({ mimeType: 'audio/mpeg', fileExtension: 'mp3', fileName: `call-${sid}.mp3` });
});
