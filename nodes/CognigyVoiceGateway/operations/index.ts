import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { carriesOn } from '../dialling/tool';
import { getManyAlerts } from './alert/getMany';
import { getApplication } from './application/get';
import { getManyApplications } from './application/getMany';
import { createCall } from './call/create';
import { createCallAndWait } from './call/createAndWait';
import { getCall } from './call/get';
import { getActiveCount } from './call/getActiveCount';
import { getManyCalls } from './call/getMany';
import { hangUpCall } from './call/hangUp';
import { updateCall } from './call/update';
import { getHistory } from './callHistory/get';
import { getManyHistory } from './callHistory/getMany';
import { getPcap } from './callHistory/getPcap';
import { getRecording } from './callHistory/getRecording';
import { getCarrier } from './carrier/get';
import { getManyCarriers } from './carrier/getMany';
import { toItem } from './items';
import { getPhoneNumber } from './phoneNumber/get';
import { getManyPhoneNumbers } from './phoneNumber/getMany';
import type { Operation, Resource } from './types';

/** The operation table: the only place that lists them. */
export const RESOURCES: readonly Resource[] = [
	{
		value: 'call',
		name: 'Call',
		operations: [createCall, createCallAndWait, getCall, getActiveCount, getManyCalls, hangUpCall, updateCall],
	},
	{ value: 'alert', name: 'Alert', operations: [getManyAlerts] },
	{ value: 'application', name: 'Application', operations: [getApplication, getManyApplications] },
	{ value: 'callHistory', name: 'Call History', operations: [getHistory, getManyHistory, getRecording, getPcap] },
	{ value: 'carrier', name: 'Carrier', operations: [getCarrier, getManyCarriers] },
	{ value: 'phoneNumber', name: 'Phone Number', operations: [getPhoneNumber, getManyPhoneNumbers] },
];

function withOperation(field: INodeProperties, resource: Resource, operation: Operation): INodeProperties {
	return {
		...field,
		displayOptions: {
			...field.displayOptions,
			show: { ...field.displayOptions?.show, resource: [resource.value], operation: [operation.value] },
		},
	};
}

/** A select that is part of the node's identity: no expressions, and the first entry is the default. */
function select(displayName: string, name: string, options: INodePropertyOptions[]): INodeProperties {
	const [{ value: first }] = options;
	return { displayName, name, type: 'options', noDataExpression: true, options, default: first };
}

/** The node's properties: the two selects, then the fields of every operation. */
export function operationProperties(): INodeProperties[] {
	return [
		select('Resource', 'resource', RESOURCES.map(({ name, value }) => ({ name, value }))),
		...RESOURCES.map((resource) => ({
			...select('Operation', 'operation', resource.operations.map(({ name, value, action, description }) => ({ name, value, action, description }))),
			displayOptions: { show: { resource: [resource.value] } },
		})),
		...RESOURCES.flatMap((resource) =>
			resource.operations.flatMap((operation) =>
				operation.fields.map((field) => withOperation(field, resource, operation)),
			),
		),
	];
}

function chosen(resource: string, operation: string): Operation | undefined {
	return RESOURCES.find(({ value }) => value === resource)?.operations.find(({ value }) => value === operation);
}

/** Runs the operation that the node is set to. */
export async function runOperation(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const resource = context.getNodeParameter('resource', 0) as string;
	const operation = context.getNodeParameter('operation', 0) as string;
	const found = chosen(resource, operation);
	if (found === undefined) {
		throw new NodeOperationError(context.getNode(), `This node does not know the operation "${operation}" of "${resource}".`, {
			description: 'Choose the operation again from the list.',
		});
	}
	if (!carriesOn(context)) return await found.run(context);
	try {
		return await found.run(context);
	} catch (error) {
		// An operation throws in this mode only before it has done anything for any item.
		// n8n itself would pass the input on as if all were well.
		const known = error as NodeOperationError;
		return [context.getInputData().map((item, index) => toItem(context, item, index, found.failure(known), known))];
	}
}

/** Hands a webhook of a waiting run to the operation that waits. */
export async function runWebhook(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const found = chosen(
		context.getNodeParameter('resource', '') as string,
		context.getNodeParameter('operation', '') as string,
	);
	return (await found?.webhook?.(context)) ?? { webhookResponse: 'Nothing is waited for' };
}
