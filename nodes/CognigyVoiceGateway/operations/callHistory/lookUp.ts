import type { IDataObject } from 'n8n-workflow';

import { GatewayProblemError } from '../../gateway/client';
import { idOf } from '../one';
import type { Job } from '../perItem';

/** The gateway looks through this much first; a call of long ago costs it a second, longer look. */
const USUAL_DAYS = 30;

/**
 * The row of the call that the item's field Call names.
 *
 * @throws {UnusableValueError} for what is no sid
 * @throws {GatewayProblemError} when the history does not have the call
 */
export async function historyRow(job: Job): Promise<{ sid: string; row: IDataObject }> {
	const { client } = job;
	const sid = idOf(job, 'call', 'Call', 'call');
	for (const time of [{ days: USUAL_DAYS }, {}]) {
		const rows = await client.list<IDataObject>({ path: '/RecentCalls', qs: { page: 1, count: 10, filter: sid, ...time } });
		const row = rows.find((candidate) => candidate?.call_sid === sid);
		if (row !== undefined) return { sid, row };
	}
	throw new GatewayProblemError({
		message: `The call history of account ${client.account.accountSid} has no call ${sid}.`,
		description: 'A call gets there some seconds after it has ended: try again later if it has only just ended. Otherwise check the sid and Account SID in the credential; the gateway forgets old calls.',
		code: '404',
		effect: 'no',
	});
}
