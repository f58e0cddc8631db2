'use strict';

const { client, release } = require('./suite/session');
const { endedExecutions, newNumber, publishWaiting, splitNode, waitNode } = require('./suite/waiting');
const { waitingSuite } = require('./suite/waiting-suite');
const { callNode, node, webhookNode, workflow } = require('./suite/workflows');
const { N8nClient } = require('./lib/n8n-client');
const { until } = require('./lib/until');

describe('nobody is called twice, and nothing placed is lost', () => {
	let gateway;
	let credentials;
	let bench;
	waitingSuite((opened) => ({ gateway, credentials, bench } = opened));

	const publish = (parameters, settings) => publishWaiting(bench, [waitNode(credentials, { ...parameters, settings })]);
	const sidOf = (phone) => gateway.placed.find(({ number }) => number === phone)?.sid;
	const rang = (phones) => phones.map((phone) => gateway.rang(phone));
	const again = (scope, key = '') => ({ doNotCallAgain: { settings: { key, period: 24, scope } } });

	test('Do Not Call Again: within a batch, in a later execution, and by a key of its own', async () => {
		const [one, two, three] = [newNumber('200'), newNumber('486'), newNumber('603')];
		const flow = await publish({ options: again('node') });
		await flow.send([one, one, two]);
		await flow.ended(1);
		await flow.send([two, three, one]);
		await flow.ended(2);
		const told = flow.runs().map(({ items }) => items.map(({ outcome, skip_reason: reason, duplicate_of: of }) => [outcome, reason, of]));
		expect(told).toEqual([
			[['answered', undefined, undefined], ['skipped', 'duplicate', sidOf(one)], ['busy', undefined, undefined]],
			[['skipped', 'duplicate', sidOf(two)], ['declined', undefined, undefined], ['skipped', 'duplicate', sidOf(one)]],
		]);
		expect(rang([one, two, three])).toEqual([1, 1, 1]);

		const byKey = await publish({ options: again('node', '={{ $json.contact }}') });
		const [home, mobile] = [newNumber('486'), newNumber('486')];
		await byKey.send([{ phone: home, contact: 'C-1' }, { phone: mobile, contact: 'C-1' }]);
		await byKey.ended();
		expect(byKey.runs()[0].items.map(({ outcome }) => outcome)).toEqual(['busy', 'skipped']);
		expect(rang([home, mobile])).toEqual([1, 0]);
	});

	test.each([
		['node', ['busy', 'busy'], 2],
		['workflow', ['busy', 'skipped'], 1],
	])('Do Not Call Again, remembered for the %s: two nodes of one workflow', async (scope, outcomes, times) => {
		const node1 = waitNode(credentials, { name: 'First', options: again(scope) });
		const node2 = waitNode(credentials, { name: 'Second', options: again(scope) });
		const flow = await publishWaiting(bench, [node1, node2]);
		const phone = newNumber('486');
		await flow.send([phone]);
		const [{ id }] = await flow.ended();
		const execution = await client.execution(id);
		expect(['First', 'Second'].map((name) => N8nClient.outputOf(execution, name)[0].outcome)).toEqual(outcomes);
		expect(gateway.rang(phone)).toBe(times);
	});

	test('Do Not Call Again: five executions at the same moment', async () => {
		const phone = newNumber('486');
		const flow = await publish({ options: again('node') });
		await Promise.all(Array.from({ length: 5 }, () => flow.send([phone])));
		await flow.ended(5);
		expect(gateway.rang(phone)).toBe(1);
		expect(flow.runs().map(({ items }) => items[0].outcome).sort()).toEqual(['busy', 'skipped', 'skipped', 'skipped', 'skipped']);
	});

	test('Do Not Call Again: a call that was certainly not placed may be tried by the next execution', async () => {
		const phone = newNumber('486');
		gateway.setFaults({ kind: '401', number: phone.slice(1) });
		const flow = await publish({ options: again('node') });
		await flow.send([phone]);
		expect((await flow.ended(1))[0].status).toBe('error');
		gateway.clearFaults();
		await flow.send([phone]);
		expect((await flow.ended(2))[1].status).toBe('success');
		expect(gateway.rang(phone)).toBe(1);
	});

	test('Retry On Fail: the second try dials only what was not placed, and waits for all', async () => {
		const [good, doubtful, bad] = [newNumber('200'), newNumber('486'), newNumber('603')];
		gateway.setFaults([
			{ kind: '500-after-placing', number: doubtful.slice(1) },
			{ kind: '401', number: bad.slice(1), count: 1 },
		]);
		const flow = await publish({ options: { callsInParallel: 1 } }, { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 });
		await flow.send([good, doubtful, bad]);
		const [{ status }] = await flow.ended();
		expect(status).toBe('success');
		expect(rang([good, doubtful, bad])).toEqual([1, 1, 1]);
		expect(flow.runs()).toHaveLength(1);
		expect(flow.runs()[0].items.map(({ outcome }) => outcome)).toEqual(['answered', expect.stringMatching(/^(busy|unknown)$/), 'declined']);
	});

	test('Stop Workflow names what was placed; the editor\'s retry does not dial it again', async () => {
		const [placed, bad] = [newNumber('200'), newNumber('486')];
		gateway.setFaults({ kind: '401', number: bad.slice(1) });
		const flow = await publish({ options: { callsInParallel: 1 } });
		await flow.send([placed, bad]);
		const [{ id, status }] = await flow.ended();
		expect(status).toBe('error');
		const { error } = (await client.execution(id)).data.resultData;
		expect(error.message).toMatch(/\[item 1\]/);
		expect(error.description).toContain(sidOf(placed));
		await gateway.idle();
		gateway.clearFaults();
		await client.request('POST', `/executions/${id}/retry`, { loadWorkflow: false });
		const [, second] = await flow.ended(2);
		expect(second.status).toBe('success');
		expect(rang([placed, bad])).toEqual([1, 1]);
		expect(flow.runs().map(({ items }) => items.map(({ outcome, call_sid: sid }) => [outcome, sid]))).toEqual([
			[['answered', sidOf(placed)], ['busy', sidOf(bad)]],
		]);
	});

	test('stopping a running execution stops dialling within a second', async () => {
		const phones = Array.from({ length: 20 }, () => newNumber('001'));
		const flow = await publish({ options: { callsPerSecond: 2 } });
		await flow.send(phones);
		await until('the first calls', () => rang(phones).filter(Boolean).length >= 3);
		const [{ id }] = await client.executions(flow.id);
		await client.request('POST', `/executions/${id}/stop`);
		const stoppedAt = Date.now();
		const [{ status }] = await flow.ended();
		await new Promise((resolve) => setTimeout(resolve, 2_500));
		const late = gateway.placed.filter(({ number, at }) => phones.includes(number) && at > stoppedAt + 1_000);
		expect(late).toEqual([]);
		expect(rang(phones).filter(Boolean).length).toBeLessThan(8);
		expect(status).toBe('canceled');
		expect(flow.runs()).toEqual([]);
	});

	test('Continue (using error output): the good ones go on once, the bad ones to the second output', async () => {
		const [good, busy, refused] = [newNumber('200'), newNumber('486'), newNumber('603')];
		gateway.setFaults({ kind: '401', number: refused.slice(1) });
		const name = `error-output-${Date.now()}`;
		const webhook = webhookNode(name);
		webhook.parameters = { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} };
		const call = waitNode(credentials, { settings: { onError: 'continueErrorOutput' } });
		const failed = bench.downstream.step(`${name}-failed`);
		const definition = workflow(name, [webhook, splitNode(), call, bench.downstream.step(name)], [failed]);
		definition.connections[call.name].main[1] = [{ node: failed.name, type: 'main', index: 0 }];
		const { id } = await client.createWorkflow(definition);
		await client.publish(id);
		await client.callWebhook(name, { calls: [good, 'nonsense', busy, refused].map((phone) => ({ phone })) });
		const [{ status }] = await endedExecutions(client, id, 1, 30_000);
		await gateway.idle();
		expect(status).toBe('success');
		expect(bench.downstream.runs(name).map(({ items }) => items.map(({ outcome }) => outcome))).toEqual([['answered', 'busy']]);
		expect(bench.downstream.runs(`${name}-failed`).map(({ items }) => items.map(({ phone, error }) => [phone, Boolean(error)]))).toEqual([
			[['nonsense', true], [refused, true]],
		]);
		expect(rang([good, busy, refused])).toEqual([1, 1, 0]);
	});

	test('a loop of three rounds through Create and Wait: each round dials and waits for its own call', async () => {
		const phones = [newNumber('200'), newNumber('486'), newNumber('603')];
		gateway.setFaults({ kind: 'webhook-duplicate', times: 2 });
		const name = `loop-${Date.now()}`;
		const webhook = webhookNode(name);
		webhook.parameters = { httpMethod: 'POST', path: name, responseMode: 'onReceived', options: {} };
		const loop = node('n8n-nodes-base.splitInBatches', 'Loop', { batchSize: 1, options: {} }, { typeVersion: 3 });
		const call = waitNode(credentials);
		const definition = workflow(name, [webhook, splitNode(), loop, bench.downstream.step(name)], [call]);
		definition.connections.Loop.main[1] = [{ node: call.name, type: 'main', index: 0 }];
		definition.connections[call.name] = { main: [[{ node: 'Loop', type: 'main', index: 0 }]] };
		const { id } = await client.createWorkflow(definition);
		await client.publish(id);
		await client.callWebhook(name, { calls: phones.map((phone) => ({ phone })) });
		await endedExecutions(client, id, 1, 45_000);
		expect(bench.downstream.runs(name).map(({ items }) => items.map(({ phone, outcome }) => [phone, outcome]))).toEqual([
			[[phones[0], 'answered'], [phones[1], 'busy'], [phones[2], 'declined']],
		]);
		expect(rang(phones)).toEqual([1, 1, 1]);
	});

	test('Create with Retry On Fail does not dial twice either', async () => {
		const [good, bad] = [newNumber('200'), newNumber('486')];
		gateway.setFaults({ kind: '401', number: bad.slice(1), count: 1 });
		const call = {
			...callNode(credentials, { toNumber: '={{ $json.phone }}', statusUpdates: 'none', options: { callsInParallel: 1 } }),
			retryOnFail: true,
			maxTries: 2,
			waitBetweenTries: 100,
		};
		const flow = await publishWaiting(bench, [call]);
		await flow.send([good, bad]);
		await flow.ended();
		expect(flow.runs().map(({ items }) => items.map(({ call_sid: sid }) => sid))).toEqual([[sidOf(good), sidOf(bad)]]);
		expect([release, ...rang([good, bad])]).toEqual([release, 1, 1]);
	});
});
