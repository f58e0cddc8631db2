'use strict';

const { startGateway } = require('../gateway');
const { call, phones } = require('./calls');
const { compiled } = require('../unit/compiled');
const { letPass } = require('../unit/fakeClock');
const { gatewayContext } = require('../unit/strictContext');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01 });
});
beforeEach(() => {
	gateway.world.rate_limit = 1e6;
});
afterEach(() => {
	jest.useRealTimers();
	gateway.reset();
});
afterAll(() => gateway.close());

const NUMBER = '+12025550200';
const { GatewayClient } = compiled('gateway/client.js');
const { placeWithRetries } = compiled('dialling/place.js');
const REQUEST = { application_sid: 'a', from: '+12025550100', to: { type: 'phone', number: NUMBER } };
const answer = (statusCode, body = '', headers = {}) => ({ statusCode, body, headers });
const broken = (code) => () => {
	throw Object.assign(new Error(code), { code });
};
const CREATED = () => answer(201, { sid: 's', callid: 'c' });

/** Places one call with a faked clock; `answers` are given one after the other, the last one from then on. */
async function place(answers, retries, { canceled = () => false, turn = async () => true } = {}) {
	jest.useFakeTimers({ now: 1_795_000_000_000 });
	const times = [];
	const { context } = gatewayContext(() => {
		times.push(Date.now());
		const next = answers[Math.min(times.length, answers.length) - 1];
		return typeof next === 'function' ? next() : next;
	});
	const client = await GatewayClient.open(context);
	const placement = await letPass(placeWithRetries(client, REQUEST, retries, turn, canceled));
	return { placement, waits: times.slice(1).map((at, index) => at - times[index]), tries: times.length };
}

describe('what was certainly not placed and may pass is tried again, as often as set', () => {
	const passing = [['refused', broken('ECONNREFUSED')], ['unknown host', broken('ENOTFOUND')], ['no name server', broken('EAI_AGAIN')], ['429', answer(429, 'Too many')], ['480', answer(480, { msg: 'no available feature servers at this time' })]];

	test.each(passing)('%s: 0, 1 and 4 more tries', async (_what, refusal) => {
		for (const retries of [0, 1, 4]) {
			const { placement, tries } = await place([refusal], retries);
			expect(tries).toBe(retries + 1);
			expect(placement).toMatchObject({ placed: 'no' });
			jest.useRealTimers();
		}
	});

	test.each(passing)('%s, then placed: one sid, and no further try', async (_what, refusal) => {
		const { placement, tries } = await place([refusal, refusal, CREATED], 4);
		expect(placement).toEqual({ placed: 'yes', sid: 's', callid: 'c' });
		expect(tries).toBe(3);
	});

	test('the waits grow, with jitter around one, two, four, eight seconds', async () => {
		const all = [];
		for (let round = 0; round < 6; round++) {
			const { waits } = await place([answer(480)], 4);
			jest.useRealTimers();
			for (const [index, wait] of waits.entries()) {
				expect(wait).toBeGreaterThanOrEqual(750 * 2 ** index);
				expect(wait).toBeLessThanOrEqual(1250 * 2 ** index + 20);
			}
			all.push(waits[3]);
		}
		expect(new Set(all).size).toBeGreaterThan(1);
	});

	test.each([['seconds', '7', 7000], ['zero', '0', 0], ['a date', new Date(1_795_000_030_000).toUTCString(), 30_000]])('Retry-After (%s) is obeyed, never earlier', async (_what, header, expected) => {
		const { waits } = await place([answer(429, '', { 'retry-after': header }), CREATED], 1);
		expect(waits[0]).toBeGreaterThanOrEqual(expected);
		expect(waits[0]).toBeLessThanOrEqual(expected + 600);
	});

	test('a gateway that asks for more than five minutes is not waited for', async () => {
		const { placement, tries } = await place([answer(429, '', { 'retry-after': '3600' }), CREATED], 5);
		expect(tries).toBe(1);
		expect(placement).toMatchObject({ placed: 'no', problem: { code: '429' } });
	});

	test('every try waits for its turn; without one there is none', async () => {
		let turns = 0;
		const { tries, placement } = await place([answer(480)], 5, { turn: async () => ++turns <= 2 });
		expect([tries, turns]).toEqual([2, 3]);
		expect(placement).toMatchObject({ placed: 'no' });
	});

	test('a stop ends the wait within a second', async () => {
		const { tries } = await place([answer(429, '', { 'retry-after': '200' })], 3, {
			canceled: () => Date.now() > 1_795_000_005_000, turn: async () => Date.now() <= 1_795_000_005_000,
		});
		expect(tries).toBe(1);
		expect(Date.now()).toBeLessThan(1_795_000_006_000);
	});
});

describe('anything else is sent once', () => {
	test.each([
		['400', answer(400, { msg: 'x' })], ['401', answer(401, 'Unauthorized')], ['403', answer(403)], ['404', answer(404)], ['413', answer(413)], ['422', answer(422)], ['408', answer(408)], ['425', answer(425)], ['307', answer(307)],
	])('%s: not placed', async (_what, refusal) => {
		const { placement, tries } = await place([refusal, CREATED], 5);
		expect(tries).toBe(1);
		expect(placement).toMatchObject({ placed: 'no' });
	});

	test.each([
		['500', answer(500, 'Internal Server Error')], ['502', answer(502)], ['503', answer(503)], ['503 with Retry-After', answer(503, '', { 'retry-after': '1' })], ['504', answer(504)], ['reset', broken('ECONNRESET')], ['timeout', broken('ECONNABORTED')], ['ETIMEDOUT', broken('ETIMEDOUT')],
		['EPIPE', broken('EPIPE')], ['no code at all', broken(undefined)], ['a 201 without a sid', answer(201, {})], ['a 200', answer(200, { sid: 's' })],
	])('%s: in doubt', async (_what, refusal) => {
		const { placement, tries } = await place([refusal, CREATED], 5);
		expect(tries).toBe(1);
		expect(placement).toMatchObject({ placed: 'unknown' });
	});

	test('a doubt after a refusal ends the tries too', async () => {
		const { placement, tries } = await place([answer(480), answer(500), CREATED], 5);
		expect(tries).toBe(2);
		expect(placement).toMatchObject({ placed: 'unknown' });
	});
});

describe('in n8n\'s engine', () => {
	test('429 twice, then placed: rings once; two more tries are the standard', async () => {
		gateway.setFaults([{ kind: '429', retryAfter: 0, count: 2 }]);
		const { outputs } = await call(gateway, { items: phones(NUMBER), parameters: { options: { retriesIfNotPlaced: undefined } } });
		expect(outputs[0]).toMatchObject([{ outcome: null, sid: gateway.placed[0].sid }]);
		expect(gateway.rang(NUMBER)).toBe(1);
		expect(gateway.requests.map(({ status }) => status)).toEqual([429, 429, 201]);
	});

	test('the last of the tries decides: not placed, with the tries used up', async () => {
		gateway.setFaults([{ kind: '429', retryAfter: 0 }]);
		const { error } = await call(gateway, { items: phones(NUMBER), parameters: { options: { retriesIfNotPlaced: '={{ "1" }}' } } });
		expect(error.message).toMatch(/rate limit.*\[item 0\]/);
		expect(gateway.requests).toHaveLength(2);
		expect(gateway.placed).toEqual([]);
	});

	test.each(['500-after-placing', 'reset-after-placing', 'broken-json', 'html-after-placing'])('%s: rings once, whatever the tries', async (kind) => {
		gateway.setFaults([{ kind }]);
		await call(gateway, { parameters: { options: { retriesIfNotPlaced: 10 } }, settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 1 } });
		expect(gateway.rang(NUMBER)).toBe(1);
		expect(gateway.requests).toHaveLength(1);
	});
});
