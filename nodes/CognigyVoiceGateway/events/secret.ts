import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { CREDENTIAL_TYPE, GatewayClient } from '../gateway/client';
import type { GatewayProblem } from '../gateway/problems';

/** A secret that fails is asked for again, but not more often than this. Milliseconds. */
const ASK_AGAIN_AFTER_MS = 60_000;

/** After a question that failed, webhooks are not turned into questions more often than this. Milliseconds. */
const RETRY_QUESTION_AFTER_MS = 5_000;

interface Known {
	secret?: string;
	askedAt: number;
	/** When a failed signature was the reason to ask. */
	askedAgainAt: number;
	/** What went wrong with the last question. */
	problem?: GatewayProblem;
	/** A question under way, shared by all webhooks that wait for it. */
	asking?: Promise<SecretAnswer>;
}

export type SecretAnswer = { secret: string } | { problem: GatewayProblem };

/** Secrets of the accounts in use. In memory only: neither n8n's database nor an output ever holds them. */
const known = new Map<string, Known>();

async function ask(client: GatewayClient): Promise<SecretAnswer> {
	// Never with ?regenerate: that rotates the secret, even on GET.
	const result = await client.send({ method: 'GET', path: '/WebhookSecret', timeoutMs: 10_000 });
	if ('problem' in result) return result;
	const secret = (result.answer.body as IDataObject | null)?.webhook_secret;
	if (typeof secret === 'string' && secret !== '') return { secret };
	return {
		problem: {
			message: 'The gateway has no webhook secret for this account.',
			description: 'Create one in the Voice Gateway Self-Service Portal.',
			code: String(result.answer.status),
			effect: 'no',
		},
	};
}

/**
 * The webhook secret of the client's account: the credential's own, or the gateway's, asked once and kept in memory.
 *
 * @param when `known`: what is known is enough; `failed`: a signature failed, so ask anew, at most once a minute, and a
 *   rotated secret heals itself; `fresh`: ask now, for a user who waits for the answer
 * @param now milliseconds since 1970
 */
export async function webhookSecret(
	client: GatewayClient,
	when: 'known' | 'failed' | 'fresh',
	now: number,
): Promise<SecretAnswer> {
	const { baseUrl, accountSid, apiKey, webhookSecret: configured } = client.account;
	if (configured !== undefined) return { secret: configured };

	const key = `${baseUrl} ${accountSid} ${apiKey}`;
	const entry = known.get(key) ?? { askedAt: -Infinity, askedAgainAt: -Infinity };
	known.set(key, entry);
	const fresh = when === 'fresh';
	const failed = when === 'failed' && now - entry.askedAgainAt >= ASK_AGAIN_AFTER_MS;
	if (entry.secret !== undefined && !fresh && !failed) return { secret: entry.secret };
	if (failed) entry.askedAgainAt = now;
	if (entry.problem !== undefined && !fresh && now - entry.askedAt < RETRY_QUESTION_AFTER_MS) {
		return { problem: entry.problem };
	}
	if (entry.asking === undefined) {
		entry.askedAt = now;
		entry.asking = ask(client).finally(() => {
			entry.asking = undefined;
		});
	}
	const answer = await entry.asking;
	entry.problem = 'problem' in answer ? answer.problem : undefined;
	if ('secret' in answer) entry.secret = answer.secret;
	// The old secret may still be right when only the question failed.
	return !fresh && entry.secret !== undefined ? { secret: entry.secret } : answer;
}

/**
 * Opening a credential costs n8n a question to its database and an evaluation of its fields, more than all the rest of
 * a webhook. So it is done this often, and when signatures fail a little more often, but not for each forged one.
 * Milliseconds.
 */
const OPEN_AGAIN_AFTER_MS = { known: 10_000, failed: 1_000 };

/** Secrets of credentials that were opened of late, by the credential's id, and when for which reason. */
const opened = new Map<string, { secret: string; known: number; failed: number }>();

/**
 * The webhook secret for a webhook of a node, by the node's credential. A credential that was changed counts within a
 * second when its new secret is the one that signs, and else within ten.
 *
 * @param when as in `webhookSecret`: ask again with `failed` when a signature failed
 * @param now milliseconds since 1970
 */
export async function secretFor(context: IWebhookFunctions, when: 'known' | 'failed', now: number): Promise<SecretAnswer> {
	const id = context.getNode().credentials?.[CREDENTIAL_TYPE]?.id;
	const recent = id ? opened.get(id) : undefined;
	if (recent !== undefined && now - recent[when] < OPEN_AGAIN_AFTER_MS[when]) return { secret: recent.secret };
	const failed = when === 'failed' ? now : (recent?.failed ?? -Infinity);
	if (recent !== undefined) recent.failed = failed;
	const answer = await webhookSecret(await GatewayClient.open(context), when, now);
	if (id && 'secret' in answer) opened.set(id, { secret: answer.secret, known: now, failed });
	return answer;
}
