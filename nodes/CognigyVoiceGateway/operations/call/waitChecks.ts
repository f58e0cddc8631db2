import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import type { CallOptions } from '../../dialling/callRequest';
import { webhookSecret } from '../../events/secret';
import type { ResumeWhen } from '../../events/waiting';
import type { GatewayClient } from '../../gateway/client';

/** What Create and Wait refuses before any phone rings. */

/** A join asks the gateway about every call of the run: more than this belongs into several runs. */
const MOST_ITEMS = 100;

export function refuse(context: IExecuteFunctions, message: string, description: string): NodeOperationError {
	return new NodeOperationError(context.getNode(), message, { description });
}

/**
 * What has to be true of a run before it may dial and wait.
 *
 * @throws {NodeOperationError} saying what to do instead; nothing was dialled
 */
export async function checkWait(context: IExecuteFunctions, client: GatewayClient, resumeWhen: ResumeWhen, verify: boolean): Promise<void> {
	const count = context.getInputData().length;
	if (count > MOST_ITEMS) {
		throw refuse(
			context,
			`${count} items are more than the ${MOST_ITEMS} calls that one run can wait for. Nothing was dialled.`,
			'Put a Loop Over Items node in front of this one, with a batch size of at most 100.',
		);
	}
	if (resumeWhen === 'verdict' && count > 1) {
		throw refuse(
			context,
			'Waiting for the answering machine verdict works with one item per run. Nothing was dialled.',
			'The next node is meant to act while the call is alive: put a Loop Over Items node with batch size 1 in front of this one, or call a sub-workflow per item.',
		);
	}
	const { amdSettings, detectAnsweringMachine } = context.getNodeParameter('options', 0, {}) as CallOptions;
	if (resumeWhen === 'verdict' && (detectAnsweringMachine !== true || amdSettings?.eventsUrl)) {
		throw refuse(
			context,
			'Waiting for the answering machine verdict needs the option Answering Machine Detection, without an Events URL. Nothing was dialled.',
			'Add the option and switch it on, or choose another value under Resume When.',
		);
	}
	if (!verify) return;
	const secret = await webhookSecret(client, 'known', Date.now());
	if ('problem' in secret) {
		throw refuse(
			context,
			`The webhook secret cannot be read, so the end of the call could not be verified. Nothing was dialled. ${secret.problem.message}`,
			'Copy the webhook secret from the Voice Gateway Self-Service Portal (page Account) into the credential, or use an API key that may read it.',
		);
	}
}

/** Longest wait that a user may set. Minutes; 30 days. */
const LONGEST_WAIT_MIN = 30 * 24 * 60;

/** Reads Wait At Most before anything is dialled. Milliseconds; undefined: as long as the calls can take. */
export function waitAtMost(context: IExecuteFunctions): number | undefined {
	const minutes = Number(context.getNodeParameter('waitAtMost', 0, 0));
	if (!(minutes >= 0 && minutes <= LONGEST_WAIT_MIN)) {
		throw refuse(context, `Wait At Most: this is not a number of minutes from 0 to ${LONGEST_WAIT_MIN}. Nothing was dialled.`, 'Correct the field.');
	}
	return minutes === 0 ? undefined : minutes * 60_000;
}
