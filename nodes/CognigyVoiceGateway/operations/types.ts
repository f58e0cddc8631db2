import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	IWebhookFunctions,
	IWebhookResponseData,
	NodeOperationError,
} from 'n8n-workflow';

/** One operation: its texts, its fields and what it does, side by side in one file. */
export interface Operation {
	/** Name of the operation in the workflow's JSON. */
	value: string;
	/** Title Case, for the list of operations. */
	name: string;
	/** Sentence case with its object, for the node panel, e.g. "Create a call". */
	action: string;
	description: string;
	/** Shown for this operation only; `resource` and `operation` are added to their displayOptions. */
	fields: INodeProperties[];
	/** Works through all input items; returns the items of each output. */
	run(context: IExecuteFunctions): Promise<INodeExecutionData[][]>;
	/** The record of an item when the operation could not even begin; the node is set to continue. */
	failure(error: NodeOperationError): object;
	/** For an operation that parks the run: handles a webhook that arrives while it waits. */
	webhook?(context: IWebhookFunctions): Promise<IWebhookResponseData>;
}

export interface Resource {
	value: string;
	name: string;
	operations: readonly Operation[];
}
