import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CallPreparer } from '../../dialling/prepare';
import { DialSession } from '../../dialling/session';
import { StatusUpdates } from '../../dialling/statusUpdates';
import { GatewayClient } from '../../gateway/client';
import { toItem } from '../items';
import { requestTimeoutOf } from '../perItem';
import type { Operation } from '../types';
import { callFields, statusFields } from './callFields';
import { dialFailure, dialOutput, hintDoubts } from './output';

async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const client = await GatewayClient.open(context, { timeoutMs: requestTimeoutOf(context) });
	const updates = new StatusUpdates(context, client.account);
	const preparer = new CallPreparer(
		context,
		client,
		(index) => updates.urlOf(index),
		(index) => updates.detectionUrlOf(index),
	);
	const session = new DialSession(context, client, preparer);
	const results = await session.dial();
	hintDoubts(context, results);
	if (updates.unheard > 0) {
		context.addExecutionHints({
			message:
				'The calls are placed, but this workflow will not hear how they end: it has no Cognigy Voice Gateway Trigger. Add one and publish the workflow, or set Status Updates to None.',
			location: 'outputPane',
		});
	}
	if (updates.elsewhere > 0) {
		context.addExecutionHints({
			message:
				'Some calls are placed with another application than the one whose calls the trigger of this workflow hears, so this workflow will not hear how they end. Choose that application, or set Status Updates to Webhook URL or None.',
			location: 'outputPane',
		});
	}
	if (updates.perhaps !== undefined) {
		context.addExecutionHints({
			message: `The calls are placed, and report to the trigger "${updates.perhaps}". An n8n worker cannot see whether that listens: it does while the workflow is published (active).`,
			location: 'outputPane',
		});
	}
	const output = context
		.getInputData()
		.map((item, index) => toItem(context, item, index, dialOutput(results[index]), results[index].error));
	session.forget();
	return [output];
}

export const createCall: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create a call',
	description: 'Place a phone call and go on at once. A trigger or a webhook hears how it ends.',
	fields: callFields(statusFields),
	run,
	failure: dialFailure,
};
