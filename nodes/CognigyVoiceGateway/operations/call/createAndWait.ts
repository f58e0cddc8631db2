import { randomBytes } from 'crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { calleeOf, CallPreparer } from '../../dialling/prepare';
import { DialSession, type Result } from '../../dialling/session';
import { hasUnknownLiveCall, statesOf } from '../../events/callStates';
import { completeRecord, isDone, type ResumeWhen, type WaitingCall, type WaitingState } from '../../events/waiting';
import { GatewayClient } from '../../gateway/client';
import { hookUrl } from '../../gateway/hookUrl';
import { toItem } from '../items';
import { requestTimeoutOf } from '../perItem';
import type { Operation } from '../types';
import { callFields } from './callFields';
import { dialFailure, dialOutput, hintDoubts } from './output';
import { KEPT_UNDER, resume, type KeptState } from './resume';
import { whyToolCannotWait } from './waitAsTool';
import { checkWait, refuse, waitAtMost } from './waitChecks';

/** The gateway's own ring timeout, seconds. */
const STANDARD_RING_S = 60;
/** What a call without a maximum duration is given, seconds. */
const STANDARD_DURATION_S = 3600;
/** Added to both, for webhooks that need a second try. Seconds. */
const MARGIN_S = 120;

const fields: INodeProperties[] = [
	{
		displayName: 'Resume When',
		name: 'resumeWhen',
		type: 'options',
		options: [
			{
				name: 'Answered or Failed',
				value: 'answered',
				description: 'The next node can act on the live call',
			},
			{
				name: 'Answering Machine Verdict Known',
				value: 'verdict',
				description: 'Or the call ended before. Needs the option Answering Machine Detection, and one item per run.',
			},
			{ name: 'Call Has Ended', value: 'ended', description: 'The output says how' },
		],
		default: 'ended',
		description: 'When the workflow goes on. With several items: when this is true of all their calls.',
	},
	{
		displayName: 'Wait At Most (Minutes)',
		name: 'waitAtMost',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Then the workflow goes on with outcome "unknown" for calls that have not ended. 0 stands for ring timeout plus maximum duration (one hour if not set) plus two minutes.',
	},
	{
		displayName: 'Verify Signature',
		name: 'verifySignature',
		type: 'boolean',
		default: true,
		description:
			'Whether only webhooks with the account\'s signature count. Switch off only for a gateway that does not sign; the address of the waiting run is unguessable all the same.',
	},
];

/** The state of this run's wait; a repeated try goes on with the nonce that its calls were placed with. */
function stateOfRun(context: IExecuteFunctions, resumeWhen: ResumeWhen, verify: boolean): { state: KeptState; inherited: boolean } {
	const store = context.getContext('node');
	const run = String(context.evaluateExpression('{{ $runIndex }}', 0));
	const kept = store[KEPT_UNDER] as KeptState | undefined;
	const again = kept?.run === run ? kept : undefined;
	const state: KeptState = {
		execution: context.getExecutionId(),
		run,
		nonce: again?.nonce ?? randomBytes(16).toString('hex'),
		tries: (again?.tries ?? 0) + 1,
		resumeWhen,
		verify,
		calls: [],
		messages: {},
	};
	store[KEPT_UNDER] = state as unknown as IDataObject;
	return { state, inherited: again !== undefined && again.execution !== state.execution };
}

/** What n8n tells a node of its execution. */
interface ExecutionKeys {
	resumeUrl: string;
	customData?: { set(key: string, value: string): void };
}

const executionOf = (context: IExecuteFunctions): ExecutionKeys =>
	(context.getWorkflowDataProxy(0) as unknown as { $execution: ExecutionKeys }).$execution;

function waitingCall({ prepared, placement, error }: Result): WaitingCall | null {
	if ('error' in prepared || placement === undefined || placement.placed === 'no' || error !== undefined) return null;
	const { request } = prepared;
	return {
		sid: placement.placed === 'yes' ? placement.sid : null,
		callid: placement.placed === 'yes' ? placement.callid : null,
		from: request.from,
		to: calleeOf(request),
		application_sid: request.application_sid,
		tag: (request.tag as IDataObject | undefined) ?? null,
		done: false,
	};
}

/** Asks the gateway for calls that are done already: their events came while this run could not receive any. */
async function finishEarly(client: GatewayClient, state: WaitingState): Promise<Map<number, IDataObject>> {
	const complete = new Map<number, IDataObject>();
	const sids = state.calls.flatMap((call) => call?.sid ?? []);
	const states = await statesOf(client, sids);
	for (const [index, call] of state.calls.entries()) {
		if (call === null) continue;
		const answer = call.sid === null ? undefined : states.get(call.sid);
		const record = answer !== undefined && 'record' in answer ? answer.record : null;
		if (record !== null && isDone(state.resumeWhen, record)) {
			complete.set(index, completeRecord(call, record));
			call.done = true;
		} else if (call.sid === null && !(await hasUnknownLiveCall(client, call.to, new Set(sids)))) {
			// Nothing suggests that the call exists: the run does not wait for it.
			call.done = true;
		}
	}
	return complete;
}

/** How long the calls can take, ringing and talking. Milliseconds. */
function longestCall(results: Result[]): number {
	const seconds = results.map(({ prepared }) => {
		if ('error' in prepared) return 0;
		const { timeout = STANDARD_RING_S, timeLimit = STANDARD_DURATION_S } = prepared.request;
		return timeout + timeLimit + MARGIN_S;
	});
	return Math.max(...seconds) * 1000;
}

/** Whether n8n takes this output for a failure and runs the node again: then the run must not be parked yet. */
function willRunAgain(context: IExecuteFunctions, output: INodeExecutionData[], tries: number): boolean {
	const { maxTries = 3, retryOnFail } = context.getNode();
	const error = output[0]?.json.error;
	return retryOnFail === true && error !== undefined && error !== null && error !== false && tries < Math.min(5, Math.max(2, maxTries));
}

const TIMED_OUT =
	'The gateway did not report the end of this call in time. It may have ended, or still go on: look it up with its sid before calling again.';

const INHERITED =
	'This call was placed by the execution that was retried, and is not placed again. It was still going on: look it up with its sid.';

async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const unfit = whyToolCannotWait(context);
	if (unfit !== undefined) throw refuse(context, unfit.message, unfit.description);
	const client = await GatewayClient.open(context, { timeoutMs: requestTimeoutOf(context) });
	const resumeWhen = context.getNodeParameter('resumeWhen', 0, 'ended') as ResumeWhen;
	const verify = context.getNodeParameter('verifySignature', 0, true) as boolean;
	const limit = waitAtMost(context);
	await checkWait(context, client, resumeWhen, verify);
	const { state, inherited } = stateOfRun(context, resumeWhen, verify);
	const { resumeUrl } = executionOf(context);
	const preparer = new CallPreparer(
		context,
		client,
		(index) => {
			const url = new URL(resumeUrl);
			url.searchParams.set('nonce', state.nonce);
			url.searchParams.set('item', String(index));
			return hookUrl(url.toString(), 'Address of this n8n', client.account);
		},
	);
	const session = new DialSession(context, client, preparer);
	const results = await session.dial();
	hintDoubts(context, results);
	const items = context.getInputData();
	const output = (complete: Map<number, IDataObject>) =>
		items.map((item, index) => {
			const call = state.calls[index];
			const timedOut = call !== null && call !== undefined && !call.done;
			const unheard = inherited && session.remembered.has(index);
			const record = complete.get(index) ?? {
				...dialOutput(results[index]),
				...(call ? { timed_out: timedOut } : {}),
				...(timedOut || unheard ? { outcome: 'unknown', message: timedOut ? TIMED_OUT : INHERITED } : {}),
			};
			return toItem(context, item, index, record, results[index].error);
		});
	if (session.canceled()) return [output(new Map())];

	// Phones ring from here on: nothing below may throw and lose them.
	state.calls = results.map(waitingCall);
	const complete = await finishEarly(client, state);
	if (inherited) {
		// A retried execution: calls of the failed one report to its address, where nobody listens any more.
		for (const index of session.remembered) {
			const call = state.calls[index];
			if (call) call.done = true;
		}
	}
	const written = output(complete);
	if (willRunAgain(context, written, state.tries)) return [written];
	if (state.calls.some((call) => call !== null && !call.done)) {
		// What was dialled stays remembered: a worker that is killed after the wait leaves an execution that can be retried.
		await park(context, state, items, written, new Date(Date.now() + (limit ?? longestCall(results))));
	} else {
		session.forget();
	}
	return [written];
}

/** Parks the run; n8n passes a timed-out node's own input on, so what a timeout is to say must stand there before. */
async function park(
	context: IExecuteFunctions,
	state: KeptState,
	items: INodeExecutionData[],
	written: INodeExecutionData[],
	until: Date,
): Promise<void> {
	for (const [index, item] of written.entries()) {
		const { message } = items[index].json;
		if (message !== undefined) state.messages[index] = message;
		items[index].json = item.json;
	}
	const pending = state.calls.filter((call) => call !== null && !call.done).length;
	try {
		const what = pending === 1 ? 'a call' : `${pending} calls`;
		executionOf(context).customData?.set('waiting_for', `${what}, until ${until.toISOString()} at the latest`);
	} catch (error) {
		context.logger.warn(`What the run waits for cannot be shown: ${(error as Error).message}`);
	}
	await context.putExecutionToWait(until);
}

export const createCallAndWait: Operation = {
	value: 'createAndWait',
	name: 'Create and Wait',
	action: 'Create a call and wait for its end',
	description: 'Place a phone call and let the workflow wait, without holding a worker, until it is known how it ended',
	fields: callFields(fields),
	run,
	failure: dialFailure,
	webhook: resume,
};
