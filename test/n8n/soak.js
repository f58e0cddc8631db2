'use strict';

/**
 * Lets hundreds of calls run through Create and Wait in a real n8n 2 while webhooks get lost, come twice, late or out
 * of order, requests fail before or after the call was placed, and n8n is ended once and started again. Then counts.
 *
 *   npm run soak [-- --calls 100] [-- --seed 7] [-- --signal SIGKILL]
 */

const { parseArgs } = require('node:util');

const { startGateway } = require('../gateway');
const { WITHOUT_EDITOR } = require('./lib/n8n-environment');
const { createGatewayCredential } = require('./lib/n8n-with-package');
const { hasEnded } = require('./lib/n8n-client');
const { buildPackage, packPackage } = require('./lib/package-tarball');
const { userFolderOf } = require('./lib/places');
const { printProgress } = require('./lib/progress');
const { startRestartableN8n } = require('./lib/restartable-n8n');
const { until } = require('./lib/until');
const { judge } = require('./soak/judge');
const { planSoak } = require('./soak/plan');
const { publishWaiting, startDownstream, waitNode } = require('./suite/waiting');

const TIME_SCALE = 0.5;
/**
 * With its standard engine for expressions n8n 2 takes some twenty webhooks a second on two processors, mostly busy
 * with the engine itself. What is counted here does not depend on it.
 */
const N8N = { ...WITHOUT_EDITOR, N8N_EXPRESSION_ENGINE: process.env.N8N_EXPRESSION_ENGINE ?? 'legacy' };
/** Long enough for every call, short enough not to wait long for what was lost. Minutes. */
const WAIT_AT_MOST = 0.75;
/**
 * The next execution is sent when fewer calls than this are alive, and fewer webhooks on their way: an n8n of two
 * processors takes some twenty webhooks a second, and a second here is as busy as several of real calls.
 */
const MOST_ALIVE = 8;
const MOST_PENDING = 15;
/** Deadline, n8n's look for waits that are over, and some room. */
const END_WITHIN_MS = 240_000;

const { values } = parseArgs({ options: { calls: { type: 'string' }, seed: { type: 'string' }, signal: { type: 'string' } } });
const calls = Number(values.calls ?? 500);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const progress = printProgress();

/** All executions of a workflow, however many. n8n 2 tells where its next page begins; n8n 1 wants the last id. */
async function allExecutions(client, workflowId) {
	const limit = 100;
	const byId = new Map();
	for (let from = {}; ; ) {
		const answer = await client.request('GET', '/executions', undefined, { filter: JSON.stringify({ workflowId }), limit, ...from });
		const page = answer.results ?? answer;
		for (const execution of page) byId.set(execution.id, execution);
		if (answer.nextCursor) from = { cursor: answer.nextCursor };
		else if (answer.nextCursor === undefined && page.length >= limit) from = { lastId: page.at(-1).id };
		else return [...byId.values()];
	}
}

/** Sends the executions one after the other; n8n is restarted when half of them are sent. */
async function sendAll(n8n, gateway, flow, { executions, signal }) {
	const half = Math.floor(executions.length / 2);
	for (const [index, planned] of executions.entries()) {
		const room = () => gateway.calls.live.size < MOST_ALIVE && gateway.webhooks.pending < MOST_PENDING;
		await until('room for more calls', room, { timeoutMs: END_WITHIN_MS });
		const before = gateway.placed.length;
		await flow.send(planned.map(({ number }) => ({ phone: number, execution_number: index })));
		if (index === half) {
			// A call may be over within a fraction of a second: one that was alive between two looks counts too.
			await until('a call', () => gateway.calls.live.size > 0 || gateway.placed.length > before, { timeoutMs: END_WITHIN_MS });
			await restart(n8n, gateway, flow, signal, `after ${index + 1} of ${executions.length} executions`);
		}
		if (index % 20 === 19) progress.step(`${index + 1} of ${executions.length} executions are sent`);
	}
	return executions.length;
}

async function restart(n8n, gateway, flow, signal, when) {
	progress.step(`${signal} to n8n ${when}; calls alive: ${gateway.calls.live.size}`);
	// The gateway's further tries of a webhook span 13.5 real seconds, and so long n8n may be away.
	gateway.timeScale = 1;
	await n8n.end(signal);
	await n8n.startAgain();
	// n8n listens before it knows its webhooks; the question itself is answered 404, with a hint at POST once it does.
	await until('the webhook to be back', async () => /POST/.test(JSON.stringify((await n8n.client.open.get(`/webhook/${flow.name}`)).data)), { timeoutMs: END_WITHIN_MS });
	gateway.timeScale = TIME_SCALE;
	progress.step('n8n is back');
}

async function main() {
	const plan = planSoak({ seed, calls });
	if (values.signal) plan.signal = values.signal;
	progress.line(`${calls} calls in ${plan.executions.length} executions, ${plan.faults.length} faults, seed ${seed}`);
	await buildPackage();
	const gateway = await startGateway({ port: 0, world: 'demo', timeScale: TIME_SCALE, retryTimeScale: 1, quiet: true });
	gateway.world.rate_limit = 1_000_000;
	gateway.setFaults(plan.faults);
	const downstream = await startDownstream();
	const n8n = await startRestartableN8n({ release: '2', communityPackage: await packPackage(), userFolder: userFolderOf('soak'), environment: N8N });
	try {
		const { id, name } = await createGatewayCredential(n8n.client, gateway);
		const node = waitNode(
			{ cognigyVoiceGatewayApi: { id, name } },
			{ waitAtMost: WAIT_AT_MOST, options: { timeout: 15, timeLimit: 60, retriesIfNotPlaced: 3, callsPerSecond: 4 } },
		);
		const flow = await publishWaiting({ client: n8n.client, downstream }, [node]);
		progress.step('n8n is up');
		const started = await sendAll(n8n, gateway, flow, plan);
		progress.step('everything is sent');
		await gateway.idle();
		progress.step('every call has ended');
		let ended = [];
		await until('every execution to end', async () => {
			ended = (await allExecutions(n8n.client, flow.id)).filter(hasEnded);
			return ended.length >= started;
		}, { timeoutMs: END_WITHIN_MS, everyMs: 1_000 }).catch(({ message }) => progress.line(message));
		progress.step('every execution has ended');

		const { counts, wrong } = judge({ ...plan, placed: gateway.placed, deliveries: gateway.deliveries, runs: flow.runs(), ended, started });
		const webhooks = { 'calls placed': gateway.placed.length, 'numbers that rang': new Set(gateway.placed.map(({ number }) => number)).size, 'gateway requests': gateway.requests.length, 'webhooks sent (tries)': gateway.deliveries.length };
		for (const [what, count] of Object.entries({ ...webhooks, ...counts })) progress.line(`${String(count).padStart(7)}  ${what}`);
		for (const each of wrong) progress.line(`WRONG  ${each}`);
		progress.line(wrong.length === 0 ? `Nothing wrong. Seed ${seed}.` : `${wrong.length} wrong. The same again: npm run soak -- --calls ${calls} --seed ${seed} --signal ${plan.signal}`);
		return wrong.length === 0;
	} finally {
		await n8n.stop();
		await gateway.close();
		await downstream.close();
	}
}

main().then(
	(fine) => process.exit(fine ? 0 : 1),
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
