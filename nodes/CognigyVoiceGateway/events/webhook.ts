import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { reportingApplication } from './application/calls';
import type { EventFilter } from './filter';
import { receive, type IncomingWebhook, type Verification } from './receive';
import { secretFor } from './secret';
import { SIGNATURE_HEADER } from './verify';

/** What the trigger answers, and the item that starts a run, if one does. */
export interface WebhookResult {
	status: number;
	reason: string;
	item?: IDataObject;
}

function filterOf(context: IWebhookFunctions): EventFilter {
	const filters = context.getNodeParameter('filters', {}) as {
		application?: unknown;
		direction?: string;
		metadata?: { pairs?: Array<{ key: string; value: unknown }> };
	};
	const application =
		filters.application === undefined ? '' : String(context.getNodeParameter('filters.application', '', { extractValue: true }) ?? '');
	return {
		listenFor: context.getNodeParameter('listenFor', 'final') as EventFilter['listenFor'],
		events: context.getNodeParameter('events', []) as string[],
		...(reportingApplication(context) ?? { applicationSid: application.trim().toLowerCase() || undefined }),
		direction: filters.direction || undefined,
		metadata: (filters.metadata?.pairs ?? [])
			.filter(({ key }) => key !== '')
			.map(({ key, value }) => ({ key: key.trim(), value: String(value) })),
	};
}

function verificationOf(context: IWebhookFunctions, now: number): Verification {
	switch (context.getNodeParameter('verification', 'signature')) {
		case 'none':
			return { by: 'none' };
		case 'token': {
			const { token } = context.getQueryData() as IDataObject;
			const expected = String(context.getNodeParameter('token', '')).trim();
			return { by: 'token', expected, given: typeof token === 'string' ? token : '' };
		}
		default:
			return bySignature(context, now);
	}
}

/** What a webhook's context holds for its way in. */
export function incoming(context: IWebhookFunctions): IncomingWebhook {
	const headers = context.getHeaderData();
	const signature = headers[SIGNATURE_HEADER];
	return {
		rawBody: context.getRequestObject().rawBody ?? Buffer.alloc(0),
		contentType: headers['content-type'],
		signature: Array.isArray(signature) ? signature.join(',') : signature,
		receivedAt: Date.now(),
	};
}

/** Verification by the account's webhook secret. */
export const bySignature = (context: IWebhookFunctions, now: number): Verification => ({
	by: 'signature',
	secret: async (when) => await secretFor(context, when, now),
});

async function take(context: IWebhookFunctions): Promise<WebhookResult> {
	const webhook = incoming(context);
	const { includeRaw = false } = context.getNodeParameter('options', {}) as { includeRaw?: boolean };
	const reception = await receive(
		webhook,
		verificationOf(context, webhook.receivedAt),
		filterOf(context),
		`${context.getMode()} ${context.getWorkflow().id ?? ''} ${context.getNode().id}`,
		context.getWorkflowStaticData('node'),
	);
	if (!('record' in reception)) return reception;
	const { record, raw } = reception;
	return { status: 200, reason: 'OK', item: { ...record, ...(includeRaw ? { raw } : {}) } as IDataObject };
}

/** Handles one webhook. Never throws: n8n would answer with 500 and start a run that failed. */
export async function receiveWebhook(context: IWebhookFunctions): Promise<WebhookResult> {
	try {
		return await take(context);
	} catch (error) {
		context.logger.error('A call-status webhook could not be handled', { error: (error as Error).message });
		return { status: 503, reason: 'Not available' };
	}
}
