import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';
import { pause, type Canceled } from '../gateway/pause';

/** A count of live calls is trusted this long. Milliseconds. */
const TRUST_MS = 1_000;

/** While no line is free, the gateway is asked again after these times; the last one repeats. Milliseconds. */
const ASK_AGAIN_MS = [1_000, 1_500, 2_000, 3_000, 5_000];

/**
 * The live calls of one account, as far as this process knows: what the gateway counted last, and what was
 * begun since. Shared by all runs of the process, so that they do not take the same line.
 */
class Lines {
	private counted = Infinity;
	private countedAt = -Infinity;
	/** Calls begun that the last count may not include. */
	private sinceCount = 0;
	private inFlight = 0;
	/** When calls were placed of late: the gateway's count may lag behind. */
	private young: number[] = [];
	private counting?: Promise<GatewayProblem | undefined>;
	/** Counts in a row that showed no free line. */
	private fullCounts = 0;

	/** Takes a line if one is known to be free. */
	take(max: number, now: number): boolean {
		if (now - this.countedAt > TRUST_MS || this.counted + this.sinceCount >= max) return false;
		this.sinceCount++;
		this.inFlight++;
		return true;
	}

	/** A call that took a line was placed, or was not. */
	settle(placed: boolean, now: number): void {
		this.inFlight--;
		if (placed) this.young.push(now);
		else this.sinceCount = Math.max(0, this.sinceCount - 1);
	}

	/** How long the gateway is left in peace before the next question. Milliseconds. */
	untilNextQuestion(now: number): number {
		const gap = ASK_AGAIN_MS[Math.min(this.fullCounts, ASK_AGAIN_MS.length - 1)];
		return this.counting === undefined ? this.countedAt + gap - now : 0;
	}

	/** Asks the gateway; runs that ask at the same time share the question. */
	async count(client: GatewayClient, max: number): Promise<GatewayProblem | undefined> {
		this.counting ??= this.ask(client, max).finally(() => {
			this.counting = undefined;
		});
		return await this.counting;
	}

	private async ask(client: GatewayClient, max: number): Promise<GatewayProblem | undefined> {
		const asked = Date.now();
		this.young = this.young.filter((at) => asked - at < TRUST_MS);
		const result = await client.send({ method: 'GET', path: '/CallCount' });
		if ('problem' in result) return result.problem;
		const { inbound, outbound } = (result.answer.body ?? {}) as IDataObject;
		if (typeof inbound !== 'number' || typeof outbound !== 'number') return client.unreadable(result.answer, false);
		this.counted = inbound + outbound;
		this.countedAt = Date.now();
		this.sinceCount = this.inFlight + this.young.length;
		this.fullCounts = this.counted >= max ? this.fullCounts + 1 : 0;
		return undefined;
	}
}

const accounts = new Map<string, Lines>();

/** A line that was taken; settle it once it is known whether the call was placed. */
export interface TakenLine {
	settle(placed: boolean): void;
}

/**
 * Waits until fewer than `max` of the account's calls are alive, and takes a line. Asks the gateway for its count
 * at most once a second, less often the longer no line is free.
 *
 * @returns undefined when the workflow was stopped; a problem when the gateway does not tell its count
 */
export async function takeLine(
	client: GatewayClient,
	max: number,
	canceled: Canceled,
): Promise<TakenLine | { problem: GatewayProblem } | undefined> {
	const key = `${client.account.baseUrl} ${client.account.accountSid}`;
	const lines = accounts.get(key) ?? new Lines();
	accounts.set(key, lines);
	while (!canceled()) {
		const now = Date.now();
		if (lines.take(max, now)) return { settle: (placed) => lines.settle(placed, Date.now()) };
		const wait = lines.untilNextQuestion(now);
		if (wait > 0) {
			await pause(wait, canceled);
			continue;
		}
		const problem = await lines.count(client, max);
		if (problem !== undefined) return { problem };
	}
	return undefined;
}
