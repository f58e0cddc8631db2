'use strict';

const { compiled } = require('./compiled');
const { letPass } = require('./fakeClock');

const { takeLine } = compiled('dialling/lines.js');

const never = () => false;

beforeEach(() => jest.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => jest.useRealTimers());

let accounts = 0;

/**
 * An account of a gateway whose answers take their time.
 *
 * @param {() => number} latency of a count, in milliseconds: the calls are counted at once, and told later
 */
function account(latency = () => 5) {
	const self = { live: 0, most: 0, placedAt: [], asked: [], client: undefined };
	self.client = {
		account: { baseUrl: `http://gateway-${++accounts}.test`, accountSid: 'a' },
		unreadable: ({ status }, changesState) => ({ message: `HTTP ${status} cannot be read`, changesState }),
		send: async ({ method, path }) => {
			if (`${method} ${path}` !== 'GET /CallCount') throw new Error(`what is ${method} ${path}?`);
			self.asked.push(Date.now());
			const body = self.answer ?? { inbound: 0, outbound: self.live };
			await new Promise((resolve) => setTimeout(resolve, latency()));
			return { answer: { status: 200, headers: {}, body } };
		},
	};
	return self;
}

/** One call: takes a line, is placed `latency` later, and lives for `length`. */
async function callOn(self, max, { latency = 20, length = 60_000, placed = true, canceled = never } = {}) {
	const line = await takeLine(self.client, max, canceled);
	if (line === undefined || 'problem' in line) return line;
	await new Promise((resolve) => setTimeout(resolve, latency));
	if (placed) {
		self.most = Math.max(self.most, ++self.live);
		self.placedAt.push(Date.now());
		setTimeout(() => self.live--, length);
	}
	line.settle(placed);
	return line;
}

/** Whether no line is found within a time, in milliseconds, after which the run is stopped. */
async function findsNone(self, max, ms) {
	let stopped = false;
	const line = takeLine(self.client, max, () => stopped);
	await jest.advanceTimersByTimeAsync(ms);
	stopped = true;
	return (await letPass(line)) === undefined;
}

const mostIn = (times, ms) => Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));

describe('never more calls than allowed', () => {
	test.each([[1, 5, 5], [3, 12, 12], [10, 40, 20], [5, 30, 100]])('at most %i, %i calls, %i waiting at once', async (max, count, parallel) => {
		const self = account();
		let next = 0;
		const worker = async () => {
			while (next++ < count) await callOn(self, max, { length: 1500 });
		};
		await letPass(Promise.all(Array.from({ length: parallel }, worker)));
		expect(self.most).toBe(Math.min(max, count));
	});

	test('a count that is told late does not let more through: what was placed after it was taken is added', async () => {
		let slow = false;
		const self = account(() => (slow ? 1400 : 5));
		const first = Promise.all([1, 2, 3].map(async () => await callOn(self, 5, { latency: 300 })));
		await jest.advanceTimersByTimeAsync(900);
		slow = true;
		// Two are placed 100 ms after the gateway counted; its answer comes more than a second after that.
		const [a, b] = [callOn(self, 5, { latency: 120 }), callOn(self, 5, { latency: 120 })];
		const more = Promise.all([1, 2, 3, 4].map(async () => await callOn(self, 5, { canceled: () => Date.now() > 1_795_000_006_000 })));
		await letPass(Promise.all([first, a, b, more]));
		expect(self.most).toBeLessThanOrEqual(5);
	});

	test.each([20, 900, 1900])('a call whose placing takes %i ms holds its line meanwhile', async (latency) => {
		const self = account(() => 700);
		await letPass(Promise.all(Array.from({ length: 8 }, async () => await callOn(self, 3, { latency, canceled: () => Date.now() > 1_795_000_020_000 }))));
		expect(self.most).toBeLessThanOrEqual(3);
	});

	test.each([20, 600, 900])('a gateway whose count lags behind by half a second is not trusted too much, with calls that are placed after %i ms', async (latency) => {
		const self = account();
		const { send } = self.client;
		self.client.send = async (request) => {
			const answer = await send(request);
			answer.answer.body = { inbound: 0, outbound: self.placedAt.filter((at) => Date.now() - at >= 500).length };
			return answer;
		};
		await letPass(Promise.all(Array.from({ length: 12 }, async () => await callOn(self, 4, { latency, length: 300_000, canceled: () => Date.now() > 1_795_000_010_000 }))));
		expect(self.most).toBe(4);
	});

	test('a call is counted once: placed long before the gateway was asked, it is the gateway that counts it', async () => {
		const self = account();
		for (const parallel of [2, 1]) {
			await letPass(Promise.all(Array.from({ length: parallel }, async () => await callOn(self, 3))));
			await jest.advanceTimersByTimeAsync(5000);
		}
		expect([self.most, self.asked.length]).toEqual([3, 2]);
	});
});

describe('the gateway is not asked too often', () => {
	test('while nothing becomes free: about once a second, however many wait and since when', async () => {
		const self = account();
		self.live = 5;
		let stopped = false;
		const waiting = Array.from({ length: 20 }, async (_, index) => {
			await new Promise((resolve) => setTimeout(resolve, index * 47));
			return await callOn(self, 5, { canceled: () => stopped });
		});
		await jest.advanceTimersByTimeAsync(30_000);
		stopped = true;
		await letPass(Promise.all(waiting));
		expect(mostIn(self.asked, 1000)).toBeLessThanOrEqual(2);
		expect(self.asked.length).toBeLessThanOrEqual(31);
	});

	test('while calls come and go: about once a second', async () => {
		const self = account();
		let next = 0;
		const started = Date.now();
		const worker = async () => {
			while (next++ < 60) await callOn(self, 5, { length: 2500 });
		};
		await letPass(Promise.all(Array.from({ length: 10 }, worker)));
		const seconds = (Date.now() - started) / 1000;
		expect(self.asked.length).toBeLessThanOrEqual(seconds * 1.2 + 2);
		expect(self.most).toBe(5);
	});

	test('a single wait asks less often the longer it lasts', async () => {
		const self = account();
		self.live = 5;
		let stopped = false;
		const waiting = callOn(self, 5, { canceled: () => stopped });
		await jest.advanceTimersByTimeAsync(60_000);
		stopped = true;
		await letPass(waiting);
		expect(self.asked.length).toBeLessThanOrEqual(16);
		expect(self.asked.length).toBeGreaterThan(8);
	});
});

test('a count of before says nothing about now', async () => {
	const self = account();
	const first = await letPass(takeLine(self.client, 2, never));
	first.settle(false);
	self.live = 2;
	await jest.advanceTimersByTimeAsync(10_000);
	expect(await findsNone(self, 2, 500)).toBe(true);
	expect(self.asked).toHaveLength(2);
});

test('a call that was not placed gives its line back at once', async () => {
	const self = account();
	const [first, second] = await letPass(Promise.all([takeLine(self.client, 2, never), takeLine(self.client, 2, never)]));
	first.settle(false);
	const third = await letPass(takeLine(self.client, 2, never), 1);
	expect([third, self.asked.length]).toEqual([{ settle: expect.any(Function) }, 1]);
	expect(await findsNone(self, 2, 1500)).toBe(true);
	expect(self.asked).toHaveLength(2);
	for (const line of [second, third]) line.settle(false);
});

test('a free line is found within a few seconds', async () => {
	const self = account();
	const first = callOn(self, 1, { length: 10_000 });
	await letPass(first);
	const freeAt = Date.now() + 10_000;
	await letPass(callOn(self, 1));
	expect(Date.now() - freeAt).toBeLessThan(6000);
});

test('a stop ends the waiting within a second', async () => {
	const self = account();
	self.live = 3;
	let stopped = false;
	const waiting = takeLine(self.client, 3, () => stopped);
	await jest.advanceTimersByTimeAsync(20_000);
	stopped = true;
	const at = Date.now();
	expect(await letPass(waiting)).toBeUndefined();
	expect(Date.now() - at).toBeLessThan(1000);
});

test.each([[{}], [null], ['text'], [{ inbound: '1', outbound: 2 }], [{ inbound: 0 }], [[]]])('a count of %j is a problem, not a free line', async (answer) => {
	const self = account();
	self.answer = answer;
	if (answer === null) self.client.send = async () => ({ answer: { status: 200, headers: {}, body: null } });
	expect(await letPass(takeLine(self.client, 3, never))).toEqual({ problem: { message: 'HTTP 200 cannot be read', changesState: false } });
});

test('inbound calls count, and accounts do not share lines', async () => {
	const [busy, free] = [account(), account()];
	busy.answer = { inbound: 2, outbound: 1 };
	let stopped = false;
	const waiting = takeLine(busy.client, 3, () => stopped);
	expect(await letPass(takeLine(free.client, 3, never))).toHaveProperty('settle');
	await jest.advanceTimersByTimeAsync(2000);
	stopped = true;
	expect(await letPass(waiting)).toBeUndefined();
});
