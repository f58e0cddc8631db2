import type { IHookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { GatewayClient } from '../gateway/client';
import { isRegistered, leftovers, listensToApplication, patientClient, register, seenBy, unregister } from './application/calls';
import { putBack } from './application/putBack';
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

/** Whether the gateway reports to this trigger, under its present URL. */
export async function isListening(context: IHookFunctions): Promise<boolean> {
	if (isTest(context)) return false;
	if (listensToApplication(context)) return await isRegistered(context, announcedUrl(context));
	if (leftovers(seenBy(context)).length > 0) return false;
	return isAnnounced(context.getWorkflowStaticData('global'), context.getNode().id, announcedUrl(context));
}

/** Puts applications right at which this trigger was registered before it was set to the calls of its workflow. */
async function tidyUp(context: IHookFunctions): Promise<void> {
	const seen = seenBy(context);
	const sids = leftovers(seen);
	if (sids.length === 0) return;
	const client = await patientClient(context).catch((error: Error) => {
		context.logger.error('The Status Webhook of an application could not be put back', { applications: sids, error: error.message });
	});
	if (!client) return;
	for (const sid of sids) await putBack(context, client, sid, seen);
}

/**
 * Makes sure that webhooks can be verified, and leaves the production URL for the action nodes of the workflow, or
 * registers it at an application.
 *
 * A listening for one test event changes no application: its live calls would go to a URL that dies after one event,
 * and whoever listens there would hear nothing meanwhile.
 *
 * @throws {NodeOperationError} when verification or registration is impossible, saying what to do
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
	if (isTest(context)) return true;
	const data = context.getWorkflowStaticData('global');
	if (listensToApplication(context)) {
		// Announced as well, a call of the workflow would be reported twice: by its application and to its own URL.
		withdrawTrigger(data, context.getNode().id);
		await register(context, announcedUrl(context));
	} else {
		await tidyUp(context);
		announceTrigger(data, context.getNode().id, announcedUrl(context));
	}
	return true;
}

/** Takes back what {@link startListening} did. */
export async function stopListening(context: IHookFunctions): Promise<boolean> {
	if (isTest(context)) return true;
	withdrawTrigger(context.getWorkflowStaticData('global'), context.getNode().id);
	await unregister(context);
	return true;
}
