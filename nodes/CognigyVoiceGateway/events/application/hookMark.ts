import { UUID } from '../../gateway/environments';
import { RETRY_FRAGMENT } from '../../gateway/hookUrl';
import type { HookTarget } from '../../gateway/applicationHooks';

/**
 * What a trigger writes into the URL that it registers at an application, so that it can be told later whose it is and
 * what was there before.
 *
 * n8n saves a trigger's stored data only after its activation has succeeded, so between the registration at the gateway
 * and the saving there is a moment in which a crash would lose what was there before. The URL is the one thing that is
 * written together with the registration itself, so that memory goes there. It stands in the URL's fragment, beside the
 * gateway's own request for retries: a fragment is never sent to the receiver, so the replaced URL, which may hold a
 * token, stays where it has been all along, at the gateway.
 */

/** One trigger of one workflow of one n8n. */
export interface Owner {
	/** The n8n; a short form of its own ID. */
	instance: string;
	workflow: string;
	node: string;
}

/** What was registered before: a webhook, or none. Without user name and password: these are never changed. */
export type Before = HookTarget | null;

export interface Mark extends Owner {
	application: string;
	/** Undefined when it was too long to be written down. */
	before?: Before;
	/** The trigger is off and its URL is still there only because the gateway does not let go of it. */
	resting: boolean;
}

/** The gateway's column for the URL is this long. Characters. */
const MAX_URL_LENGTH = 1024;

const NOTHING = 'none';

/** The URLs of all triggers of this package end like this; the ID is the node's webhook ID. */
const TRIGGER_PATH = /\/([0-9a-f-]{36})\/call-status$/i;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const encodeBefore = (before: Before): string =>
	before === null ? NOTHING : Buffer.from(JSON.stringify([before.method, before.url]), 'utf8').toString('base64url');

function decodeBefore(text: string | null): Before | undefined {
	if (text === null) return undefined;
	if (text === NOTHING) return null;
	try {
		const [method, url] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
		if (!isText(method) || !isText(url) || !/^(?:https?|wss?):\/\//i.test(url)) return undefined;
		// Our own URL is never what was there before.
		return readMark(url) === undefined ? { url, method } : undefined;
	} catch {
		return undefined;
	}
}

/** A URL without its fragment: what it leads to. */
export const withoutFragment = (url: string): string => url.split('#', 1)[0];

/** Puts the mark on a URL, and the request for retries unless it is only to rest there. */
export function markUrl(url: string, { instance, workflow, node, application, before, resting }: Mark): string {
	const fields = { n8n: instance, wf: workflow, node, app: application, ...(resting ? { off: '1' } : {}) };
	const marks = Object.entries(fields).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
	const was = before === undefined ? [] : [`was=${encodeBefore(before)}`];
	const plain = `${withoutFragment(url)}#${[...(resting ? [] : [RETRY_FRAGMENT]), ...marks].join('&')}`;
	const whole = [plain, ...was].join('&');
	return whole.length <= MAX_URL_LENGTH ? whole : plain;
}

/** The mark on a URL; undefined when it bears none, or only part of one. */
export function readMark(url: string): Mark | undefined {
	const [, fragment] = /#(.*)$/s.exec(url) ?? [];
	if (fragment === undefined) return undefined;
	const fields = new URLSearchParams(fragment);
	const [instance, workflow, node, application] = ['n8n', 'wf', 'node', 'app'].map((key) => fields.get(key));
	if (!isText(instance) || !isText(workflow) || !isText(node) || !isText(application) || !UUID.test(application)) return undefined;
	return { instance, workflow, node, application, before: decodeBefore(fields.get('was')), resting: fields.has('off') };
}

/** The webhook ID in a URL of a trigger of this package, whatever n8n it belongs to; undefined for any other URL. */
export function triggerIdIn(url: string): string | undefined {
	const [, id] = TRIGGER_PATH.exec(withoutFragment(url).split('?', 1)[0]) ?? [];
	return id?.toLowerCase();
}

/** As much of a URL as a message may show: an endpoint's path and query may be as good as a password. */
export function shownUrl(url: string): string {
	try {
		const { protocol, host, pathname } = new URL(url);
		const path = triggerIdIn(url) === undefined ? pathname.replace(/[^/]{13,}/g, (part) => `${part.slice(0, 6)}…`) : pathname;
		return `${protocol}//${host}${path}`;
	} catch {
		return 'an address that cannot be read';
	}
}
