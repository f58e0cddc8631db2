import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { GatewayClient } from '../gateway/client';
import { announceTrigger, isAnnounced, withdrawTrigger, withToken } from './pairing';
import { webhookSecret } from './secret';

/** What happens when a trigger's workflow is published, unpublished, or listens for a test event. */

/** Shorter tokens can be guessed. Characters. */
const MIN_TOKEN_LENGTH = 20;

/** The URL that the gateway is to call, with the token if there is one. */
function announcedUrl(context: IHookFunctions): string {
	const url = context.getNodeWebhookUrl('default');
	if (url === undefined) {
		throw new NodeOperationError(context.getNode(), 'n8n gives this trigger no webhook URL.', {
			description: 'Check the environment variable WEBHOOK_URL of n8n.',
		});
	}
	if (context.getNodeParameter('verification') !== 'token') return url;
	return withToken(url, context.getNodeParameter('token'));
}

/** A test URL lives for one event and is nothing that a call should be told of. */
const isTest = (context: IHookFunctions): boolean => context.getMode() === 'manual';

export function isListening(context: IHookFunctions): boolean {
	if (isTest(context)) return false;
	return isAnnounced(context.getWorkflowStaticData('global'), context.getNode().id, announcedUrl(context));
}

/**
 * Makes sure that webhooks can be verified, and leaves the production URL for the action nodes of the workflow.
 *
 * @throws {NodeOperationError} when verification is impossible, saying what to do
 */
export async function startListening(context: IHookFunctions): Promise<boolean> {
	const verification = context.getNodeParameter('verification') as string;
	if (verification === 'token' && String(context.getNodeParameter('token')).trim().length < MIN_TOKEN_LENGTH) {
		throw new NodeOperationError(context.getNode(), `Token is too short: it needs at least ${MIN_TOKEN_LENGTH} characters.`, {
			description: 'Enter random letters and digits, e.g. from a password generator.',
		});
	}
	if (verification === 'signature') {
		const answer = await webhookSecret(await GatewayClient.open(context), 'fresh', Date.now());
		if ('problem' in answer) {
			throw new NodeOperationError(
				context.getNode(),
				`The webhook secret cannot be read, so webhooks could not be verified. ${answer.problem.message}`,
				{
					description:
						'Copy the webhook secret from the Voice Gateway Self-Service Portal (page Account) into the credential, or use an API key that may read it.',
				},
			);
		}
	}
	if (!isTest(context)) {
		announceTrigger(context.getWorkflowStaticData('global'), context.getNode().id, announcedUrl(context));
	}
	return true;
}

export function stopListening(context: IHookFunctions): boolean {
	if (!isTest(context)) withdrawTrigger(context.getWorkflowStaticData('global'), context.getNode().id);
	return true;
}
