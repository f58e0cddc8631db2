import type { GatewayProblem } from './problems';

/**
 * When a request that certainly had no effect may be sent again, and after how long. One rule for all of them:
 * the list of calls and the call itself wait in the same way when the gateway's rate limit is reached.
 */

/** What passes by itself: nobody there for a moment, no capacity (480), rate limit (429). None of them reached the gateway's work. */
const PASSES_BY_ITSELF = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '429', '480']);

/** First wait before a repeat; doubles each time. Milliseconds. */
const FIRST_WAIT_MS = 1_000;

/** A gateway that asks for a longer wait than this is not waited for. Milliseconds. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * How long to wait before the next try, with jitter, so that several runs do not come back together.
 *
 * @param retry how many repeats there have been
 * @returns milliseconds; undefined: the request must not be sent again
 */
export function waitBefore(retry: number, { code, effect, retryAfterMs }: GatewayProblem): number | undefined {
	if (effect !== 'no' || !PASSES_BY_ITSELF.has(code)) return undefined;
	const backoff = FIRST_WAIT_MS * 2 ** retry * (0.75 + Math.random() / 2);
	const wait = retryAfterMs === undefined ? backoff : retryAfterMs + Math.random() * 500;
	return wait > LONGEST_WAIT_MS ? undefined : wait;
}
