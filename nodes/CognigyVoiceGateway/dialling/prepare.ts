import { NodeOperationError, type IExecuteFunctions, type NodeApiError } from 'n8n-workflow';

import { pairedTrigger } from '../events/pairing';
import type { GatewayClient } from '../gateway/client';
import { UUID } from '../gateway/environments';
import type { CreateCallRequest, PhoneNumber } from '../gateway/types';
import { caller, UnusableValueError } from './callee';
import { buildCallRequest, type CallOptions } from './callRequest';
import { hookUrl } from './hookUrl';

/** A call that may be dialled, or the reason why not. */
export type Prepared = { request: CreateCallRequest } | { error: NodeOperationError | NodeApiError };

/** Value of the application field that stands for "whatever the calling number is assigned to". */
export const ASSIGNED_APPLICATION = 'assigned';

/**
 * Reads the node's fields item by item and checks them, before any phone rings.
 * What several items share (the account's numbers, the paired trigger) is looked up once.
 */
export class CallPreparer {
	private numbers?: Promise<PhoneNumber[]>;
	private readonly trigger;

	/**
	 * @param readNumbers the account's phone numbers; asked at most once, and only if an item needs them
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly client: GatewayClient,
		private readonly readNumbers: () => Promise<PhoneNumber[]>,
	) {
		this.trigger = pairedTrigger(context);
	}

	/** True when status updates were asked for, but the workflow has no trigger to receive them. */
	readonly unheard = { items: 0 };

	async prepare(itemIndex: number): Promise<Prepared> {
		try {
			return { request: await this.build(itemIndex) };
		} catch (error) {
			return { error: this.explained(error as Error, itemIndex) };
		}
	}

	private explained(error: Error, itemIndex: number): NodeOperationError | NodeApiError {
		if (error instanceof NodeOperationError || !(error instanceof UnusableValueError)) {
			return error as NodeOperationError | NodeApiError;
		}
		return new NodeOperationError(this.context.getNode(), `${error.message} [item ${itemIndex}]`, {
			itemIndex,
			description: 'Nothing was dialled for this item. Correct the field, or the data that it takes its value from.',
		});
	}

	private async build(itemIndex: number): Promise<CreateCallRequest> {
		const get = (name: string, extractValue = false): unknown =>
			this.context.getNodeParameter(name, itemIndex, '', extractValue ? { extractValue } : undefined);
		const options = get('options') as CallOptions;
		const from = get('from', true);
		const statusUrl = this.statusUrl(get);
		const { eventsUrl } = options.amdSettings ?? {};
		const plan = {
			from,
			to: {
				type: String(get('toType')),
				number: get('toNumber'),
				carrier: String(get('carrier', true) ?? ''),
				uri: get('toSipUri'),
				username: String(get('sipUsername') ?? ''),
				password: String(get('sipPassword') ?? ''),
				user: get('toUser'),
			},
			options,
			statusUrl,
			amdUrl: eventsUrl ? hookUrl(eventsUrl, 'Events URL', this.client.account) : undefined,
		};
		// Everything that needs no answer of the gateway first, so that a typing error costs no request.
		const request = buildCallRequest({ ...plan, applicationSid: '' });
		request.application_sid = await this.applicationSid(String(get('application', true) ?? ''), from);
		return request;
	}

	private statusUrl(get: (name: string) => unknown): string | undefined {
		switch (get('statusUpdates')) {
			case 'url':
				return hookUrl(get('statusUrl'), 'Status URL', this.client.account);
			case 'trigger':
				break;
			default:
				return undefined;
		}
		switch (this.trigger.state) {
			case 'listening':
				return hookUrl(this.trigger.url, 'Status Updates', this.client.account);
			case 'inactive':
				throw new UnusableValueError(
					'Status Updates',
					`Status Updates: the trigger "${this.trigger.name}" is not listening, because this workflow is not active. Publish (activate) the workflow first, or set Status Updates to None for this test.`,
				);
			default:
				this.unheard.items++;
				return undefined;
		}
	}

	private async applicationSid(given: string, from: unknown): Promise<string> {
		const field = 'Application';
		const sid = given.trim();
		if (sid === '') throw new UnusableValueError(field, 'Application is empty. Choose one from the list.');
		if (sid !== ASSIGNED_APPLICATION) {
			if (UUID.test(sid.toLowerCase())) return sid.toLowerCase();
			throw new UnusableValueError(field, `Application: "${sid.slice(0, 80)}" is not an application ID (a UUID). Choose the application from the list.`);
		}
		this.numbers ??= this.readNumbers();
		const digits = caller(from).replace(/^\+/, '');
		const number = (await this.numbers).find((entry) => entry.number.replace(/^\+/, '') === digits);
		if (number === undefined) {
			throw new UnusableValueError(
				field,
				`Application: "${caller(from)}" is not among the Phone Numbers of this account, so no application is assigned to it. Choose an application from the list.`,
			);
		}
		if (!number.application_sid) {
			throw new UnusableValueError(
				field,
				`Application: no application is assigned to ${caller(from)}. Assign one in the Self-Service Portal, or choose an application from the list.`,
			);
		}
		return number.application_sid;
	}
}
