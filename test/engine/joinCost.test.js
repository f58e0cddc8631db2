'use strict';

const { startGateway } = require('../gateway');
const { phones } = require('./calls');
const { closeStages, endCall, startStage } = require('./stage');

/** How many requests the gateway gets from a run that waits for many calls. */

let gateway;
let stage;
beforeAll(async () => {
	// The tries of a webhook have to outlast what a busy machine takes for hundreds of them.
	gateway = await startGateway({ world: 'demo', timeScale: 0.3 });
	stage = await startStage(gateway);
});
afterAll(async () => {
	await closeStages();
	await gateway.close();
});

const numbers = (count) => Array.from({ length: count }, (_, index) => `+12025${String(index).padStart(3, '0')}180`);

/** A sequence that looks random and is the same each time. */
function shuffled(list, seed) {
	let state = seed;
	const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
	return list.map((entry) => ({ entry, at: next() })).sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}

/** Requests beside the creates, for one run whose calls end one by one. */
async function cost(count, seed, atOnce = false) {
	gateway.reset();
	gateway.world.rate_limit = 1e6;
	// The calls end when the test says so.
	gateway.clock.stop();
	const execution = await stage.run({ items: phones(...numbers(count)), parameters: { options: { timeout: 600, callsInParallel: 20 } } });
	const early = gateway.requests.length - count;
	for (const { sid } of shuffled([...gateway.placed], seed)) {
		endCall(gateway, sid);
		while (!atOnce && gateway.webhooks.pending > 0) await new Promise((resolve) => gateway.once('quiet', resolve));
	}
	await execution.until('success');
	expect(execution.downstream[0].map(({ outcome }) => outcome)).toEqual(Array(count).fill('answered'));
	return { early, join: gateway.requests.length - count - early };
}

test.each([
	['one process', 0, { atMost: 1, growth: 1.5 }],
	['four processes', 4, { atMost: 5, growth: 2.5 }],
])('joining 10, 50 and 100 calls in %s costs few requests per call, and hardly more per call when there are more', async (_where, processes, { atMost, growth }) => {
	stage.spreadWebhooks(processes);
	const perCall = {};
	for (const count of [10, 50, 100]) {
		const { early, join } = await cost(count, count);
		// Before parking: the secret, and the calls that ended at once (each, or one list).
		expect(early).toBeLessThanOrEqual(Math.min(count, 8) + 3);
		perCall[count] = join / count;
	}
	for (const requests of Object.values(perCall)) expect(requests).toBeLessThanOrEqual(atMost);
	expect(perCall[100] / perCall[10]).toBeLessThan(growth);
});

test('calls of one run that all end at the same moment cost few requests too', async () => {
	stage.spreadWebhooks(0);
	const perCall = {};
	for (const count of [10, 50, 100]) {
		const { join } = await cost(count, count, true);
		await gateway.idle();
		perCall[count] = join / count;
	}
	for (const requests of Object.values(perCall)) expect(requests).toBeLessThanOrEqual(1);
});
