import { NodeOperationError, type ILoadOptionsFunctions, type INodeListSearchItems, type INodeProperties } from 'n8n-workflow';

import { GatewayClient, GatewayProblemError } from '../gateway/client';

/** What every list to choose from has in common. A key without the right to list still works by typing. */

/** Whether a text holds what the user searches for. */
export const matches = (text: string, filter: string | undefined): boolean =>
	filter === undefined || text.toLowerCase().includes(filter.trim().toLowerCase());

/** Whether a number holds the digits of what the user searches for, however these are written. */
export function matchesDigits(number: string, filter: string | undefined): boolean {
	const digits = filter?.replace(/[^\d]/g, '');
	return digits !== undefined && digits !== '' && number.includes(digits);
}

export const byName = (a: INodeListSearchItems, b: INodeListSearchItems): number => a.name.localeCompare(b.name);

/** Opens a client, and shows in the picker what went wrong. */
export async function pick<T>(context: ILoadOptionsFunctions, job: (client: GatewayClient) => Promise<T>): Promise<T> {
	const client = await GatewayClient.open(context);
	try {
		return await job(client);
	} catch (error) {
		throw error instanceof GatewayProblemError ? client.error(error.problem) : error;
	}
}

/**
 * Says what to do where there is nothing to choose from, which n8n would only call "No results".
 *
 * @param things what the list would hold, and when, e.g. "applications yet"
 * @param remedy how the account gets some
 */
export function nothingToChoose(context: ILoadOptionsFunctions, things: string, remedy: string): NodeOperationError {
	return new NodeOperationError(context.getNode(), `This account has no ${things}.`, { description: remedy });
}

/** A field with a list to choose from and a way to type. */
export function locatorField(
	field: Pick<INodeProperties, 'displayName' | 'name' | 'description' | 'required' | 'displayOptions' | 'hint'>,
	list: { search: string; placeholder: string },
	typed: { displayName: string; name: string; placeholder: string },
	preset: { value: string; cachedResultName?: string } = { value: '' },
): INodeProperties {
	return {
		...field,
		type: 'resourceLocator',
		default: { mode: 'list', ...preset },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: list.placeholder,
				typeOptions: { searchListMethod: list.search, searchable: true },
			},
			{ ...typed, type: 'string' },
		],
	};
}
