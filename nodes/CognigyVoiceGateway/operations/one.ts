import type { IDataObject } from 'n8n-workflow';

import { GatewayProblemError } from '../gateway/client';
import { UUID } from '../gateway/environments';
import { UnusableValueError } from '../gateway/unusable';
import type { Job } from './perItem';

/** Reading one thing of the account by its ID. */

/**
 * An ID that a field holds, in the form in which the gateway knows it.
 *
 * @param what names the thing, e.g. "application"
 * @throws {UnusableValueError} before any request
 */
export function idOf(job: Job, name: string, field: string, what: string): string {
	const given = job.chosen(name);
	const id = given.toLowerCase();
	if (UUID.test(id)) return id;
	const one = `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
	throw new UnusableValueError(
		field,
		id === ''
			? `${field} is empty. Choose one from the list, or give the ID of the ${what}.`
			: `${field}: "${given.slice(0, 80)}" is not the ID of ${one}, which looks like 7087fe50-8acb-4f3b-b820-97b573723aab.`,
	);
}

/**
 * Reads one thing, and only if it belongs to the account: a key above the account's level may see those of others.
 *
 * @param shared whether things that belong to no account at all may be seen too
 * @throws {GatewayProblemError}
 */
export async function readOne({ client }: Job, path: string, id: string, what: string, shared = false): Promise<IDataObject> {
	const missing = (code: string) =>
		new GatewayProblemError({
			message: `There is no ${what} with the ID ${id} in account ${client.account.accountSid}.`,
			description: `Choose the ${what} again from the list, or look its ID up with Get Many. If it is right, check Account SID and Environment in the credential.`,
			code,
			effect: 'no',
		});
	const answer = await client.ask({ method: 'GET', path: `${path}/${id}`, global: true }).catch((error: unknown) => {
		const problem = error instanceof GatewayProblemError ? error.problem : undefined;
		// The gateway's own 404 is empty; any other comes from something that is no gateway.
		throw problem?.code === '404' && !problem.message.includes('"') ? missing('404') : error;
	});
	const row = answer.body as IDataObject | null;
	if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new GatewayProblemError(client.unreadable(answer, false));
	const owner = row.account_sid ?? null;
	if (owner === client.account.accountSid || (owner === null && shared)) return row;
	throw missing(String(answer.status));
}
