import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import type { CallOptions } from '../../dialling/callRequest';
import { placeCall, type Placement } from '../../dialling/place';
import { runPool } from '../../dialling/pool';
import { CallPreparer, type Prepared } from '../../dialling/prepare';
import { RunMemory } from '../../dialling/runMemory';
import type { CallRecord } from '../../events/record';
import { GatewayClient } from '../../gateway/client';
import type { CreateCallRequest } from '../../gateway/types';
import { listPhoneNumbers } from '../pickers';
import type { Operation } from '../types';
import { callFields } from './callFields';

/** What Create puts out for an item beside the input's own fields: the documented response, then the record. */
type CreateOutput = CallRecord & {
	sid: string | null;
	callid: string | null;
	/** Set when the outcome is `unknown` or the call was refused: what happened. */
	message?: string;
};

function callee({ to }: CreateCallRequest): string {
	if (to.type === 'phone') return to.number;
	return to.type === 'sip' ? to.sipUri : to.name;
}

function output(request: CreateCallRequest | undefined, placement: Placement | undefined): CreateOutput {
	const placed = placement?.placed === 'yes' ? placement : undefined;
	const doubt = placement?.placed === 'unknown' ? placement.problem : undefined;
	return {
		sid: placed?.sid ?? null,
		callid: placed?.callid ?? null,
		call_sid: placed?.sid ?? null,
		call_id: placed?.callid ?? null,
		// The 201 says that the INVITE was sent, which is what the gateway calls trying.
		call_status: placed === undefined ? null : 'trying',
		from: request?.from ?? null,
		to: request === undefined ? null : callee(request),
		direction: 'outbound',
		sip_status: null,
		sip_reason: null,
		duration: null,
		application_sid: request?.application_sid ?? null,
		outcome: placed !== undefined ? null : doubt !== undefined ? 'unknown' : 'failed',
		final: placed === undefined && doubt === undefined,
		answered_by: 'unknown',
		hung_up_by: null,
		tag: (request?.tag as IDataObject | undefined) ?? null,
		...(doubt === undefined ? {} : { message: `${doubt.message} ${doubt.description}` }),
	};
}

/** Everything that became of one item. */
interface Result {
	prepared: Prepared;
	placement?: Placement;
	error?: NodeOperationError | NodeApiError;
}

/** The calls that were placed, or may have been, as a text for an error: nothing placed is lost. */
function placedSoFar(results: Result[]): string {
	const lines = results.flatMap(({ placement }, index) => {
		if (placement?.placed === 'yes') return [`item ${index}: ${placement.sid}`];
		return placement?.placed === 'unknown' ? [`item ${index}: unknown, may have been placed`] : [];
	});
	return lines.length === 0 ? 'No call of this run was placed.' : `Calls of this run that were placed before: ${lines.join('; ')}.`;
}

function toItem(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	index: number,
	{ prepared, placement, error }: Result,
): INodeExecutionData {
	const record = output('request' in prepared ? prepared.request : undefined, placement);
	const { binary } = item;
	const rest = { pairedItem: { item: index }, ...(binary === undefined ? {} : { binary }) };
	if (error === undefined) return { json: { ...item.json, ...record } as IDataObject, ...rest };
	const message = error.message;
	if (context.getNode().onError === 'continueErrorOutput') {
		// The form by which n8n knows an item for the error output; it adds the input's fields itself.
		return { json: { error: message, message: error.description ?? '', details: record as unknown as IDataObject }, ...rest };
	}
	return {
		json: { ...item.json, ...record, message: error.description ?? '', error: message } as IDataObject,
		...rest,
	};
}

async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const carryOn = context.continueOnFail();
	const client = await GatewayClient.open(context);
	const memory = new RunMemory(context);
	const preparer = new CallPreparer(context, client, async () => await listPhoneNumbers(client));

	// All items are checked before the first phone rings.
	const results: Result[] = [];
	for (let index = 0; index < items.length; index++) {
		const prepared = await preparer.prepare(index);
		results.push({ prepared, placement: memory.get(index) });
		if (!('error' in prepared) || results[index].placement !== undefined) continue;
		if (!carryOn) throw prepared.error;
		results[index].error = prepared.error;
	}

	let failed: NodeApiError | undefined;
	const canceled = () => context.getExecutionCancelSignal()?.aborted === true;
	const { callsInParallel = 5 } = context.getNodeParameter('options', 0, {}) as CallOptions & { callsInParallel?: number };
	const parallel = Math.max(1, Math.floor(Number(callsInParallel)) || 1);
	await runPool(
		items.length,
		parallel,
		async (index) => {
			const result = results[index];
			if (result.placement !== undefined || 'error' in result.prepared) return;
			const placement = await placeCall(client, result.prepared.request);
			result.placement = placement;
			if (placement.placed !== 'no') {
				memory.set(index, placement);
				return;
			}
			const { problem } = placement;
			result.error = client.error({ ...problem, message: `${problem.message} [item ${index}]` }, index);
			if (!carryOn) failed ??= result.error;
		},
		() => failed !== undefined || canceled(),
	);
	if (failed !== undefined) {
		failed.description = [failed.description, placedSoFar(results)].filter(Boolean).join(' ');
		throw failed;
	}

	if (results.every(({ error }) => error === undefined)) memory.clear();
	hint(context, preparer.unheard.items, results);
	return [items.map((item, index) => toItem(context, item, index, results[index]))];
}

/** Says in the editor what the items alone do not: that nobody listens, or that a call is in doubt. */
function hint(context: IExecuteFunctions, unheard: number, results: Result[]): void {
	if (unheard > 0) {
		context.addExecutionHints({
			message:
				'The calls are placed, but this workflow will not hear how they end: it has no Cognigy Voice Gateway Trigger. Add one and publish the workflow, or set Status Updates to None.',
			location: 'outputPane',
		});
	}
	const doubtful = results.filter(({ placement }) => placement?.placed === 'unknown').length;
	if (doubtful > 0) {
		context.addExecutionHints({
			message: `${doubtful} of ${results.length} calls may or may not have been placed (outcome "unknown"). They are not dialled again; look them up before calling these numbers again.`,
			type: 'warning',
			location: 'outputPane',
		});
	}
}

export const createCall: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create a call',
	description: 'Place a phone call and go on at once. A trigger or a webhook hears how it ends.',
	fields: callFields,
	run,
};
