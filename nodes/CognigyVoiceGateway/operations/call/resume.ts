import type { IDataObject, INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { admit } from '../../events/receive';
import { sameSecret } from '../../events/verify';
import { arrive, type WaitingState } from '../../events/waiting';
import { bySignature, incoming } from '../../events/webhook';
import { GatewayClient } from '../../gateway/client';

/** The second half of Create and Wait: what happens to a webhook that arrives while the run is parked. */

/** Where the state is kept in the node's context: n8n saves it with the parked execution. */
export const KEPT_UNDER = 'waiting';

/** The state of the latest wait of an execution. */
export type KeptState = WaitingState & {
	/** The execution and the run of the node that it belongs to; a retried execution takes the state of the failed one along. */
	execution: string;
	run: string;
	/** How often n8n has tried this run. */
	tries: number;
	/** The input's own field `message`, by item: until the call has ended, ours stands there. */
	messages: Record<number, IDataObject[string]>;
};

/** Waits that this process ended of late: a second event at the same moment must not end them again. Oldest first. */
const ended = new Map<string, number>();
/** Longer than n8n needs to leave the waiting state, and shorter than the gateway goes on repeating. Milliseconds. */
const ENDED_MS = 2_000;

function isEnding(nonce: string, now: number): boolean {
	for (const [key, at] of ended) {
		if (now - at < ENDED_MS) break;
		ended.delete(key);
	}
	return ended.has(nonce);
}

function answer(context: IWebhookFunctions, status: number, reason: string): IWebhookResponseData {
	if (status === 200) return { webhookResponse: reason };
	context.getResponseObject().status(status).send(reason).end();
	return { noWebhookResponse: true };
}

/** Most events are nothing that any run waits for: they are answered before anything costly is done, and change nothing. */
function isOfNoInterest(context: IWebhookFunctions): boolean {
	const { call_status: status, type } = context.getBodyData() ?? {};
	if (type !== undefined) return false;
	if (status === 'in-progress') return context.getNodeParameter('resumeWhen', 'ended') !== 'answered';
	return status === 'trying' || status === 'ringing' || status === 'early-media';
}

async function handle(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	if (isOfNoInterest(context)) return answer(context, 200, 'Not what is waited for');
	// A bracket in the node's name would end the expression early.
	const name = JSON.stringify(context.getNode().name).replace(/}/g, '\\u007d');
	const state = context.evaluateExpression(`{{ $node[${name}].context.${KEPT_UNDER} }}`) as unknown as KeptState | undefined;
	if (!state?.nonce) return answer(context, 200, 'Nothing is waited for');
	const query = context.getQueryData() as { nonce?: unknown; item?: unknown };
	const webhook = incoming(context);
	const admission = await admit(webhook, state.verify ? bySignature(context, webhook.receivedAt) : { by: 'none' });
	if ('status' in admission) return answer(context, admission.status, admission.reason);
	// A real event of an earlier wait carries an older nonce; without signatures the nonce is what proves the sender.
	if (!sameSecret(String(query.nonce ?? ''), state.nonce)) {
		return state.verify ? answer(context, 200, 'Another wait') : answer(context, 401, 'Unauthorized');
	}

	// Not 200: should n8n fail to resume (it may be shutting down), the gateway shall send the event again.
	const ending = () => isEnding(state.nonce, Date.now());
	if (ending()) return answer(context, 503, 'Being resumed');
	const arrival = await arrive(await GatewayClient.open(context), state, Number(query.item), admission.record);
	if ('wait' in arrival) return answer(context, 200, arrival.wait);
	if ('again' in arrival) return answer(context, 503, 'The other calls of the run cannot be checked right now');

	const items = context.evaluateExpression('{{ $input.all() }}') as unknown as INodeExecutionData[];
	// Another event of the same wait may have ended it while the gateway was asked.
	if (ending()) return answer(context, 503, 'Being resumed');
	ended.set(state.nonce, Date.now());
	return {
		workflowData: [
			items.map((item, index) => {
				const { message, ...before } = item.json;
				const record = arrival.resume.get(index);
				const own = state.messages[index];
				if (record !== undefined) {
					return { ...item, json: { ...before, ...(own === undefined ? {} : { message: own }), ...record } };
				}
				const call = state.calls[index];
				// A call in doubt of which nothing was heard: unknown, but not for want of time.
				return call && !call.done ? { ...item, json: { ...before, message, timed_out: false } } : item;
			}),
		],
	};
}

/** Never throws: n8n would answer with 500 and let the run go on with an empty item. */
export async function resume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await handle(context);
	} catch (error) {
		context.logger.error('A webhook of a waiting call could not be handled', { error: (error as Error).message });
		return answer(context, 503, 'Not available');
	}
}
