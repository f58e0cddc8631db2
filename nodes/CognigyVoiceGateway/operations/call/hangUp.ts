import { recentStateOf } from '../../events/callStates';
import { GatewayProblemError } from '../../gateway/client';
import { pause } from '../../gateway/pause';
import { isFinalStatus } from '../../gateway/types';
import { callField } from '../../pickers/calls';
import { optionsField, perItem, type Job, type Row } from '../perItem';
import type { Operation } from '../types';
import { callSidOf, FORGOTTEN, isGone, isWrongState, control } from './control';

/** What the gateway wants to be told: `completed` ends an answered call, `no-answer` cancels one that is not. */
type Ending = 'completed' | 'no-answer';

/** How often the other ending is tried when the call has changed its state between the look and the request. */
const ROUNDS = 4;

/** Before looking again; grows with each round. Milliseconds. */
const ROUND_WAIT_MS = 150;

const ACCEPTED: Record<Ending, string> = {
	completed:
		'Accepted: the gateway ends the answered call. Accepted is not done: the final webhook (completed) tells when it has ended, and so does the operation Get.',
	'no-answer':
		'Accepted: the gateway cancels the call before it is answered. Accepted is not done: the operation Get tells when it has ended. The gateway sends no final webhook for a canceled call, so nobody who waits for one hears of it.',
};

const row = (sid: string, requested: Ending | null, status: string | null, message: string): Row[] => [
	{ json: { call_sid: sid, hung_up: requested !== null, requested_status: requested, call_status: status, message } },
];

async function hangUp(job: Job): Promise<Row[]> {
	const { client, canceled } = job;
	const sid = callSidOf(job);
	let last: Ending | undefined;
	for (let round = 1; ; round++) {
		const state = await recentStateOf(client, sid);
		if ('problem' in state) throw new GatewayProblemError(state.problem);
		if (state.record === null) {
			return row(sid, null, null, `Nothing to hang up: the gateway does not know this call, or not any more. Check the ID if that is a surprise. ${FORGOTTEN}`);
		}
		const { call_status: status } = state.record;
		if (isFinalStatus(status)) return row(sid, null, status, `Nothing to hang up: the call has already ended (${status}).`);

		const looks: Ending = status === 'in-progress' ? 'completed' : 'no-answer';
		// The list of calls can lag behind the call itself: what was just refused is not asked for again.
		const ending = looks === last ? (looks === 'completed' ? 'no-answer' : 'completed') : looks;
		const result = await control(client, sid, { call_status: ending });
		if ('answer' in result) return row(sid, ending, status, ACCEPTED[ending]);
		if (isGone(result.problem)) return row(sid, null, status, 'Nothing to hang up: the call has ended in the meantime. The operation Get tells how.');
		if (!isWrongState(result.problem) || round === ROUNDS || canceled()) throw new GatewayProblemError(result.problem);
		last = ending;
		await pause(round * ROUND_WAIT_MS, canceled);
	}
}

export const hangUpCall: Operation = {
	value: 'hangUp',
	name: 'Hang Up',
	action: 'Hang up a call',
	description:
		'End a live call: an answered one is hung up, one that still rings is canceled. A call that has already ended is no error. Canceling a ringing call sends no final webhook, so a trigger or a node that waits for its end does not hear of it.',
	fields: [callField('The call to end. The list shows live calls; give the ID (call_sid) that Create or the trigger put out.'), optionsField()],
	...perItem(hangUp),
};
