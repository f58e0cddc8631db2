import type { IDataObject } from 'n8n-workflow';

import { UnusableValueError } from '../../gateway/unusable';
import { GatewayProblemError, type GatewayResult } from '../../gateway/client';
import type { GatewayAnswer } from '../../gateway/problems';
import { pause } from '../../gateway/pause';
import { callField } from '../../pickers/calls';
import { optionsField, perItem, type Job, type Row } from '../perItem';
import type { Operation } from '../types';
import { callSidOf, control, unreadableChange } from './control';
import { actionFields, ACTIONS, textOf, type Step, type UpdateAction } from './updateActions';
import { answeredByOption } from './updateFields';

function actionOf(job: Job): UpdateAction {
	const chosen = job.get('action');
	const found = ACTIONS.find(({ value }) => value === chosen);
	if (found !== undefined) return found;
	throw new UnusableValueError('Action', `Action: "${String(chosen)}" is not one of ${ACTIONS.map(({ value }) => value).join(', ')}.`);
}

/** Sends the requests of an action, one after the other; says how far it came when one of them fails. */
async function send(job: Job, sid: string, steps: Step[], when = ''): Promise<GatewayAnswer> {
	let result: GatewayResult | undefined;
	for (const [index, { body, secrets, pauseMs = 0 }] of steps.entries()) {
		result = await control(job.client, sid, body, secrets);
		if ('problem' in result) {
			const { problem } = result;
			const soFar = steps.length === 1 ? '' : ` ${index} of ${steps.length} requests had been accepted before.`;
			// What comes too early for a SIP request is answered with a bare 500.
			const hint = problem.code === '500' && when !== '' ? ` ${when}` : '';
			throw new GatewayProblemError({ ...problem, description: `${problem.description}${hint}${soFar}` });
		}
		if (index < steps.length - 1) await pause(pauseMs, job.canceled);
		if (job.canceled()) break;
	}
	return (result as { answer: GatewayAnswer }).answer;
}

/** How the other side answered a SIP request. */
function sipAnswer(job: Job, answer: GatewayAnswer): { sip_status: number; sip_reason: string | null } {
	const { status, reason } = (answer.body || {}) as IDataObject;
	if (typeof status !== 'number') throw new GatewayProblemError(unreadableChange(job.client, answer));
	return { sip_status: status, sip_reason: typeof reason === 'string' ? reason : null };
}

async function update(job: Job): Promise<Row[]> {
	const sid = callSidOf(job);
	const action = actionOf(job);
	const answer = await send(job, sid, await action.steps(job), action.when);
	const row = { call_sid: sid, action: action.value, accepted: true };
	if (action.value === 'sendSipRequest') {
		const told = sipAnswer(job, answer);
		const reason = told.sip_reason === null ? '' : ` ${told.sip_reason}`;
		return [{ json: { ...row, ...told, message: `Done: ${action.effect}, and the other side answered ${told.sip_status}${reason}.` } }];
	}
	const when = action.when === undefined ? '' : ` ${action.when}`;
	const message = `Accepted: ${action.effect}. Accepted is not done: the gateway does not tell whether it could do it.${when}`;
	return [{ json: { ...row, message } }];
}

export const updateCall: Operation = {
	value: 'update',
	name: 'Update',
	action: 'Update a call',
	description:
		'Change a live call: redirect it, mute it, whisper to it, record it, send tones or a SIP request, set its metadata, or steer its conference. To end it, use Hang Up.',
	fields: [
		callField('The call to change. The list shows live calls; give the ID (call_sid) that Create or the trigger put out.'),
		{
			displayName: 'Action',
			name: 'action',
			type: 'options',
			noDataExpression: true,
			options: ACTIONS.map((each) => ({ value: each.value, name: each.name, description: textOf(each) })),
			default: 'redirectApplication',
			description: 'What to do to the call',
		},
		...actionFields(),
		optionsField(answeredByOption),
	],
	...perItem(update),
};
