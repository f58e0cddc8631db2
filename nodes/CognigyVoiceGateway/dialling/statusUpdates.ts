import type { IExecuteFunctions } from 'n8n-workflow';

import { pairedTrigger } from '../events/pairing';
import type { GatewayAccount } from '../gateway/environments';
import { UUID } from '../gateway/environments';
import { hookUrl } from '../gateway/hookUrl';
import { UnusableValueError } from '../gateway/unusable';

/** Where Create lets the gateway report to: the trigger of the same workflow, a URL, or nowhere. */
export class StatusUpdates {
	/** Items whose calls nobody hears of, because the workflow has no trigger. */
	unheard = 0;
	/** Items whose calls go to another application than the one that reports to the workflow's trigger. */
	elsewhere = 0;
	/** The trigger of which n8n does not tell whether it listens. */
	perhaps?: string;
	private readonly trigger;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly account: GatewayAccount,
	) {
		this.trigger = pairedTrigger(context);
	}

	/** @throws {UnusableValueError} when the gateway would report to a place that it cannot reach or where nobody listens */
	urlOf(itemIndex: number): string | undefined {
		const chosen = this.context.getNodeParameter('statusUpdates', itemIndex, 'none') as string;
		if (chosen === 'url') {
			return hookUrl(this.context.getNodeParameter('statusUrl', itemIndex, ''), 'Status URL', this.account);
		}
		if (chosen !== 'trigger') return undefined;
		if (this.trigger.state === 'perhaps') this.perhaps = this.trigger.name;
		switch (this.trigger.state) {
			case 'perhaps':
			case 'listening':
				return hookUrl(this.trigger.url, 'Status Updates', this.account);
			case 'application': {
				// The application itself reports its calls there; named here too, the trigger would hear everything twice.
				const application = String(this.context.getNodeParameter('application', itemIndex, '', { extractValue: true }) ?? '').trim().toLowerCase();
				if (UUID.test(application) && application !== this.trigger.applicationSid) this.elsewhere++;
				return undefined;
			}
			case 'inactive':
				throw new UnusableValueError(
					'Status Updates',
					`Status Updates: the trigger "${this.trigger.name}" is not listening, because this workflow is not active. Publish (activate) the workflow first, or set Status Updates to None for this test.`,
				);
			case 'none':
				this.unheard++;
				return undefined;
		}
	}

	/**
	 * Where answering-machine events go when they do not go with the status updates: an application reports statuses only.
	 *
	 * @throws {UnusableValueError} when the gateway cannot reach it
	 */
	detectionUrlOf(itemIndex: number): string | undefined {
		const chosen = this.context.getNodeParameter('statusUpdates', itemIndex, 'none') as string;
		return chosen === 'trigger' && this.trigger.state === 'application' ? hookUrl(this.trigger.url, 'Status Updates', this.account) : undefined;
	}
}
