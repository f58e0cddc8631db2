import type { IExecuteFunctions } from 'n8n-workflow';

import { isTool } from '../../dialling/tool';

/** Where and when a tool can wait: n8n was made for nodes of the main path. */

/** The node's runs that one turn of the model asked for: as indices, from and up to, not included. */
interface Turn {
	from: number;
	to: number;
}

const KEPT_UNDER = 'turn';

/**
 * How many calls of this tool the model asked for in one turn. n8n enters all runs of a turn into the execution before
 * the first of them begins.
 */
function callsOfTurn(context: IExecuteFunctions): number {
	const store = context.getContext('node') as { [KEPT_UNDER]?: Turn };
	const { $node } = context.getWorkflowDataProxy(0) as unknown as { $node: Record<string, { runIndex: number }> };
	const to = $node[context.getNode().name].runIndex + 1;
	const { [KEPT_UNDER]: last } = store;
	const turn = last?.to === to ? last : { from: last?.to ?? 0, to };
	store[KEPT_UNDER] = turn;
	return turn.to - turn.from;
}

/**
 * Why this run may not wait, if it is one of a tool. Has to be asked in every run of the tool: it counts them.
 */
export function whyToolCannotWait(context: IExecuteFunctions): { message: string; description: string } | undefined {
	if (!isTool(context)) return undefined;
	// An agent that runs its tools itself goes on without the outcome, and the execution then waits for nothing. n8n 2
	// says so; in n8n 1 the id that the engine gives to its own runs of a tool is missing.
	const byEngine = context.getInputData()[0]?.json.toolCallId !== undefined && context.isToolExecution?.() !== true;
	if (!byEngine || typeof context.putExecutionToWait !== 'function') {
		return {
			message: 'This n8n cannot let a tool wait for a phone call. Nothing was dialled.',
			description: 'Use the operation Create instead: it places the call and returns at once, without the outcome.',
		};
	}
	// When the first call is over, n8n takes the other runs of the turn for done.
	const count = callsOfTurn(context);
	if (count === 1) return undefined;
	return {
		message: `Only one call at a time can be waited for, and ${count} were asked for at once. Nothing was dialled.`,
		description: 'Call this tool for one number, and for the next one when the outcome of the first is known.',
	};
}
