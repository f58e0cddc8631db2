import { randomBytes } from 'crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Placement } from './place';

/** What a later try has to know about a call that was placed, or may have been. */
type Remembered = Exclude<Placement, { placed: 'no' }>;

/** The start that a run belongs to, by execution, node and run index; of this process. Oldest first. */
const starts = new Map<string, string>();
const MAX_STARTS = 20_000;

/**
 * Whether this run belongs to a second start of its execution. n8n, when it starts itself, takes up executions that have
 * not begun: one that a webhook has created at that very moment then runs twice, side by side, under the same id.
 */
function isSecondStart(context: IExecuteFunctions, store: IDataObject, run: string): boolean {
	// Kept with the execution's data: all tries of one start have it in common, and no other start has it.
	const start = (store.start ??= randomBytes(8).toString('hex')) as string;
	const execution = context.getExecutionId();
	if (!execution) return false;
	const key = `${execution} ${context.getNode().id} ${run}`;
	const first = starts.get(key) ?? start;
	starts.set(key, first);
	if (starts.size > MAX_STARTS) starts.delete(starts.keys().next().value as string);
	return first !== start;
}

const PREFIX = 'dialled:';

/**
 * What one node dialled in one execution, so that a repeated try ("Retry On Fail", or the engine's own re-run
 * when the first output item holds an error) does not dial again. Kept by n8n with the execution's data, under
 * the run index: a loop that brings the node new items is a new run, and dials.
 */
export class RunMemory {
	private readonly run: IDataObject;
	/** Then the calls are placed by the first start. */
	readonly ofSecondStart: boolean;

	constructor(context: IExecuteFunctions) {
		const store = context.getContext('node');
		const run = String(context.evaluateExpression('{{ $runIndex }}', 0));
		const key = `${PREFIX}${run}`;
		// Earlier rounds of a loop are over, and what they dialled need not be carried along.
		for (const earlier of Object.keys(store)) if (earlier.startsWith(PREFIX) && earlier !== key) delete store[earlier];
		this.run = (store[key] ??= {}) as IDataObject;
		this.ofSecondStart = isSecondStart(context, store, run);
	}

	get(itemIndex: number): Remembered | undefined {
		return this.run[itemIndex] as Remembered | undefined;
	}

	set(itemIndex: number, placement: Remembered): void {
		this.run[itemIndex] = placement as unknown as IDataObject;
	}

	/** Nothing will be tried again: the execution's data need not carry this on. */
	clear(): void {
		for (const key of Object.keys(this.run)) delete this.run[key];
	}
}
