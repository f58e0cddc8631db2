import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Placement } from './place';

/** What a later try has to know about a call that was placed, or may have been. */
type Remembered = Exclude<Placement, { placed: 'no' }>;

const PREFIX = 'dialled:';

/**
 * What one node dialled in one execution, so that a repeated try ("Retry On Fail", or the engine's own re-run
 * when the first output item holds an error) does not dial again. Kept by n8n with the execution's data, under
 * the run index: a loop that brings the node new items is a new run, and dials.
 */
export class RunMemory {
	private readonly run: IDataObject;

	constructor(context: IExecuteFunctions) {
		const store = context.getContext('node');
		const key = `${PREFIX}${String(context.evaluateExpression('{{ $runIndex }}', 0))}`;
		// Earlier rounds of a loop are over, and what they dialled need not be carried along.
		for (const earlier of Object.keys(store)) if (earlier.startsWith(PREFIX) && earlier !== key) delete store[earlier];
		this.run = (store[key] ??= {}) as IDataObject;
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
