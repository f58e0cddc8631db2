import type { IDataObject, IExecuteFunctions, INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';

/** An output item: the input's fields and binary data, the record, and the error if there is one. */
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
		// The form by which n8n knows an item for the error output; it adds the input's fields itself.
		return { json: { error: error.message, message: error.description ?? '', details: record as IDataObject }, ...rest };
	}
	return { json: { ...item.json, ...record, ...(error === undefined ? {} : { error: error.message }) }, ...rest };
}
