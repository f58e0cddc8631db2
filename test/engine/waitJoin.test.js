'use strict';

const { phones } = require('./calls');
const { answerCall, endCall } = require('./stage');
const { stagePerTest } = require('./stagePerTest');

let gateway;
let stage;
stagePerTest((fresh) => ({ gateway, stage } = fresh));

const numbers = (count) => Array.from({ length: count }, (_, index) => `+120255${String(index).padStart(2, '0')}180`);
const placedTo = (number) => gateway.placed.find((placed) => placed.number === number);
const RING = { timeout: 600, callsInParallel: 20 };
const park = async (items, setup = {}) => {
	const { options, ...parameters } = setup.parameters ?? {};
	const execution = await stage.run({ ...setup, items, parameters: { ...parameters, options: { ...RING, ...options } } });
	if (execution.status !== 'waiting') throw new Error(`the run is ${execution.status}: ${execution.error?.message}`);
	return execution;
};
/** Ends a call, and resolves once its last webhook was answered. */
const endAndHear = async (placed, refusal) => {
	endCall(gateway, placed.sid, refusal);
	while (gateway.webhooks.pending > 0) await new Promise((resolve) => gateway.once('quiet', resolve));
};

test.each([[3, 1], [12, 2], [30, 3]])('%i calls that end in an order of their own: one run, in input order, all complete (%#)', async (count, seed) => {
	const items = phones(...numbers(count));
	const execution = await park(items);
	const order = numbers(count).map((number, index) => ({ number, at: (index * 7919 * seed) % 31 })).sort((a, b) => a.at - b.at);
	for (const [index, { number }] of order.entries()) {
		expect(execution.runs).toBe(1);
		await endAndHear(placedTo(number), index % 3 === 0 ? [486, 'Busy Here'] : undefined);
	}
	await execution.until('success');
	expect(execution.downstream).toEqual([
		numbers(count).map((number, id) => {
			const busy = order.findIndex((entry) => entry.number === number) % 3 === 0;
			return expect.objectContaining({
				id, to: number, sid: placedTo(number).sid, callid: placedTo(number).callId, final: true, timed_out: false,
				outcome: busy ? 'busy' : 'answered', sip_status: busy ? 486 : 200, duration: busy ? null : 5, hung_up_by: busy ? null : 'callee',
			});
		}),
	]);
	expect(execution.items[0].map(({ pairedItem }) => pairedItem.item)).toEqual(items.map((_, index) => index));
	for (const number of numbers(count)) expect(gateway.rang(number)).toBe(1);
});

test('calls that all end at the same moment resume once', async () => {
	const execution = await park(phones(...numbers(10)));
	// The node takes the run for one that is being resumed for so long; here, as long as the test takes.
	jest.spyOn(Date, 'now').mockReturnValue(Date.now());
	for (const { sid } of gateway.placed) endCall(gateway, sid);
	await execution.until('success');
	await gateway.idle();
	jest.restoreAllMocks();
	expect(execution.runs).toBe(2);
	expect(execution.downstream).toHaveLength(1);
	// Whoever comes while n8n is resuming is asked to come again: should n8n fail to resume, nothing is lost.
	expect(new Set(stage.answers.map(({ status }) => status).filter((status) => status >= 500))).toEqual(new Set([503]));
	expect(execution.downstream[0].map(({ outcome }) => outcome)).toEqual(Array(10).fill('answered'));
});

test('each call keeps its own metadata, number and application', async () => {
	const items = numbers(3).map((phone, id) => ({ json: { phone, id, meta: { contact: id } } }));
	const execution = await park(items, { parameters: { options: { metadataJson: '={{ $json.meta }}' } } });
	for (const { sid } of [...gateway.placed].reverse()) await endAndHear({ sid });
	await execution.until('success');
	expect(execution.downstream[0]).toMatchObject(items.map(({ json }) => ({ to: json.phone, tag: { contact: json.id }, from: '+12025550100', direction: 'outbound' })));
});

test('one event of another call of the run, sent to the wrong item\'s address, says nothing about that item', async () => {
	const execution = await park(phones(...numbers(2)));
	const [first, second] = numbers(2).map(placedTo);
	endCall(gateway, second.sid);
	await stage.send(first, { call_sid: second.sid });
	expect(execution.status).toBe('waiting');
	await endAndHear(first, [603, 'Decline']);
	await execution.until('success');
	expect(execution.downstream[0]).toMatchObject([{ sid: first.sid, outcome: 'declined' }, { sid: second.sid, outcome: 'answered' }]);
});

test('a lost final event of one call is made good by the last event of another', async () => {
	gateway.setFaults([{ kind: 'webhook-drop', number: '01180', event: 'completed' }]);
	const execution = await park(phones(...numbers(3)));
	const [first, second, third] = numbers(3).map(placedTo);
	await endAndHear(first);
	await endAndHear(second);
	expect(execution.status).toBe('waiting');
	await endAndHear(third);
	await execution.until('success');
	expect(execution.downstream[0].map(({ outcome, timed_out: late }) => [outcome, late])).toEqual(Array(3).fill(['answered', false]));
});

test('a lost final event is made good by the repeated event of a call that had ended before the run parked', async () => {
	gateway.setFaults([{ kind: 'webhook-drop', number: '01180' }]);
	const [early, late] = numbers(2);
	// Its events meet a run that is not parked yet: 409, and the gateway repeats them.
	gateway.on('placed', ({ number, sid }) => number === early && setImmediate(() => endCall(gateway, sid)));
	const execution = await park(phones(early, late));
	gateway.removeAllListeners('placed');
	endCall(gateway, placedTo(late).sid, [486, 'Busy Here']);
	await stage.send(placedTo(early), { duration: 5 });
	await execution.until('success');
	expect(execution.downstream[0]).toMatchObject([{ outcome: 'answered', timed_out: false, sid: placedTo(early).sid }, { outcome: 'busy', timed_out: false, sid: placedTo(late).sid }]);
});

describe('the gateway cannot be asked about the other calls, of which another process heard', () => {
	beforeEach(() => stage.spreadWebhooks(2));

	test.each([['500', 'getCall'], ['429', 'getCall'], ['reset', 'getCall'], ['html', 'getCall']])('%s: 503, so that it sends the event again; then the run goes on', async (kind, operation) => {
		const execution = await park(phones(...numbers(2)));
		const [first, second] = numbers(2).map(placedTo);
		await endAndHear(first);
		gateway.setFaults([{ kind, operation, count: 1 }]);
		await endAndHear(second);
		expect(stage.answers.map(({ status }) => status)).toContain(503);
		await execution.until('success');
		expect(execution.downstream[0].map(({ outcome }) => outcome)).toEqual(['answered', 'answered']);
	});

	test('never, in one process: what it heard of the other calls is enough', async () => {
		stage.processes = [];
		const execution = await park(phones(...numbers(3)));
		gateway.setFaults([{ kind: '500', operation: '*' }]);
		for (const { sid } of gateway.placed) endCall(gateway, sid, [603, 'Decline']);
		await execution.until('success');
		expect(execution.downstream[0].map(({ outcome }) => outcome)).toEqual(Array(3).fill('declined'));
	});

	test('never: the deadline still ends the wait', async () => {
		const execution = await park(phones(...numbers(2)));
		gateway.setFaults([{ kind: '500', operation: '*' }]);
		for (const { sid } of gateway.placed) await endAndHear({ sid });
		expect(execution.status).toBe('waiting');
		await stage.timeOut(execution);
		expect(execution.outputs[0].map(({ outcome, timed_out: late, sid }) => [outcome, late, sid])).toEqual(numbers(2).map((number) => ['unknown', true, placedTo(number).sid]));
	});
});

describe('a call whose record the gateway has dropped', () => {
	beforeEach(() => stage.spreadWebhooks(2));

	test.each([['answered', undefined, { outcome: 'answered', duration: 5, hung_up_by: 'callee' }], ['busy', [486, 'Busy Here'], { outcome: 'busy', sip_status: 486, duration: 0 }]])(
		'is found in the call history: %s', async (_what, refusal, expected) => {
			const execution = await park(phones(...numbers(2)));
			const [first, second] = numbers(2).map(placedTo);
			await endAndHear(first, refusal);
			gateway.expireRecords(first.sid);
			await endAndHear(second);
			await execution.until('success');
			expect(gateway.requests.some(({ path }) => path.includes('/RecentCalls?'))).toBe(true);
			expect(execution.downstream[0]).toMatchObject([{ sid: first.sid, callid: first.callId, to: numbers(1)[0], from: '+12025550100', final: true, ...expected }, { sid: second.sid }]);
		},
	);

	test('is found there too when there are many', async () => {
		const execution = await park(phones(...numbers(15)));
		const last = gateway.placed[4];
		for (const placed of gateway.placed) if (placed !== last) await endAndHear(placed);
		gateway.expireRecords();
		await endAndHear(last);
		await execution.until('success');
		expect(execution.downstream[0].map(({ outcome }) => outcome)).toEqual(Array(15).fill('answered'));
	});
});

describe('failed and skipped items beside waiting ones', () => {
	const faults = [{ kind: '480', number: '00201' }, { kind: '500', number: '00202' }];
	const items = () => phones(numbers(1)[0], '+12025500201', 'nonsense', '+12025500202', numbers(2)[1]);
	const wait = async (onError) => {
		gateway.setFaults(faults);
		const execution = await park(items(), { settings: { onError } });
		for (const number of numbers(2)) await endAndHear(placedTo(number));
		await execution.until('success');
		return execution;
	};

	test('Continue: one output per item, in order', async () => {
		const execution = await wait('continueRegularOutput');
		expect(execution.downstream).toEqual([[
			expect.objectContaining({ id: 0, outcome: 'answered', sid: placedTo(numbers(1)[0]).sid }),
			expect.objectContaining({ id: 1, outcome: 'failed', sid: null, error: expect.stringMatching(/no available feature servers.*\[item 1\]/) }),
			expect.objectContaining({ id: 2, phone: 'nonsense', outcome: 'failed', error: expect.stringMatching(/"nonsense".*\[item 2\]/) }),
			expect.objectContaining({ id: 3, outcome: 'unknown', timed_out: false, message: expect.stringMatching(/may have been placed/) }),
			expect.objectContaining({ id: 4, outcome: 'answered' }),
		]]);
		for (const index of [0, 3, 4]) expect(execution.downstream[0][index]).not.toHaveProperty('error');
	});

	test.each(['webhook', 'timeout'])('Continue (using error output), %s: failed items on the second output, with their input', async (how) => {
		gateway.setFaults(faults);
		const execution = await park(items(), { settings: { onError: 'continueErrorOutput' } });
		if (how === 'timeout') await stage.timeOut(execution);
		else for (const number of numbers(2)) await endAndHear(placedTo(number));
		await execution.until('success');
		const outcome = how === 'timeout' ? 'unknown' : 'answered';
		expect(execution.outputs[0]).toMatchObject([{ id: 0, outcome }, { id: 3, outcome: 'unknown' }, { id: 4, outcome }]);
		expect(execution.outputs[1]).toMatchObject([
			{ id: 1, phone: '+12025500201', error: expect.stringMatching(/no available feature servers/) },
			{ id: 2, phone: 'nonsense', error: expect.stringMatching(/"nonsense"/) },
		]);
	});

	test('Stop: the error names the item and every sid; nothing waits', async () => {
		gateway.setFaults([{ kind: '480', number: '02180' }]);
		const execution = await stage.run({ items: phones(...numbers(4)), parameters: { options: { ...RING, callsInParallel: 1 } } });
		expect(execution.status).toBe('error');
		expect(execution.error.message).toMatch(/no available feature servers.*\[item 2\]/);
		expect(execution.error.description).toContain(`item 0: ${placedTo(numbers(4)[0]).sid}; item 1: ${placedTo(numbers(4)[1]).sid}`);
		expect(gateway.placed).toHaveLength(2);
	});
});

describe('a call in doubt beside another', () => {
	const doubtful = async (which) => {
		gateway.setFaults([{ kind: 'reset-after-placing', number: '00180' }]);
		const execution = await park(phones(...numbers(2)));
		const [doubt, other] = numbers(2).map(placedTo);
		const order = which === 'the other call' ? [doubt, other] : [other, doubt];
		await endAndHear(order[0], [603, 'Decline']);
		expect(execution.status).toBe('waiting');
		await endAndHear(order[1], [603, 'Decline']);
		await execution.until('success');
		const [first, second] = execution.downstream[0];
		expect(second).toMatchObject({ sid: other.sid, outcome: 'declined' });
		return { doubt, first };
	};

	test.each(['the call in doubt', 'the other call'])('%s ends last, in one process: one run, both outcomes right', async (which) => {
		const { doubt, first } = await doubtful(which);
		expect(first).toMatchObject({ sid: doubt.sid, outcome: 'declined', timed_out: false });
	});

	test('the other call ends last, in another process: one run, and the call in doubt is unknown', async () => {
		stage.spreadWebhooks(2);
		const { first } = await doubtful('the other call');
		expect(first).toMatchObject({ sid: null, outcome: 'unknown', timed_out: false });
	});
});

describe('Resume When "answered"', () => {
	test('the run goes on when the last call is answered or over', async () => {
		const execution = await park(phones('+12025500180', '+12025501180', '+12025502180'), { parameters: { resumeWhen: 'answered' } });
		const [first, second, third] = gateway.placed;
		answerCall(gateway, first.sid);
		await endAndHear(second, [486, 'Busy Here']);
		expect(execution.status).toBe('waiting');
		answerCall(gateway, third.sid);
		await execution.until('success');
		expect(execution.downstream[0].map(({ sid, call_status: status, outcome, final }) => [sid, status, outcome, final])).toEqual([
			[first.sid, 'in-progress', null, false], [second.sid, 'busy', 'busy', true], [third.sid, 'in-progress', null, false],
		]);
	});
});
