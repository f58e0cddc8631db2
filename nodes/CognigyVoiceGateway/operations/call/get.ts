import { stateOf } from '../../events/callStates';
import { GatewayProblemError } from '../../gateway/client';
import { callField } from '../../pickers/calls';
import { optionsField, perItem, type Job, type Row } from '../perItem';
import type { Operation } from '../types';
import { callRow, includeRawOption, textOf } from './callRow';
import { callSidOf, FORGOTTEN } from './control';

/** How far the gateway's call history goes back. Days. */
const HISTORY_DAYS = 30;

async function get(job: Job): Promise<Row[]> {
	const sid = callSidOf(job);
	const state = await stateOf(job.client, sid, HISTORY_DAYS);
	if ('problem' in state) throw new GatewayProblemError(state.problem);
	if (state.record === null) {
		throw new GatewayProblemError({
			message: `The gateway does not know the call ${sid}: it is neither among the recent calls nor in the call history of the last ${HISTORY_DAYS} days.`,
			description: `Check the ID, and that the credential is that of the call's own account and environment. ${FORGOTTEN} It appears in the call history when it ends.`,
			code: '404',
			effect: 'no',
		});
	}
	const history = (name: string): string | null => textOf(state, name);
	return [
		{
			json: {
				...callRow(state, job.get('options')),
				attempted_at: history('attempted_at'),
				answered_at: history('answered_at'),
				terminated_at: history('terminated_at'),
				trunk: history('trunk'),
				source: state.source,
			},
		},
	];
}

export const getCall: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get a call',
	description: 'Look up one call by its ID: whether it rings, is answered or has ended, and how. Works for live calls and for 30 days of history.',
	fields: [callField('The call to look up. The list shows live calls; give the ID (call_sid) of any other.'), optionsField(includeRawOption)],
	...perItem(get),
};
