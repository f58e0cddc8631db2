import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { canWriteBack, readApplication, setStatusHook } from '../../gateway/applicationHooks';
import { GatewayClient } from '../../gateway/client';
import { UUID } from '../../gateway/environments';
import { hookUrl } from '../../gateway/hookUrl';
import { inTurn } from '../../gateway/turns';
import type { ApplicationWithHooks } from '../../gateway/types';
import { UnusableValueError } from '../../gateway/unusable';
import { explainUnreadable, explainUnchanged, refuseOther, refuseTrigger } from './texts';
import { claimOf, type Claim, type Seen } from './claims';
import { markUrl, readMark, withoutFragment, type Before, type Mark } from './hookMark';
import { putBack } from './putBack';
import { forget, registrations, remember } from './registrations';
import { triggersOf } from '../workflowTriggers';

/**
 * The trigger for every call of an application: while its workflow is published, its production URL is the
 * application's Call Status Webhook.
 *
 * The application at the gateway is the truth; the workflow's stored data are a second memory that may be lost or old
 * (n8n drops them when an activation fails, and a webhook run that overlaps saves what it had loaded before). So every
 * step starts with reading the application, and goes by whose URL is there:
 *
 * - ours, under whatever host or path: registered, or left over from a crash. What was there before stands in the URL
 *   itself, written with the same request that registered it (hookMark.ts). Registering again keeps that.
 * - another trigger's: refused. Two triggers would take the place from each other at each start of n8n.
 * - somebody else's: refused, unless the user chose to replace it. After publishing: left alone, whoever put it there
 *   wanted it.
 */

/** A gateway that is busy for a moment is waited for; somebody may be looking at the screen. Milliseconds. */
const PATIENCE_MS = 5_000;

/** Activations without a user: n8n has started, or another of its processes has taken over. */
const UNATTENDED = new Set(['init', 'leadershipChange']);

/** A short form of n8n's ID is enough to tell one n8n from another. Characters. */
const INSTANCE_LENGTH = 12;

/** A client that waits a little for what passes by itself. */
export async function patientClient(context: IHookFunctions): Promise<GatewayClient> {
	const until = Date.now() + PATIENCE_MS;
	return await GatewayClient.open(context, { patientUntil: () => Date.now() > until });
}

/** What the trigger goes by when it looks at an application. */
export function seenBy(context: IHookFunctions): Seen & { data: IDataObject } {
	const { id: node, webhookId } = context.getNode();
	return {
		owner: { instance: context.getInstanceId().slice(0, INSTANCE_LENGTH), workflow: String(context.getWorkflow().id ?? ''), node },
		webhookId,
		triggers: triggersOf(context),
		data: context.getWorkflowStaticData('global'),
	};
}

/** Whether the trigger listens to an application. */
export const listensToApplication = (context: IHookFunctions | IWebhookFunctions): boolean => context.getNodeParameter('calls', 'workflow') === 'application';

/** The application that the trigger listens to, as far as its field tells one. */
export const chosenApplication = (context: IHookFunctions | IWebhookFunctions): string =>
	String(context.getNodeParameter('application', '', { extractValue: true }) ?? '').trim().toLowerCase();

/** In this mode the application is the trigger's own field, and a filter left over from the other mode does not count. */
export const reportingApplication = (context: IWebhookFunctions): { reportedBy: string } | undefined =>
	listensToApplication(context) ? { reportedBy: chosenApplication(context) } : undefined;

function applicationSidOf(context: IHookFunctions): string {
	const sid = chosenApplication(context);
	if (UUID.test(sid)) return sid;
	const reason = sid === '' ? 'it is empty' : `"${sid.slice(0, 80)}" is not an application ID (a UUID)`;
	throw new NodeOperationError(context.getNode(), `Application: ${reason}. Choose the application from the list.`);
}

/** The URL to register, checked, with the request for retries; the mark is added later. */
function reachableUrl(context: IHookFunctions, client: GatewayClient, productionUrl: string): string {
	try {
		return hookUrl(productionUrl, 'Calls', client.account);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), (error as UnusableValueError).message, {
			description: 'The gateway reports calls to the production URL of this trigger, so it must be able to reach it.',
		});
	}
}

/** The production URL in the form in which it is registered, without fragment. */
function inRegisteredForm(productionUrl: string): string {
	try {
		return withoutFragment(new URL(productionUrl).toString());
	} catch {
		return productionUrl;
	}
}

/** Whether a URL at the application is this trigger's as it should be; a gateway may have dropped the fragment. */
const isWanted = (url: string, productionUrl: string): boolean =>
	withoutFragment(url) === inRegisteredForm(productionUrl) && readMark(url)?.resting !== true;

/** Applications at which this trigger, or one that the workflow no longer has, is still registered without wanting to be. */
export function leftovers({ data, owner, triggers }: ReturnType<typeof seenBy>, wanted?: string): string[] {
	return Object.entries(registrations(data))
		.filter(([sid, { node }]) => (node === owner.node ? sid !== wanted : triggers !== undefined && !triggers.some(({ id }) => id === node)))
		.map(([sid]) => sid);
}

/** Whether the application reports to this trigger, under its present URL. Never throws: registering says what is wrong. */
export async function isRegistered(context: IHookFunctions, productionUrl: string): Promise<boolean> {
	const seen = seenBy(context);
	const sid = chosenApplication(context);
	if (!UUID.test(sid) || leftovers(seen, sid).length > 0) return false;
	// Not patient: whatever is wrong, registering comes next, and that is.
	const reading = await GatewayClient.open(context).then(
		async (client) => await readApplication(client, sid),
		() => undefined,
	);
	if (reading === undefined) return false;
	if ('problem' in reading) {
		// n8n starts while the gateway is away: nobody has undone the registration because of that. Saying no would
		// take the trigger off the air until n8n tries again, and every event in between would be lost.
		const known = registrations(seen.data)[sid];
		return UNATTENDED.has(context.getActivationMode()) && known?.node === seen.owner.node && known.url === inRegisteredForm(productionUrl);
	}
	const { call_status_hook: hook } = reading.application;
	if (hook === null || hook.method.toUpperCase() !== 'POST' || !isWanted(hook.url, productionUrl)) return false;
	const claim = claimOf(hook, sid, seen);
	if (claim.by !== 'us') return false;
	// After a crash the stored data may not know of it, and the action node of the workflow goes by them.
	const known = registrations(seen.data)[sid];
	const url = withoutFragment(hook.url);
	if (known?.node !== seen.owner.node || known.url !== url) {
		remember(seen.data, sid, { node: seen.owner.node, url, before: claim.before ?? known?.before ?? null });
	}
	return true;
}

/** What is to be put back one day, unless it must not be replaced at all. */
function beforeOf(context: IHookFunctions, application: ApplicationWithHooks, claim: Claim, known: Before | undefined): Before | undefined {
	switch (claim.by) {
		case 'nobody':
			return null;
		case 'us':
			return claim.before === undefined ? known : claim.before;
		case 'trigger':
			throw refuseTrigger(context, application, claim.who);
		case 'other': {
			const { hook } = claim;
			const replace = context.getNodeParameter('replaceExistingWebhook', false) === true;
			if (!replace || !hook.webhook_sid) throw refuseOther(context, application, hook, replace);
			return { url: hook.url, method: hook.method };
		}
	}
}

/**
 * Registers the production URL at the application.
 *
 * @throws {NodeOperationError} when that must not be done, or was not: then the application is as it was before
 */
export async function register(context: IHookFunctions, productionUrl: string): Promise<void> {
	const seen = seenBy(context);
	const sid = applicationSidOf(context);
	const client = await patientClient(context);
	const url = reachableUrl(context, client, productionUrl);
	for (const other of leftovers(seen, sid)) await putBack(context, client, other, seen);
	// n8n 2 activates the triggers of a workflow side by side, and two of them may name one application.
	await inTurn(sid, async () => await takePlace(context, client, sid, url, seen));
}

/** Reads the application, decides, and lets it report to the URL. */
async function takePlace(context: IHookFunctions, client: GatewayClient, sid: string, url: string, seen: ReturnType<typeof seenBy>): Promise<void> {
	const { data, owner } = seen;
	const reading = await readApplication(client, sid);
	if ('problem' in reading) throw explainUnreadable(context, sid, reading.problem);
	const { application } = reading;
	if (application.account_sid && application.account_sid !== client.account.accountSid) {
		throw new NodeOperationError(context.getNode(), `The application "${application.name}" belongs to another account than the credential. Choose one of this account.`);
	}
	if (!canWriteBack(application.call_hook)) {
		throw new NodeOperationError(
			context.getNode(),
			`The application "${application.name}" cannot be changed safely: the gateway takes its Status Webhook only together with its Calling Webhook, and does not tell that one's ID, so its password could be lost. Enter the production URL of this trigger in the Self-Service Portal yourself, and set Calls to "Of This Workflow".`,
		);
	}

	const earlier = registrations(data)[sid];
	const before = beforeOf(context, application, claimOf(application.call_status_hook, sid, seen), earlier?.before);
	const mark: Mark = { ...owner, application: sid, before, resting: false };
	const target = { url: markUrl(url, mark), method: 'POST' };
	const { call_status_hook: there } = application;
	// The intent, before the deed; n8n saves it if all goes well, and the URL carries it in any case.
	remember(data, sid, { node: owner.node, url: withoutFragment(url), before: before ?? null });
	warnAboutSockets(context, application);
	if (there?.url === target.url && there.method.toUpperCase() === target.method) return;
	const change = await setStatusHook(client, application, target, (found) => found === target.url || found === withoutFragment(target.url));
	if (change.done) return;
	forget(data, sid);
	if (earlier !== undefined) remember(data, sid, earlier);
	throw await explainUnchanged(context, client, application, change, seen);
}

/** The open platform sends the events of an application with a WebSocket into that socket, whatever else is registered. */
function warnAboutSockets(context: IHookFunctions, { call_hook: callHook, name }: ApplicationWithHooks): void {
	if (callHook === null || !/^wss?:/i.test(callHook.url)) return;
	context.logger.warn(`The application "${name}" talks to a WebSocket. Some gateways then report its calls there only, and not to the Status Webhook of this trigger.`);
}

/**
 * Puts back what was there before, at every application at which this trigger is registered.
 *
 * Never throws. n8n 2 would try a deactivation that fails again and then go on without it; but n8n 1 would stop in the
 * middle of it, with the other triggers of the workflow still registered and nothing of what was undone saved. What
 * could not be put back is logged and stays written down, in the application's URL too, and the next activation puts
 * it right.
 */
export async function unregister(context: IHookFunctions): Promise<void> {
	const seen = seenBy(context);
	const current = listensToApplication(context) ? chosenApplication(context) : '';
	const mine = Object.entries(registrations(seen.data)).filter(([, { node }]) => node === seen.owner.node);
	const sids = new Set([...mine.map(([sid]) => sid), ...(UUID.test(current) ? [current] : [])]);
	if (sids.size === 0) return;
	const client = await patientClient(context).catch((error: Error) => {
		context.logger.error('The Status Webhook of an application could not be put back', { applications: [...sids], error: error.message });
	});
	if (!client) return;
	// The nodes of an old version of the workflow say nothing about who is alive.
	for (const sid of sids) await putBack(context, client, sid, { ...seen, triggers: undefined });
}
