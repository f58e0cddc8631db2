import { NodeOperationError, type IExecuteFunctions, type NodeApiError } from 'n8n-workflow';

import { GatewayProblemError, type GatewayClient } from '../gateway/client';
import { UUID } from '../gateway/environments';
import { hookUrl } from '../gateway/hookUrl';
import type { CreateCallRequest, PhoneNumber } from '../gateway/types';
import { UnusableValueError } from '../gateway/unusable';
import { ASSIGNED_APPLICATION } from '../pickers/applications';
import { listPhoneNumbers } from '../pickers/phoneNumbers';
import { caller } from './callee';
import { buildCallRequest } from './callRequest';
import { guardsOf, type GuardOptions, type Guards } from './guards';
import { ItemFields } from './itemFields';

/** A call that may be dialled, or the reason why not. */
export type Prepared = { request: CreateCallRequest; guards: Guards } | { error: NodeOperationError | NodeApiError };

/** Who is called, in the form in which it is dialled. */
export function calleeOf({ to }: CreateCallRequest): string {
	if (to.type === 'phone') return to.number;
	return to.type === 'sip' ? to.sipUri : to.name;
}

/**
 * Reads the node's fields item by item and checks them, before any phone rings.
 * The account's numbers, which several items may need, are looked up once.
 */
export class CallPreparer {
	private numbers?: Promise<PhoneNumber[]>;
	private readonly fields: ItemFields;

	/**
	 * @param statusUrlOf where the status updates of an item's call go, checked; undefined: nowhere
	 * @param detectionUrlOf where its answering-machine events go, if not with the status updates
	 */
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly client: GatewayClient,
		private readonly statusUrlOf: (itemIndex: number) => string | undefined,
		private readonly detectionUrlOf: (itemIndex: number) => string | undefined = () => undefined,
	) {
		this.fields = new ItemFields(context);
	}

	async prepare(itemIndex: number): Promise<Prepared> {
		try {
			return await this.build(itemIndex);
		} catch (error) {
			return { error: this.explained(error as Error, itemIndex) };
		}
	}

	private explained(error: Error, itemIndex: number): NodeOperationError | NodeApiError {
		const message = `${error.message} [item ${itemIndex}]`;
		const nothingDialled = 'Nothing was dialled for this item.';
		if (error instanceof GatewayProblemError) {
			const { problem } = error;
			return this.client.error({ ...problem, message, description: `${nothingDialled} ${problem.description}` }, itemIndex);
		}
		const remedy =
			error instanceof UnusableValueError
				? 'Correct the field, or the data that it takes its value from.'
				: (error as NodeOperationError).description ?? 'Check the expressions of this node.';
		return new NodeOperationError(this.context.getNode(), message, {
			itemIndex,
			description: `${nothingDialled} ${remedy}`,
		});
	}

	private async build(itemIndex: number): Promise<{ request: CreateCallRequest; guards: Guards }> {
		const get = (name: string, extractValue = false): unknown => this.fields.get(name, itemIndex, extractValue);
		const options = get('options') as GuardOptions;
		const from = get('from', true);
		const toType = String(get('toType'));
		const statusUrl = this.statusUrlOf(itemIndex);
		const { eventsUrl } = options.amdSettings ?? {};
		const plan = {
			from,
			to: {
				type: toType,
				number: get('toNumber'),
				// A field that is hidden for this type of callee cannot be read.
				carrier: toType === 'phone' ? String(get('carrier', true) ?? '') : '',
				uri: get('toSipUri'),
				username: String(get('sipUsername') ?? ''),
				password: String(get('sipPassword') ?? ''),
				user: get('toUser'),
			},
			options,
			statusUrl,
			amdUrl: options.detectAnsweringMachine === true && eventsUrl ? hookUrl(eventsUrl, 'Events URL', this.client.account) : this.detectionUrlOf(itemIndex),
		};
		// Everything that needs no answer of the gateway first, so that a typing error costs no request.
		const request = buildCallRequest({ ...plan, applicationSid: '' });
		const guards = guardsOf(this.context, options, calleeOf(request));
		request.application_sid = await this.applicationSid(String(get('application', true) ?? ''), from);
		return { request, guards };
	}

	private async applicationSid(given: string, from: unknown): Promise<string> {
		const field = 'Application';
		const sid = given.trim();
		if (sid === '') throw new UnusableValueError(field, 'Application is empty. Choose one from the list.');
		if (sid !== ASSIGNED_APPLICATION) {
			if (UUID.test(sid.toLowerCase())) return sid.toLowerCase();
			throw new UnusableValueError(field, `Application: "${sid.slice(0, 80)}" is not an application ID (a UUID). Choose the application from the list.`);
		}
		this.numbers ??= listPhoneNumbers(this.client);
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
