'use strict';

const { N8nClient, hasEnded } = require('../n8n/lib/n8n-client');
const { until } = require('../n8n/lib/until');
const { ask } = require('./helper-process');
const { inTurn } = require('./statistics');
const { DIALLERS, callBody, diallingWorkflow } = require('./workflows');

const PARALLEL = [5, 10, 50];

let workflows = 0;

/** Publishes a workflow that dials with this node. */
async function publishDialler(client, dialler, count) {
	workflows += 1;
	const name = `dialling-${process.pid}-${workflows}`;
	const { id } = await client.createWorkflow(diallingWorkflow(name, dialler, count));
	await client.publish(id);
	return { id, name, nodeName: dialler.name };
}

/** Lets the workflow dial once. Returns the milliseconds that n8n counted for its node. */
async function dial(client, { id, name, nodeName }, timeoutMs = 180_000) {
	const { status } = await client.callWebhook(name, {});
	if (status !== 200) throw new Error(`The workflow ${name} was answered ${status}.`);
	const newest = await until(`the end of ${name}`, async () => (await client.executions(id)).every(hasEnded) && (await client.executions(id))[0], { timeoutMs, everyMs: 200 });
	if (newest.status !== 'success') throw new Error(`The workflow ${name} ended with ${newest.status}.`);
	const { data } = await client.execution(newest.id);
	return { ms: data.resultData.runData[nodeName][0].executionTime, output: N8nClient.outputOf({ data }, nodeName) };
}

/** Every contestant must have placed every call, once, and n8n must have put it out. */
function checkPlaced(name, calls, expected) {
	if (calls !== expected) throw new Error(`${name} placed ${calls} calls instead of ${expected}.`);
}

/**
 * Time per contestant and number of calls in parallel.
 *
 * @param {object} bench
 * @param {{ calls: number, callsOneByOne: number, rounds: number }} size
 */
async function measureDialling({ client, gateway, setting, nodeBinary, latencyMs, report }, { calls, callsOneByOne, rounds }) {
	const { callsUrl, applicationSid, apiKey } = setting;
	const contestants = {};
	const peaks = {};

	async function counted(name, count, measure) {
		await gateway.counted();
		const ms = await measure();
		const { calls: placed, peak } = await gateway.counted();
		checkPlaced(name, placed, count);
		peaks[name] = Math.max(peaks[name] ?? 0, peak);
		return ms;
	}

	async function inN8n(name, dialler, count = calls) {
		const flow = await publishDialler(client, dialler, count);
		contestants[name] = () =>
			counted(name, count, async () => {
				const { ms, output } = await dial(client, flow);
				checkPlaced(`The output of ${name}`, output.filter(({ sid }) => sid).length, count);
				return ms;
			});
	}

	for (const parallel of PARALLEL) {
		await inN8n(`ours ${parallel}`, DIALLERS.ours(setting, parallel));
		await inN8n(`loop ${parallel}`, DIALLERS.loop(setting, parallel));
		// n8n's HTTP Request starts a batch when the pause is over, whether the one before was answered or not.
		await inN8n(`http ${parallel}`, DIALLERS.httpRequest(setting, { batchSize: parallel, batchInterval: latencyMs }));
		const task = { url: callsUrl, countedUrl: gateway.countedUrl, apiKey, body: callBody(applicationSid), parallel, count: calls };
		contestants[`axios ${parallel}`] = () => counted(`axios ${parallel}`, calls, async () => (await ask('axios-loop', task, nodeBinary)).ms);
	}
	await inN8n('http at once', DIALLERS.httpRequest(setting));
	await inN8n('one by one', DIALLERS.loop(setting, 1), callsOneByOne);
	const oneByOne = contestants['one by one'];
	contestants['one by one'] = async () => ((await oneByOne()) * calls) / callsOneByOne;

	await warmUp(client, setting);
	const times = await inTurn(rounds, contestants, (name, ms) => report(`${name}: ${(ms / 1000).toFixed(2)} s`));
	return { times, peaks, parallel: PARALLEL };
}

/** The first runs of a process are slower: compilers, connections, n8n's caches. */
async function warmUp(client, setting) {
	for (const dialler of [DIALLERS.ours(setting, 10), DIALLERS.loop(setting, 10), DIALLERS.httpRequest(setting)]) {
		await dial(client, await publishDialler(client, dialler, 100));
	}
}

module.exports = { dial, measureDialling, publishDialler };
