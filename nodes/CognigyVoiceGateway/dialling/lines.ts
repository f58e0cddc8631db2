import type { IDataObject } from 'n8n-workflow';

import type { GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';
import { pause, type Canceled } from './pause';

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

	/** Asks the gateway; runs that ask at the same time share the question. */
	async count(client: GatewayClient): Promise<GatewayProblem | undefined> {
		this.counting ??= this.ask(client).finally(() => {
			this.counting = undefined;
		});
		return await this.counting;
	}

	private async ask(client: GatewayClient): Promise<GatewayProblem | undefined> {
		const asked = Date.now();
		this.young = this.young.filter((at) => asked - at < TRUST_MS);
		const result = await client.send({ method: 'GET', path: '/CallCount' });
		if ('problem' in result) return result.problem;
		const { inbound, outbound } = (result.answer.body ?? {}) as IDataObject;
		if (typeof inbound !== 'number' || typeof outbound !== 'number') return client.unreadable(result.answer, false);
		this.counted = inbound + outbound;
		this.countedAt = Date.now();
		this.sinceCount = this.inFlight + this.young.filter((at) => this.countedAt - at < TRUST_MS).length;
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
	for (let asked = 0; !canceled(); asked++) {
		if (lines.take(max, Date.now())) return { settle: (placed) => lines.settle(placed, Date.now()) };
		if (asked > 0) await pause(ASK_AGAIN_MS[Math.min(asked, ASK_AGAIN_MS.length) - 1], canceled);
		const problem = await lines.count(client);
		if (problem !== undefined) return { problem };
	}
	return undefined;
}
