import type { IDataObject } from 'n8n-workflow';

import { GatewayProblemError, type GatewayClient, type GatewayRequest, type GatewayResult } from './client';
import type { GatewayProblem } from './problems';
import type { ApplicationHook, ApplicationWithHooks } from './types';

/**
 * Changes the Call Status Webhook of an application, and nothing else of it.
 *
 * `PUT /Applications/:sid` has its quirks (recorded in test/recordings/conformance/applications.jsonl): a status hook is
 * taken only together with the call hook; hooks with a webhook_sid and no other field are changed and then answered with
 * 500; null as a hook is a 500. So `{name, call_hook, call_status_hook}` is sent, taken from what was just read.
 *
 * A hook with a webhook_sid is changed in place, and only in the columns that are sent. So user name and password are
 * never sent, for the hook that stays and for the one that is replaced: whether the gateway shows, masks or omits
 * them, they are still there afterwards.
 */

/** Someone waits for the answer. Milliseconds. */
const TIMEOUT_MS = 15_000;

export type Reading = { application: ApplicationWithHooks } | { problem: GatewayProblem };

/** What a webhook is to be. */
export type HookTarget = Pick<ApplicationHook, 'url' | 'method'>;

/** What became of a change. */
export type Change =
	| { done: true; application: ApplicationWithHooks }
	| {
			done: false;
			/** The application as it is now; undefined when it could not be read any more. */
			application?: ApplicationWithHooks;
			/** What the gateway said; undefined when it claimed to have done it. */
			problem?: GatewayProblem;
	  };

const asked = async (client: GatewayClient, request: GatewayRequest): Promise<GatewayResult> =>
	await client.ask({ timeoutMs: TIMEOUT_MS, global: true, ...request }).then(
		(answer) => ({ answer }),
		(error: unknown) => {
			if (error instanceof GatewayProblemError) return { problem: error.problem };
			throw error;
		},
	);

const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A hook out of an answer. One without a URL is none. */
function hookOf(value: unknown): ApplicationHook | null {
	if (!isObject(value) || typeof value.url !== 'string' || value.url === '') return null;
	return { ...value, url: value.url, method: typeof value.method === 'string' ? value.method : 'POST' };
}

/** Reads an application with its webhooks. */
export async function readApplication(client: GatewayClient, sid: string): Promise<Reading> {
	const result = await asked(client, { method: 'GET', path: `/Applications/${encodeURIComponent(sid)}` });
	if ('problem' in result) return result;
	const { body } = result.answer;
	if (!isObject(body) || typeof body.name !== 'string' || typeof body.application_sid !== 'string') {
		return { problem: client.unreadable(result.answer, false) };
	}
	return {
		application: {
			application_sid: body.application_sid,
			name: body.name,
			account_sid: typeof body.account_sid === 'string' ? body.account_sid : null,
			call_hook: hookOf(body.call_hook),
			call_status_hook: hookOf(body.call_status_hook),
		},
	};
}

/** Whether two webhooks are one and the same. */
export const sameHook = (a: ApplicationHook | null, b: ApplicationHook | null): boolean =>
	a === null || b === null
		? a === b
		: a.url === b.url && a.method.toUpperCase() === b.method.toUpperCase() && (a.webhook_sid ?? null) === (b.webhook_sid ?? null);

/** Whether a webhook's user name and password stay when it is written back: they do when it can be named by its ID. */
export const canWriteBack = (hook: ApplicationHook | null): boolean =>
	hook === null || Boolean(hook.webhook_sid) || (!hook.username && !hook.password);

/** A hook as it is written: named by its ID, if it has one, and without what must stay as it is. */
const written = ({ webhook_sid: sid }: Partial<ApplicationHook>, { url, method }: HookTarget): IDataObject => ({
	...(sid ? { webhook_sid: sid } : {}),
	url,
	method,
});

/** Sends a change. What counts is not what the gateway answers, but what is there afterwards. */
async function change(
	client: GatewayClient,
	before: ApplicationWithHooks,
	body: IDataObject,
	wanted: (hook: ApplicationHook | null) => boolean,
): Promise<Change> {
	const path = `/Applications/${encodeURIComponent(before.application_sid)}`;
	const put = await asked(client, { method: 'PUT', path, body, changesState: true });
	const problem = 'problem' in put ? put.problem : undefined;
	const after = await readApplication(client, before.application_sid);
	if ('problem' in after) return { done: false, problem: problem ?? after.problem };
	const { application } = after;
	const done = wanted(application.call_status_hook) && sameHook(application.call_hook, before.call_hook);
	return done ? { done, application } : { done, application, problem };
}

/**
 * Lets the application report to a URL, in the place of what is there.
 *
 * @param before the application as just read
 * @param matches tells whether a URL that is read back is the wanted one; the very same unless told
 */
export async function setStatusHook(
	client: GatewayClient,
	before: ApplicationWithHooks,
	target: HookTarget,
	matches: (url: string) => boolean = (url) => url === target.url,
): Promise<Change> {
	const { call_hook: callHook, call_status_hook: statusHook } = before;
	const body = {
		name: before.name,
		...(callHook === null ? {} : { call_hook: written(callHook, callHook) }),
		call_status_hook: written(statusHook ?? {}, target),
	};
	const sid = statusHook?.webhook_sid;
	return await change(
		client,
		before,
		body,
		(hook) => hook !== null && matches(hook.url) && hook.method.toUpperCase() === target.method.toUpperCase() && (!sid || hook.webhook_sid === sid),
	);
}

/**
 * Takes the status webhook away. There is no documented way: null as a hook is a 500, an empty object a 400, an empty
 * URL a 400. The platform's own code passes every other field on to its table, and there the webhook is the column
 * `call_status_hook_sid`. A gateway that does not take it refuses, and nothing has changed.
 */
export const removeStatusHook = async (client: GatewayClient, before: ApplicationWithHooks): Promise<Change> =>
	await change(client, before, { call_status_hook_sid: null }, (hook) => hook === null);
