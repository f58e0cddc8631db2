'use strict';

const { startGateway } = require('../gateway');
const { gatewayCredentialData } = require('../n8n/lib/n8n-with-package');
const { newNumber, splitNode, waitNode } = require('../n8n/suite/waiting');
const { webhookNode, workflow } = require('../n8n/suite/workflows');
const { N8nClient, hasEnded } = require('../n8n/lib/n8n-client');
const { until } = require('../n8n/lib/until');

/** Calls take 0 to 8 seconds, as in life only shorter. */
const TIME_SCALE = 1;

/** What becomes of the calls, in turn: answered for long and short, busy, declined, not reached. */
const FATES = ['001', '200', '486', '183', '603', '202', '404', '001', '487', '240'];

const isCreate = ({ method, path }) => method === 'POST' && /\/Calls\/?$/.test(path);

/** The newest execution, once so many have ended. */
async function endOf(client, workflowId, count) {
	return await until(
		`the end of run ${count}`,
		async () => {
			// An n8n that is busy may not answer at once.
			const executions = await client.executions(workflowId).catch(() => []);
			return executions.filter(hasEnded).length === count && executions[0];
		},
		{ timeoutMs: 120_000, everyMs: 200 },
	);
}

/**
 * How often the gateway is asked when a run waits for several calls together.
 *
 * @param {object} bench
 * @param {{ sizes: number[] }} size
 */
async function measureJoining({ n8n, report }, { sizes }) {
	const { client } = n8n;
	const gateway = await startGateway({ port: 0, world: 'demo', timeScale: TIME_SCALE, quiet: true });
	// The count is wanted as it is, not as the demo account's limit cuts it.
	gateway.world.rate_limit = 1_000_000;
	try {
		const { id } = await client.createCredential('cognigyVoiceGatewayApi', 'Joining', gatewayCredentialData(gateway));
		const credentials = { cognigyVoiceGatewayApi: { id, name: 'Joining' } };
		const webhook = webhookNode('joining');
		webhook.parameters = { httpMethod: 'POST', path: 'joining', responseMode: 'onReceived', options: {} };
		const flow = await client.createWorkflow(workflow('joining', [webhook, splitNode(), waitNode(credentials)]));
		await client.publish(flow.id);

		const joins = [];
		for (const calls of sizes) {
			gateway.requests.length = 0;
			gateway.deliveries.length = 0;
			await client.callWebhook('joining', { calls: Array.from({ length: calls }, (_, index) => ({ phone: newNumber(FATES[index % FATES.length]) })) });
			const { id: executionId } = await endOf(client, flow.id, joins.length + 1);
			await gateway.idle();
			const output = N8nClient.outputOf(await client.execution(executionId), 'Create and Wait');
			const known = output.filter(({ final, outcome }) => final && outcome !== 'unknown').length;
			const answers = gateway.deliveries.reduce((count, { status, error }) => ({ ...count, [status ?? error]: (count[status ?? error] ?? 0) + 1 }), {});
			const join = {
				calls,
				known,
				creates: gateway.requests.filter(isCreate).length,
				requests: gateway.requests.length,
				webhooks: gateway.deliveries.length,
				refused: gateway.deliveries.filter(({ status }) => status !== 200).length,
			};
			joins.push(join);
			report(`${calls} calls: ${join.requests} requests, ${join.webhooks} webhooks, ${known} outcomes; webhooks were answered ${JSON.stringify(answers)}`);
		}
		return { joins };
	} finally {
		await gateway.close();
	}
}

module.exports = { measureJoining };
