import { randomBytes } from 'crypto';

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
 *
 * n8n reads the store, changes it and writes it back as a whole, with no lock between processes: of two workers that do
 * so at the same moment, the one that writes last undoes what the other one wrote. So a worker puts a mark of its own
 * beside its records, and looks for it a little later, when every such change is over. Of several that recorded the same
 * key at the same moment, the one whose mark is still there dials; the others see the key without their mark.
 */

/** Slices per period: the fewer, the less is stored per call; the more, the more exact the end of the period. */
const SLICES = 8;

/** Entries that n8n keeps per node or workflow; the oldest are dropped. Enough for some 10,000 calls per period. */
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
}

/** A key that was recorded: who calls it in this run. */
interface Claim {
	recorded: Recorded;
	/** Entries of the key, without that of the current slice. */
	later: string[];
	/** On a worker, an entry that nobody else writes. */
	mark: string[];
	/** All entries that were recorded. */
	all: string[];
}

/** How long one change of the store may take, in milliseconds: a worker looks for its mark then. */
const LOOK_AFTER_MS = 500;

/** How often a worker writes a record again that others have undone. */
const MOST_LOOKS = 20;

/** Sids of calls that this process recorded, for telling a duplicate which call it repeats. Oldest first. */
const sids = new Map<string, string>();
const MAX_SIDS = 20_000;

/** Calls that are recorded and under way in this process: whether their record stays. */
const underWay = new Map<string, Promise<boolean>>();

/** Within this process one change of the store at a time. */
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
			const claim = await oneAtATime(async () => await this.claim());
			if (claim !== undefined) {
				if (await this.stands(claim)) return claim.recorded;
				return { duplicateOf: () => null };
			}
			// The call that stands in the way may turn out not to be placed.
			const stays = (await underWay.get(this.sidKey)) ?? true;
			if (stays) return { duplicateOf: () => sids.get(this.sidKey) ?? null };
		}
	}

	/** The entries that are not in the store yet, which they are from now on. */
	private async enter(entries: string[]): Promise<string[]> {
		const enter = async () => (await this.context.helpers.checkProcessedAndRecord(entries, this.scope, MODE)).new as string[];
		return await enter().catch(async (error: Error) => {
			// Two processes have made the very first record of a node at the same moment: n8n creates its store twice.
			if (/unique|duplicate key/i.test(error.message)) return await enter();
			throw error;
		});
	}

	/** Records the key, unless it is recorded already. */
	private async claim(): Promise<Claim | undefined> {
		const { sidKey } = this;
		const slice = Math.floor(Date.now() / this.sliceMs);
		const now = this.entry(slice);
		if ((await this.enter([now])).length === 0) return undefined;

		const later = Array.from({ length: SLICES }, (_, index) => this.entry(slice + 1 + index));
		const mark = isWorker(this.context) ? [`mark ${randomBytes(16).toString('hex')}`] : [];
		const all = [now, ...later, ...mark];
		// Another worker has recorded the key since: it dials.
		if ((await this.enter(all)).filter((entry) => later.includes(entry)).length === 0) return undefined;

		sids.delete(sidKey);
		let settle: (stays: boolean) => void = () => {};
		const settled = new Promise<boolean>((resolve) => {
			settle = (stays) => {
				if (underWay.get(sidKey) === settled) underWay.delete(sidKey);
				resolve(stays);
			};
		});
		underWay.set(sidKey, settled);
		const recorded: Recorded = {
			sid: (sid) => {
				sids.set(sidKey, sid);
				if (sids.size > MAX_SIDS) sids.delete(sids.keys().next().value as string);
				settle(true);
			},
			keep: () => settle(true),
			takeBack: async () => {
				await oneAtATime(async () => await this.context.helpers.removeProcessed(all, this.scope, MODE));
				settle(false);
			},
		};
		return { recorded, later, mark, all };
	}

	/**
	 * Whether a claim is this worker's for good.
	 *
	 * @throws {Error} when others undo it again and again, or n8n's storage fails; the key is free again, if possible
	 */
	private async stands(claim: Claim): Promise<boolean> {
		const { mark, recorded } = claim;
		if (mark.length === 0) return true;
		const stands = await this.look(claim).catch(async (error: Error) => {
			await recorded.takeBack().catch(() => recorded.keep());
			throw error;
		});
		if (!stands) recorded.keep();
		return stands;
	}

	/** Whether the mark of a claim is still there when the changes of others that began before it are over. */
	private async look({ later, mark, all }: Claim): Promise<boolean> {
		for (let looks = 0; looks < MOST_LOOKS; looks++) {
			// Not all workers at the same moment.
			await pause(LOOK_AFTER_MS * (1 + Math.random() / 5), () => false);
			const lost = await oneAtATime(async () => await this.enter(all));
			if (lost.length === 0) return true;
			if (lost.includes(mark[0]) && !lost.includes(later[0])) return false;
			// A change of other keys undid it; looking has written it again.
		}
		throw new Error('Do Not Call Again: other workers change the records of this node all the time.');
	}
}
