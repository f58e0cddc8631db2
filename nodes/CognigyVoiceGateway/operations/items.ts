import type { IExecuteFunctions, INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { isTool } from '../dialling/tool';

/** An output item: the input's fields (unless it is a tool's) and binary data, the record, and the error if there is one. */
export function toItem(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	index: number,
	record: object,
	error: NodeOperationError | NodeApiError | undefined,
): INodeExecutionData {
	const { binary } = item;
	const rest = { pairedItem: { item: index }, ...(binary === undefined ? {} : { binary }) };
	if (error !== undefined && context.getNode().onError === 'continueErrorOutput') {
		// The form by which every n8n knows an item for the error output: these two fields, and no other. It adds the input's.
		return { json: { error: error.message, message: error.description ?? '' }, ...rest };
	}
	// n8n hands a tool the whole item of its agent, and what the tool puts out goes to the language model: what to do next, too.
	const next = error?.description ? { message: error.description } : {};
	const own = isTool(context) ? next : item.json;
	return { json: { ...own, ...record, ...(error === undefined ? {} : { error: error.message }) }, ...rest };
}
