import { NodeOperationError, type IExecuteFunctions, type NodeApiError } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { CreateCallRequest } from '../gateway/types';
import type { GuardOptions } from './guards';
import { takeLine, type TakenLine } from './lines';
import type { Recorded } from './noRepeat';
import { Pace } from './pace';
import { placeWithRetries, type Placement } from './place';
import { runPool } from './pool';
import type { CallPreparer, Prepared } from './prepare';
import { Progress } from './progress';
import { RunMemory } from './runMemory';
import { carriesOn } from './tool';

/** Why a call was left out on purpose. */
export type Skipped =
	| { reason: 'duplicate'; /** The earlier call, once the run is over; null when unknown. */ duplicateOf: () => string | null }
	| { reason: 'outside calling window'; nextWindowAt: string | null };

/** Everything that became of one item. At most one of placement, skipped and error; none when the run was stopped before. */
export interface Result {
	prepared: Prepared;
	placement?: Placement;
	skipped?: Skipped;
	error?: NodeOperationError | NodeApiError;
}

/** How a run paces itself; the first item's values count. */
interface Pacing {
	parallel: number;
	perSecond?: number;
	maxActive?: number;
	retries: number;
}

const STANDARD_PARALLEL = 5;
const STANDARD_RETRIES = 2;

type SessionOptions = GuardOptions & {
	callsInParallel?: number | string;
	callsPerSecond?: number | string;
	maxActiveCalls?: number | string;
	retriesIfNotPlaced?: number | string;
};

function pacingOf(context: IExecuteFunctions): Pacing {
	const options = context.getNodeParameter('options', 0, {}) as SessionOptions;
	const number = (value: unknown, title: string, least: number): number | undefined => {
		if (value === undefined || value === '' || value === null) return undefined;
		const given = Number(value);
		if (given >= least && Number.isFinite(given)) return given;
		throw new NodeOperationError(context.getNode(), `${title}: "${String(value)}" is not a number of at least ${least}. [item 0]`, {
			description: 'Nothing was dialled. Correct the option.',
		});
	};
	return {
		parallel: Math.floor(number(options.callsInParallel, 'Calls in Parallel', 1) ?? STANDARD_PARALLEL),
		perSecond: number(options.callsPerSecond, 'Calls per Second', 0.001),
		maxActive: number(options.maxActiveCalls, 'Max Active Calls', 1),
		retries: Math.floor(number(options.retriesIfNotPlaced, 'Retries If Not Placed', 0) ?? STANDARD_RETRIES),
	};
}

/** The calls that were placed, or may have been, as a text for an error: nothing placed is lost. */
export function placedSoFar(results: Array<Pick<Result, 'placement'>>): string {
	const lines = results.flatMap(({ placement }, index) => {
		if (placement?.placed === 'yes') return [`item ${index}: ${placement.sid}`];
		return placement?.placed === 'unknown' ? [`item ${index}: unknown, may have been placed`] : [];
	});
	return lines.length === 0 ? 'No call of this run was placed.' : `Calls of this run that were placed: ${lines.join('; ')}.`;
}

/** Places the calls of all input items of one run. */
export class DialSession {
	readonly results: Result[] = [];
	private readonly memory: RunMemory;
	private readonly pacing: Pacing;
	private readonly pace?: Pace;
	private readonly carryOn: boolean;
	private failed?: NodeOperationError | NodeApiError;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly client: GatewayClient,
		private readonly preparer: CallPreparer,
	) {
		this.memory = new RunMemory(context);
		this.pacing = pacingOf(context);
		this.pace = this.pacing.perSecond === undefined ? undefined : new Pace(this.pacing.perSecond);
		this.carryOn = carriesOn(context);
	}

	/** Items whose calls an earlier try of this run dialled. */
	readonly remembered = new Set<number>();

	/** Whether the user stopped the workflow. */
	readonly canceled = (): boolean => this.context.getExecutionCancelSignal()?.aborted === true;
	private readonly stopped = (): boolean => this.failed !== undefined || this.canceled();

	/**
	 * Checks all items before the first phone rings, then dials.
	 *
	 * @throws {NodeOperationError | NodeApiError} for the first item that fails, unless the node is set to continue;
	 *   the error lists the calls that had been placed
	 */
	async dial(): Promise<Result[]> {
		if (this.memory.ofSecondStart) {
			throw new NodeOperationError(this.context.getNode(), 'n8n has started this execution a second time. Nothing was dialled by it.', {
				description: 'n8n may do that with an execution that arrives while n8n itself is starting. The calls are placed by the first start.',
			});
		}
		const { results } = this;
		const count = this.context.getInputData().length;
		for (let index = 0; index < count; index++) {
			const prepared = await this.preparer.prepare(index);
			const placement = this.memory.get(index);
			if (placement !== undefined) this.remembered.add(index);
			const error = 'error' in prepared && placement === undefined ? prepared.error : undefined;
			if (error !== undefined && !this.carryOn) {
				// An earlier try of this run may have placed others.
				const earlier = Array.from({ length: count }, (_, item) => ({ placement: this.memory.get(item) }));
				throw this.withPlaced(error, earlier);
			}
			results.push({ prepared, placement, error });
		}

		const progress = new Progress(this.context, count);
		await runPool(
			count,
			this.pacing.parallel,
			async (index) => {
				await this.dialOne(index).catch((error: Error) => this.failUnexpectedly(index, error));
				progress.report(results);
			},
			this.stopped,
		);
		if (this.canceled()) this.context.logger.warn(`The run was stopped. ${placedSoFar(results)}`);
		else if (this.failed !== undefined) throw this.withPlaced(this.failed, results);
		return results;
	}

	/** The last thing a run does: what was dialled need not be remembered, unless n8n may run the node again. */
	forget(): void {
		if (this.results.every(({ error }) => error === undefined) && !this.mayRunAgain()) this.memory.clear();
	}

	private withPlaced<E extends NodeOperationError | NodeApiError>(error: E, results: Array<Pick<Result, 'placement'>>): E {
		error.description = `${error.description ?? ''} ${placedSoFar(results)}`.trim();
		return error;
	}

	/** n8n takes a field `error` of the first output item for a failure, and runs the node again; the input's fields are put out. */
	private mayRunAgain(): boolean {
		return this.context.getInputData().some(({ json }) => json.error !== undefined);
	}

	private async dialOne(index: number): Promise<void> {
		const result = this.results[index];
		if (result.placement !== undefined || 'error' in result.prepared) return;
		const { guards, request } = result.prepared;

		if (this.isOutsideWindow(index)) return;
		const recorded = await guards.noRepeat?.record();
		if (recorded !== undefined && 'duplicateOf' in recorded) {
			result.skipped = { reason: 'duplicate', duplicateOf: recorded.duplicateOf };
			return;
		}

		try {
			await this.dialRecorded(index, request, recorded);
		} finally {
			recorded?.keep();
		}
	}

	private async dialRecorded(index: number, request: CreateCallRequest, recorded: Recorded | undefined): Promise<void> {
		const result = this.results[index];
		const line = await this.takeLine(index);
		const turn = async (): Promise<boolean> => {
			await this.pace?.turn(this.stopped);
			// The window is asked last, at the moment of dialling: waiting may have taken long.
			return !this.stopped() && result.error === undefined && !this.isOutsideWindow(index);
		};
		const placement = await placeWithRetries(this.client, request, this.pacing.retries, turn, this.stopped);
		line?.settle(placement?.placed === 'yes' || placement?.placed === 'unknown');
		await this.settle(index, placement, recorded);
	}

	private async settle(index: number, placement: Placement | undefined, recorded: Recorded | undefined): Promise<void> {
		const result = this.results[index];
		if (placement !== undefined && placement.placed !== 'no') {
			result.placement = placement;
			this.memory.set(index, placement);
			if (placement.placed === 'yes') recorded?.sid(placement.sid);
			return;
		}
		try {
			await recorded?.takeBack();
		} catch (error) {
			this.context.logger.error(`Item ${index} was not dialled, but stays recorded as called: ${(error as Error).message}`);
		}
		if (placement === undefined) return;
		if (result.skipped !== undefined || result.error !== undefined) return;
		result.placement = placement;
		const { problem } = placement;
		this.fail(index, this.client.error({ ...problem, message: `${problem.message} [item ${index}]` }, index));
	}

	private fail(index: number, error: NodeOperationError | NodeApiError): void {
		this.results[index].error = error;
		if (!this.carryOn) this.failed ??= error;
	}

	/** n8n's storage failed, say. The other items' calls go on, and nothing that was placed is lost. */
	private failUnexpectedly(index: number, error: Error): void {
		const result = this.results[index];
		if (result.placement !== undefined && result.placement.placed !== 'no') {
			this.context.logger.error(`Item ${index} was dialled, but not everything about it could be stored: ${error.message}`);
			return;
		}
		this.fail(
			index,
			new NodeOperationError(this.context.getNode(), `${error.message} [item ${index}]`, {
				itemIndex: index,
				description: 'Nothing was dialled for this item. Try again.',
			}),
		);
	}

	/** Whether the calling window forbids the call now; then it says so in the item's result. */
	private isOutsideWindow(index: number): boolean {
		const result = this.results[index];
		if ('error' in result.prepared) return false;
		const { outside, window } = result.prepared.guards;
		const now = Date.now();
		if (window === undefined || window.isOpen(now)) return false;
		const nextWindowAt = window.nextOpening(now);
		if (outside === 'error') {
			const message = `Outside the calling window: this call may not be placed now. [item ${index}]`;
			this.fail(
				index,
				new NodeOperationError(this.context.getNode(), message, {
					itemIndex: index,
					description: `Nothing was dialled for this item. The window opens next at ${nextWindowAt ?? 'no time within a year'}.`,
				}),
			);
		} else {
			result.skipped = { reason: 'outside calling window', nextWindowAt };
		}
		return true;
	}

	private async takeLine(index: number): Promise<TakenLine | undefined> {
		const { maxActive } = this.pacing;
		if (maxActive === undefined) return undefined;
		const line = await takeLine(this.client, maxActive, this.stopped);
		if (line === undefined || 'settle' in line) return line;
		const { problem } = line;
		this.fail(
			index,
			this.client.error({ ...problem, message: `The number of live calls cannot be read, so nothing is dialled. ${problem.message} [item ${index}]` }, index),
		);
		return undefined;
	}
}
