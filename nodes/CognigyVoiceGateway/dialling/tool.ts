import type { IExecuteFunctions } from 'n8n-workflow';

/** The node as a tool: an AI agent runs it, and a language model reads what it puts out. */

/** n8n makes a node type of its own out of a node that is usable as a tool. */
export const isTool = (context: IExecuteFunctions): boolean => context.getNode().type.endsWith('Tool');

/**
 * Whether an item that fails is put out with its error. A tool's error is a result too: the model can act on it. Thrown,
 * it would end the whole execution in n8n 1, and an agent that runs its tools itself would tell the model nothing at all.
 */
export function carriesOn(context: IExecuteFunctions): boolean {
	return context.continueOnFail() || (isTool(context) && context.getNode().onError !== 'stopWorkflow');
}
