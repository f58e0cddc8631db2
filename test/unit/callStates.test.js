'use strict';

const { compiled } = require('./compiled');
const { gatewayContext } = require('./strictContext');

const { GatewayClient } = compiled('gateway/client.js');
const { hasUnknownLiveCall, listCalls, recentStateOf, stateOf, statesIfAllDone, statesOf } = compiled('events/callStates.js');

const SIDS = Array.from({ length: 12 }, (_, index) => `3ca55ae7-07c0-4932-941d-${String(index).padStart(12, '0')}`);
const call = (sid, status = 'completed') => ({ call_sid: sid, call_status: status, direction: 'outbound', from: '1', to: '2' });
const isFinal = ({ final }) => final;

/** Asks about calls; `answerOne` stands in for the gateway's answer about one call. Counts the questions. */
async function ask(answerOne, heard = () => undefined) {
	const { context, requests } = gatewayContext(({ url }) => {
		const sid = /\/Calls\/([^/?]+)$/.exec(url)?.[1];
		return { statusCode: 200, headers: {}, body: sid === undefined ? SIDS.map((each) => answerOne(each)) : answerOne(sid) };
	});
	const result = await statesIfAllDone(await GatewayClient.open(context), SIDS, isFinal, heard);
	return { result, questions: requests.length };
}

test('while all are alive, one question tells', async () => {
	expect(await ask((sid) => call(sid, 'ringing'))).toEqual({ result: { pending: true }, questions: 1 });
});

test('which one is asked for first is left to chance', async () => {
	const first = new Set();
	for (let round = 0; round < 40; round++) {
		await ask((sid) => {
			first.add(sid);
			return call(sid, 'ringing');
		});
	}
	expect(first.size).toBeGreaterThan(3);
});

test('one call that is not over among many that are: not all are done, whichever are asked for first', async () => {
	for (let round = 0; round < 20; round++) expect((await ask((sid) => call(sid, sid === SIDS[7] ? 'ringing' : 'completed'))).result).toEqual({ pending: true });
});

test('when all are done, a few are asked for one by one, and the others together', async () => {
	const { result, questions } = await ask((sid) => call(sid));
	expect([...result.states.keys()].sort()).toEqual(SIDS);
	expect(questions).toBeLessThanOrEqual(8 + 4);
});

test('calls that are heard of while another is asked for need no question', async () => {
	const heard = new Map();
	const { result, questions } = await ask(
		(asked) => {
			for (const sid of SIDS) if (sid !== asked) heard.set(sid, { call_sid: sid, final: true, outcome: 'busy' });
			return call(asked);
		},
		(sid) => heard.get(sid),
	);
	expect(questions).toBe(1);
	expect([...result.states.values()].map(({ outcome }) => outcome).sort()).toEqual(['answered', ...Array(11).fill('busy')]);
});

describe('one call', () => {
	const [SID] = SIDS;
	const UNREADABLE = { statusCode: 200, headers: {}, body: 'nonsense' };
	const GONE = { statusCode: 404, headers: {}, body: { msg: 'call not found' } };
	const row = { call_sid: SID, answered: true, sip_status: 200, direction: 'outbound' };

	/** Asks a gateway that answers so about the call, and so about its history; null stands for no answer to expect. */
	async function stateWith(ofCall, ofHistory = null, read = stateOf, ...more) {
		const asked = [];
		const { context } = gatewayContext((request) => {
			const { pathname } = new URL(request.url);
			const answer = pathname.endsWith('/RecentCalls') ? ofHistory : ofCall;
			if (request.method !== 'GET') throw new Error(`${request.method} asks nothing`);
			asked.push({ path: pathname.split('/').at(-1), qs: request.qs });
			if (answer === null) throw new Error('was not to be asked');
			return answer;
		});
		return { state: await read(await GatewayClient.open(context), SID, ...more), asked };
	}
	const ok = (body) => ({ statusCode: 200, headers: {}, body });

	test('that the gateway knows is not looked up anywhere else', async () => {
		const { state } = await stateWith(ok(call(SID, 'ringing')));
		expect(state).toMatchObject({ source: 'calls', raw: call(SID, 'ringing'), record: { call_sid: SID, call_status: 'ringing', final: false } });
	});

	test.each([['404', GONE], ['an empty object', ok({})]])('that is gone (%s) is looked up in the history', async (_what, gone) => {
		const { state, asked } = await stateWith(gone, ok({ data: [null, 7, { call_sid: 'another' }, row] }));
		expect(state).toEqual({ source: 'history', raw: row, record: expect.objectContaining({ call_sid: SID, outcome: 'answered' }) });
		expect(asked[1]).toEqual({ path: 'RecentCalls', qs: expect.objectContaining({ page: 1, count: 10, days: 2, filter: SID }) });
		expect((await stateWith(gone, ok({ data: [row] }), stateOf, 30)).asked[1].qs).toMatchObject({ days: 30 });
	});

	test('that the history does not know either is not known', async () => {
		expect((await stateWith(GONE, ok({ data: [{ call_sid: 'another' }] }))).state).toEqual({ record: null });
	});

	test.each([['no list', ok({ data: 'none' }), '.'], ['nonsense', UNREADABLE, '.'], ['null', ok(null), '.'], ['a refusal', { statusCode: 403, headers: {}, body: { msg: 'insufficient privileges' } }, 'insufficient privileges']])(
		'the history answers with %s: a problem that says what was asked',
		async (_what, answer, reason) => {
			const { state } = await stateWith(GONE, answer);
			expect(state).toEqual({
				problem: expect.objectContaining({ effect: 'no', message: expect.stringMatching(new RegExp(`^The call is not among the recent ones, and the call history could not be read\\. .*${reason}`)) }),
			});
		},
	);

	test.each([
		['text', 'nonsense'], ['null', null], ['a list', []], ['a call without sid', { call_status: 'ringing' }], ['a call without status', { call_sid: SID }],
		['a sid of another type', { call_sid: 7, call_status: 'ringing' }], ['a status of another type', { call_sid: SID, call_status: 7 }],
	])('the gateway answers with %s: a problem, not a call that is gone', async (_what, body) => {
		const { state } = await stateWith(ok(body), ok({ data: [row] }));
		expect(state).toEqual({ problem: expect.objectContaining({ message: expect.any(String), effect: 'no' }) });
	});

	test('a question that fails is a problem, not a call that is gone', async () => {
		const { state } = await stateWith({ statusCode: 403, headers: {}, body: { msg: 'insufficient privileges' } }, ok({ data: [row] }), recentStateOf);
		expect(state).toEqual({ problem: expect.objectContaining({ code: '403' }) });
	});
});

describe('the list of calls', () => {
	async function list(body, statusCode = 200) {
		const { context } = gatewayContext(() => ({ statusCode, headers: {}, body }));
		return await listCalls(await GatewayClient.open(context), { direction: 'outbound' });
	}

	test('what has just expired is no call', async () => {
		const { calls } = await list([{}, null, [], 'x', call('a', 'ringing'), { call_sid: 'b' }]);
		expect(calls).toEqual([{ source: 'calls', raw: call('a', 'ringing'), record: expect.objectContaining({ call_sid: 'a' }) }]);
	});

	test.each([[{}], ['x'], [null]])('%j is no list', async (body) => {
		expect(await list(body)).toEqual({ problem: expect.objectContaining({ effect: 'no' }) });
	});

	test('of eight calls each is asked for; of nine the list is, and then those that it does not hold', async () => {
		const asked = [];
		const { context } = gatewayContext(({ method, url, qs }) => {
			const sid = /\/Calls\/([^/?]+)$/.exec(url)?.[1];
			asked.push([method, sid ?? 'list', qs]);
			return { statusCode: 200, headers: {}, body: sid === undefined ? SIDS.slice(0, 8).map((each) => call(each, 'ringing')) : call(sid) };
		});
		const client = await GatewayClient.open(context);
		await statesOf(client, SIDS.slice(0, 8));
		expect(asked.map(([, what]) => what).sort()).toEqual(SIDS.slice(0, 8));
		asked.length = 0;
		const states = await statesOf(client, SIDS.slice(0, 9));
		expect(asked).toEqual([['GET', 'list', { direction: 'outbound' }], ['GET', SIDS[8], undefined]]);
		expect([...states].map(([sid, { record }]) => [sid, record.call_status])).toEqual(SIDS.slice(0, 9).map((sid, index) => [sid, index === 8 ? 'completed' : 'ringing']));
	});

	test('when it cannot be read, every call of many has that problem', async () => {
		const { context } = gatewayContext(() => ({ statusCode: 403, headers: {}, body: { msg: 'no' } }));
		const states = await statesOf(await GatewayClient.open(context), SIDS);
		expect([...states.keys()]).toEqual(SIDS);
		for (const state of states.values()) expect(state).toEqual({ problem: expect.objectContaining({ code: '403' }) });
	});
});

describe('a call whose placing got no answer', () => {
	async function alive(body, statusCode = 200) {
		const { context, requests } = gatewayContext(() => ({ statusCode, headers: {}, body }));
		return { alive: await hasUnknownLiveCall(await GatewayClient.open(context), '+12025550200', new Set(['known'])), requests };
	}

	test.each([
		['none', [], false], ['a known one', [call('known', 'ringing')], false], ['one that is over', [call('new')], false], ['a new one', [call('new', 'ringing')], true],
		['a known and a new one', [call('known', 'ringing'), call('new', 'trying')], true],
	])('the gateway lists %s', async (_what, calls, expected) => {
		const { alive: answer, requests } = await alive(calls);
		expect(answer).toBe(expected);
		expect(requests[0].qs).toEqual({ direction: 'outbound', to: '+12025550200' });
	});

	test('may be alive when the gateway does not tell', async () => {
		expect((await alive({ msg: 'no' }, 403)).alive).toBe(true);
	});
});
