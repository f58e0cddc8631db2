import {
	NodeOperationError,
	type IBinaryKeyData,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
	type NodeApiError,
} from 'n8n-workflow';

import { carriesOn } from '../dialling/tool';
import { GatewayClient, GatewayProblemError } from '../gateway/client';
import { UnusableValueError } from '../gateway/unusable';
import { toItem } from './items';
import type { Operation } from './types';

/**
 * The one way in which operations that place no call work through their items: one after the other, each with its own
 * fields, and an item that fails stops the run or goes on, as the node is set.
 */

/** One item of the run, and what its operation may use. */
export interface Job {
	context: IExecuteFunctions;
	/** Patient: waits for rate limits. */
	client: GatewayClient;
	index: number;
	/** The item's value of a field. */
	get(name: string): unknown;
	/** The item's value of a field with a list to choose from, as trimmed text. */
	chosen(name: string): string;
	/** Whether the user stopped the workflow: a long job ends then. */
	canceled(): boolean;
}

/** One output item of an operation. */
export interface Row {
	json: object;
	binary?: IBinaryKeyData;
}

/** Longest an answer may take unless the user says otherwise. Seconds. */
const STANDARD_TIMEOUT_S = 60;

/** The options that every operation has. */
export const commonOptions: INodeProperties[] = [
	{
		displayName: 'Request Timeout',
		name: 'requestTimeout',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: STANDARD_TIMEOUT_S,
		description: 'How long the gateway may take to answer, in seconds',
	},
];

/** The collection at the end of an operation's fields: its own options, and those of all. Sorted by name, as n8n shows them. */
export const optionsField = (...own: INodeProperties[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [...own, ...commonOptions].sort((a, b) => a.displayName.localeCompare(b.displayName)),
});

/**
 * How long the gateway may take to answer, out of the first item's options. Milliseconds.
 *
 * @throws {NodeOperationError} for anything that is no time
 */
export function requestTimeoutOf(context: IExecuteFunctions): number {
	const { requestTimeout = STANDARD_TIMEOUT_S } = context.getNodeParameter('options', 0, {}) as { requestTimeout?: unknown };
	const seconds = Number(requestTimeout);
	if (seconds > 0 && seconds <= 3_600) return seconds * 1000;
	throw new NodeOperationError(context.getNode(), `Request Timeout: "${String(requestTimeout)}" is not a number of seconds from 1 to 3600.`, {
		description: 'Nothing was asked of the gateway. Correct the option.',
	});
}

/** An error that names the item, for whatever an operation throws. */
function explained({ context, client, index }: Job, error: Error): NodeOperationError | NodeApiError {
	const message = `${error.message} [item ${index}]`;
	if (error instanceof GatewayProblemError) return client.error({ ...error.problem, message }, index);
	const remedy =
		error instanceof UnusableValueError
			? 'Correct the field, or the data that it takes its value from.'
			: ((error as NodeOperationError).description ?? 'Check the expressions of this node.');
	return new NodeOperationError(context.getNode(), message, { itemIndex: index, description: remedy });
}

/**
 * Makes the run function of an operation out of what it does for one item.
 *
 * @param work the item's output rows; throws {GatewayProblemError}, {UnusableValueError} or an error of n8n's
 */
export function perItem(work: (job: Job) => Promise<Row[]>): Pick<Operation, 'run' | 'failure'> {
	async function run(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const canceled = (): boolean => context.getExecutionCancelSignal()?.aborted === true;
		const client = await GatewayClient.open(context, { timeoutMs: requestTimeoutOf(context), patientUntil: canceled });
		const output: INodeExecutionData[] = [];
		for (const [index, item] of context.getInputData().entries()) {
			if (canceled()) break;
			const job: Job = {
				context,
				client,
				index,
				canceled,
				get: (name) => context.getNodeParameter(name, index, ''),
				chosen: (name) => String(context.getNodeParameter(name, index, '', { extractValue: true }) ?? '').trim(),
			};
			try {
				const rows = await work(job);
				output.push(...rows.map(({ json, binary }) => ({ json: { ...json }, pairedItem: { item: index }, ...(binary ? { binary } : {}) })));
			} catch (error) {
				const known = explained(job, error as Error);
				if (!carriesOn(context)) throw known;
				output.push(toItem(context, item, index, {}, known));
			}
		}
		return [output];
	}
	return { run, failure: () => ({}) };
}
