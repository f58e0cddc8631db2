'use strict';

const { startGateway } = require('../gateway');
const { communityPackage, release } = require('./suite/session');
const { newNumber, publishWaiting, startDownstream, waitNode } = require('./suite/waiting');
const { WITHOUT_EDITOR } = require('./lib/n8n-environment');
const { createGatewayCredential } = require('./lib/n8n-with-package');
const { userFolderOf } = require('./lib/places');
const { startRestartableN8n } = require('./lib/restartable-n8n');
const { until } = require('./lib/until');

/** Of a call, in seconds. */
const TIME_LIMIT = 30;
/** Then each of the calls below has been answered (or was busy, 1.5 s), and none has ended (the shortest, 3.5 s). */
const ANSWERED_AFTER_MS = 2_000;
const WITH_RESTART_MS = 180_000;

describe('n8n is restarted', () => {
	let gateway;
	let credentials;
	let downstream;
	let n8n;
	beforeAll(async () => {
		gateway = await startGateway({ port: 0, world: 'demo', quiet: true });
		downstream = await startDownstream();
		n8n = await startRestartableN8n({ release, communityPackage, userFolder: userFolderOf(`restart-${release}`), environment: WITHOUT_EDITOR });
		const { id, name } = await createGatewayCredential(n8n.client, gateway);
		credentials = { cognigyVoiceGatewayApi: { id, name } };
	}, WITH_RESTART_MS);
	afterAll(async () => {
		await n8n?.stop();
		await gateway.close();
		await downstream.close();
	});

	test.each(['SIGTERM', 'SIGKILL'])('%s while runs wait: each goes on once, and nobody is called again', async (signal) => {
		const options = { timeLimit: TIME_LIMIT, detectAnsweringMachine: true, doNotCallAgain: { settings: { key: '', period: 24, scope: 'node' } } };
		const publish = () => publishWaiting({ client: n8n.client, downstream }, [waitNode(credentials, { options })]);
		const [ends, goesOn, several] = [await publish(), await publish(), await publish()];
		// Ends while n8n is down; long after; and a run of both kinds.
		const phones = { ends: [newNumber('200')], goesOn: [newNumber('220')], several: [newNumber('486'), newNumber('220'), newNumber('200')] };
		const finalStatus = (phone) => gateway.placed.find(({ number }) => number === phone).final_status;

		// The gateway's time and its further tries wait for n8n: how long it takes to park, to end and to start decides nothing.
		gateway.clock.stop();
		await goesOn.send(phones.goesOn);
		await several.send(phones.several);
		await ends.send(phones.ends);
		for (const flow of [ends, goesOn, several]) await flow.reached('waiting');
		gateway.clock.advance(ANSWERED_AFTER_MS);
		await until('n8n to have every webhook', () => gateway.webhooks.pending === 0);
		expect(Object.values(phones).flat().map(finalStatus)).toEqual([undefined, undefined, 'busy', undefined, undefined]);
		for (const flow of [ends, goesOn, several]) await flow.reached('waiting');

		await n8n.end(signal);
		const tryAgain = gateway.webhooks.holdRetries();
		const away = gateway.deliveries.length;
		gateway.clock.advanceTo(() => [phones.ends[0], phones.several[2]].every(finalStatus));
		await until('both ends, told in vain', () => gateway.deliveries.slice(away).filter(({ event, error }) => event === 'completed' && error).length === 2);
		await n8n.startAgain();
		tryAgain();
		const succeeded = async (flow) => expect((await flow.ended(1, 60_000)).map(({ status }) => status)).toEqual(['success']);
		await succeeded(ends);
		gateway.clock.advance(TIME_LIMIT * 1000);
		await succeeded(goesOn);
		await succeeded(several);
		gateway.clock.go();
		await gateway.idle();

		const outcomes = (flow) => flow.runs().map(({ items }) => items.map(({ phone, outcome, timed_out: late }) => [phone, outcome, late]));
		expect(outcomes(ends)).toEqual([[[phones.ends[0], 'answered', false]]]);
		expect(outcomes(goesOn)).toEqual([[[phones.goesOn[0], 'answered', false]]]);
		expect(outcomes(several)).toEqual([
			[[phones.several[0], 'busy', false], [phones.several[1], 'answered', false], [phones.several[2], 'answered', false]],
		]);

		// Who was called before the restart is remembered after it.
		await ends.send(phones.ends);
		await ends.ended(2);
		expect(ends.runs().at(-1).items[0]).toMatchObject({ outcome: 'skipped', skip_reason: 'duplicate' });
		expect(Object.values(phones).flat().map((phone) => gateway.rang(phone))).toEqual([1, 1, 1, 1, 1]);
	}, WITH_RESTART_MS);

	test('SIGKILL while a run waits, and no end is ever heard: it goes on at its deadline', async () => {
		const flow = await publishWaiting({ client: n8n.client, downstream }, [waitNode(credentials, { waitAtMost: 0.5 })]);
		const phone = newNumber('220');
		gateway.clock.stop();
		await flow.send([phone]);
		await flow.reached('waiting');
		await n8n.end('SIGKILL');
		await n8n.startAgain();
		expect((await flow.ended(1, 120_000)).map(({ status }) => status)).toEqual(['success']);
		expect(flow.runs().map(({ items }) => items.map(({ outcome, timed_out: late }) => [outcome, late]))).toEqual([[['unknown', true]]]);
		expect(gateway.rang(phone)).toBe(1);
		gateway.calls.hangUp([...gateway.calls.live][0], 'caller');
		gateway.clock.go();
		await gateway.idle();
	}, WITH_RESTART_MS);

	test('SIGKILL while a run dials: it counts as crashed, and nothing of it is dialled again', async () => {
		const flow = await publishWaiting({ client: n8n.client, downstream }, [waitNode(credentials, { options: { callsPerSecond: 2 } })]);
		const phones = Array.from({ length: 20 }, () => newNumber('486'));
		await flow.send(phones);
		const rang = () => phones.map((phone) => gateway.rang(phone));
		await until('the first calls', () => rang().filter(Boolean).length >= 3);
		await n8n.end('SIGKILL');
		const placed = rang();
		await n8n.startAgain();
		const [{ status }] = await flow.ended(1, 60_000);
		await gateway.idle();
		expect(['crashed', 'error']).toContain(status);
		expect(rang()).toEqual(placed);
		expect(Math.max(...placed)).toBe(1);
		expect(flow.runs()).toEqual([]);
	}, WITH_RESTART_MS);
});
