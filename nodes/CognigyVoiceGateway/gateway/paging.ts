import type { IDataObject } from 'n8n-workflow';

import { GatewayProblemError, type GatewayClient, type GatewayRequest } from './client';
import type { Canceled } from './pause';

/** Reads lists that the gateway gives in pages, one page after the other and not one more than is needed. */

/** The gateway answers a larger page with an error. */
const LARGEST_PAGE = 500;

/** Pages in a row that bring nothing new before a server is taken for one that cannot page. */
const BARREN_PAGES = 2;

export interface Listing {
	request: Omit<GatewayRequest, 'method' | 'changesState'>;
	/** How the API calls the size of a page. */
	sizeName: 'count' | 'page_size';
	/** What makes a row itself: a list that grows at its top while it is read shows some of its rows twice. */
	identity: (row: IDataObject) => string;
	/** Rows that are wanted; the others count for nothing. */
	wanted?: (row: IDataObject) => boolean;
	/** How many rows; Infinity for all. */
	limit: number;
}

/** A size of page that divides the limit without a rest to throw away. */
const pageSize = (limit: number): number => (Number.isFinite(limit) ? Math.ceil(limit / Math.ceil(limit / LARGEST_PAGE)) : LARGEST_PAGE);

const isObject = (row: unknown): row is IDataObject => typeof row === 'object' && row !== null && !Array.isArray(row);

/**
 * Reads rows until there are enough of them, or no more, or the workflow is stopped.
 *
 * @throws {GatewayProblemError} when a page cannot be had, or the same one comes for ever
 */
export async function readRows(client: GatewayClient, listing: Listing, canceled: Canceled): Promise<IDataObject[]> {
	const { request, sizeName, identity, wanted = () => true, limit } = listing;
	const size = pageSize(limit);
	const seen = new Set<string>();
	const rows: IDataObject[] = [];
	let barren = 0;
	for (let page = 1; rows.length < limit && !canceled(); page++) {
		const answer = await client.ask({ ...request, method: 'GET', qs: { page, [sizeName]: size, ...request.qs } });
		const got = client.rowsOf<unknown>(answer).filter(isObject);
		const fresh = got.filter((row) => !seen.has(identity(row)));
		for (const row of fresh) {
			if (seen.has(identity(row))) continue;
			seen.add(identity(row));
			if (wanted(row) && rows.length < limit) rows.push(row);
		}
		// A list without pages is whole; a page that is not full is the last.
		if (Array.isArray(answer.body) || got.length < size) break;
		barren = fresh.length === 0 ? barren + 1 : 0;
		if (barren >= BARREN_PAGES) {
			throw new GatewayProblemError({
				message: 'The gateway sends the same page of the list again and again.',
				description: 'Ask for fewer rows: lower Limit, or narrow the time or the filters. Tell the administrator of the gateway.',
				code: String(answer.status),
				effect: 'no',
			});
		}
	}
	return rows;
}
