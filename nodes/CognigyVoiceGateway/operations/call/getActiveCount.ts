import type { IDataObject } from 'n8n-workflow';

import { GatewayProblemError } from '../../gateway/client';
import { optionsField, perItem, type Job } from '../perItem';
import type { Operation } from '../types';

async function count({ client }: Job) {
	const answer = await client.ask({ method: 'GET', path: '/CallCount' });
	const { inbound, outbound } = (answer.body ?? {}) as IDataObject;
	if (typeof inbound !== 'number' || typeof outbound !== 'number') {
		throw new GatewayProblemError(client.unreadable(answer, false));
	}
	return [{ json: { inbound, outbound, total: inbound + outbound } }];
}

export const getActiveCount: Operation = {
	value: 'getActiveCount',
	name: 'Get Active Count',
	action: 'Get the number of active calls',
	description: 'Count the calls of the account that are alive right now, by direction',
	fields: [optionsField()],
	...perItem(count),
};
