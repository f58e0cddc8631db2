import type { IDataObject } from 'n8n-workflow';

import type { CallEventRecord } from './normalise';

/** Which events start a run. */
export interface EventFilter {
	/** `final`: the end of a call; `status`: every call status; `all`: also answering-machine events; `selected`: those in `events`. */
	listenFor: 'final' | 'status' | 'all' | 'selected';
	/** For `selected`: call statuses, and `amd` for every answering-machine event. */
	events: string[];
	applicationSid?: string;
	/** The application that reports to the trigger. Events that name no application are its own, e.g. those of a transferred leg. */
	reportedBy?: string;
	direction?: string;
	/** All of them must match; a key may be a path into nested metadata, e.g. `customer.id`. */
	metadata: Array<{ key: string; value: string }>;
}

/** The value at a key, or else at a dotted path of keys; own properties only. */
function valueAt(data: IDataObject | null, path: string): unknown {
	if (data === null) return undefined;
	if (Object.hasOwn(data, path)) return data[path];
	return path
		.split('.')
		.reduce<unknown>(
			(at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as IDataObject)[key] : undefined),
			data,
		);
}

/** Whether an event starts a run. */
export function passes(record: CallEventRecord, filter: EventFilter): boolean {
	const amd = record.event.startsWith('amd_');
	switch (filter.listenFor) {
		// With `all`, nothing is left out.
		case 'final':
			if (!record.final) return false;
			break;
		case 'status':
			if (amd) return false;
			break;
		case 'selected':
			if (!filter.events.includes(amd ? 'amd' : record.event)) return false;
			break;
	}
	if (filter.applicationSid && record.application_sid !== filter.applicationSid) return false;
	if (filter.reportedBy && record.application_sid !== null && record.application_sid !== filter.reportedBy) return false;
	if (filter.direction && record.direction !== filter.direction) return false;
	return filter.metadata.every(({ key, value }) => {
		const found = valueAt(record.tag, key);
		return found !== undefined && found !== null && String(found) === value;
	});
}
