import type { IExecuteFunctions } from 'n8n-workflow';

import { isWorker } from '../events/process';
import { pause } from '../gateway/pause';
import { UnusableValueError } from '../gateway/unusable';

/**
 * "Do Not Call Again": remembers across executions who was called, in n8n's own store of processed items.
 *
 * That store keeps hashes without a time, so a time limit is put into the hashed text: a call records its key for
 * the current and each of the following slices of the period, and a later call looks for its own slice only.
 * A key is therefore remembered for the whole period, and up to one slice longer.
 */

/** Slices per period: the fewer, the less is stored per call; the more, the more exact the end of the period. */
const SLICES = 8;

/** Entries that n8n keeps per node or workflow; the oldest are dropped. Enough for some 11,000 calls per period. */
const MAX_ENTRIES = 100_000;

const MODE = { mode: 'entries', maxEntries: MAX_ENTRIES } as const;

/** "Do Not Call Again" as the node's fields hold it. */
export interface NoRepeatOptions {
	/** What must not be called twice; empty: the called number. */
	key?: unknown;
	scope?: 'node' | 'workflow';
	/** Hours. */
	period?: number | string;
}

/** A key that was recorded for a call; taken back only when the call was certainly not placed. */
export interface Recorded {
	/** The call was placed. */
	sid(sid: string): void;
	/** The call may have been placed; also the end of a call of which one of the others was said. */
	keep(): void;
	takeBack(): Promise<void>;
	/**
	 * Makes sure, once the call was placed, that the record is still there. Another worker that changed the store at the
	 * same moment, for a number of its own, may have written back what it had read before.
	 */
	confirm(): Promise<void>;
}

/** How often a record that got lost is written again. */
const CONFIRMATIONS = 8;

/** A change that had read the store before a record was made is over after this long: the record is looked for then. Milliseconds. */
const CONFIRM_AFTER_MS = 500;

/** Sids of calls that this process recorded, for telling a duplicate which call it repeats. Oldest first. */
const sids = new Map<string, string>();
const MAX_SIDS = 20_000;

/** Calls that are recorded and under way in this process: whether their record stays. */
const underWay = new Map<string, Promise<boolean>>();

/** The store reads, changes and writes as a whole: within this process one change at a time. */
let queue: Promise<unknown> = Promise.resolve();

async function oneAtATime<T>(job: () => Promise<T>): Promise<T> {
	const result = queue.then(job);
	queue = result.catch(() => undefined);
	return await result;
}

export class NoRepeat {
	private constructor(
		private readonly context: IExecuteFunctions,
		private readonly scope: 'node' | 'workflow',
		private readonly key: string,
		private readonly sliceMs: number,
	) {}

	/** @throws {UnusableValueError} naming what cannot be used */
	static from(context: IExecuteFunctions, options: NoRepeatOptions, calledNumber: string): NoRepeat {
		const field = 'Do Not Call Again';
		const hours = Number(options.period ?? 24);
		if (!(hours > 0) || hours > 24 * 366) {
			throw new UnusableValueError(field, `${field}: "${String(options.period)}" under For (Hours) is not a number of hours from above 0 to 8784.`);
		}
		if (context.getWorkflow().id === undefined) {
			throw new UnusableValueError(field, `${field}: save the workflow first; n8n remembers calls for saved workflows only.`);
		}
		const given = typeof options.key === 'object' && options.key !== null ? JSON.stringify(options.key) : String(options.key ?? '');
		const key = given.trim() || calledNumber;
		return new NoRepeat(context, options.scope === 'workflow' ? 'workflow' : 'node', key, (hours * 3_600_000) / SLICES);
	}

	private entry(slice: number): string {
		return `call ${this.sliceMs} ${slice} ${this.key}`;
	}

	private get sidKey(): string {
		const place = this.scope === 'node' ? this.context.getNode().id : 'workflow';
		return `${this.context.getWorkflow().id} ${place} ${this.key}`;
	}

	/**
	 * Records the key, to be called just before dialling.
	 *
	 * @returns what was recorded; or that the key is a duplicate, and how to learn the earlier call's sid, which
	 *   may be under way: null when this process does not know it
	 */
	async record(): Promise<Recorded | { duplicateOf: () => string | null }> {
		for (;;) {
			const recorded = await oneAtATime(async () => await this.tryRecord());
			if (recorded !== undefined) return recorded;
			// The call that stands in the way may turn out not to be placed.
			const stays = (await underWay.get(this.sidKey)) ?? true;
			if (stays) return { duplicateOf: () => sids.get(this.sidKey) ?? null };
		}
	}

	private async tryRecord(): Promise<Recorded | undefined> {
		const { helpers } = this.context;
		const { scope, sidKey } = this;
		const now = Math.floor(Date.now() / this.sliceMs);
		const { processed } = await helpers.checkProcessedAndRecord([this.entry(now)], scope, MODE);
		if (processed.length > 0) return undefined;

		const later = Array.from({ length: SLICES }, (_, index) => this.entry(now + 1 + index));
		await helpers.checkProcessedAndRecord(later, scope, MODE);
		sids.delete(sidKey);
		let settle: (stays: boolean) => void = () => {};
		const settled = new Promise<boolean>((resolve) => {
			settle = (stays) => {
				if (underWay.get(sidKey) === settled) underWay.delete(sidKey);
				resolve(stays);
			};
		});
		underWay.set(sidKey, settled);
		const all = [this.entry(now), ...later];
		let takenBack = false;
		return {
			sid: (sid) => {
				sids.set(sidKey, sid);
				if (sids.size > MAX_SIDS) sids.delete(sids.keys().next().value as string);
				settle(true);
			},
			keep: () => settle(true),
			takeBack: async () => {
				takenBack = true;
				await oneAtATime(async () => await helpers.removeProcessed(all, scope, MODE));
				settle(false);
			},
			confirm: async () => {
				for (let time = 0; isWorker(this.context) && !takenBack && time < CONFIRMATIONS; time++) {
					// Not all workers at the same moment.
					await pause(CONFIRM_AFTER_MS * (1 + Math.random() / 5), () => false);
					const { new: lost } = await oneAtATime(async () => await helpers.checkProcessedAndRecord(all, scope, MODE));
					if (lost.length === 0) return;
				}
			},
		};
	}
}
