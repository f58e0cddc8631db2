'use strict';

const { compiled } = require('./compiled');
const { gatewayContext } = require('./strictContext');

const { GatewayClient } = compiled('gateway/client.js');
const { statesIfAllDone } = compiled('events/callStates.js');

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
