import type { GatewayAccount } from './environments';
import { UnusableValueError } from './unusable';

/**
 * Asks the gateway to repeat a webhook that got no 200, 202 or 204: 5 times, after connection problems and any 4xx or 5xx.
 * A fragment is never sent to the receiver; a gateway that does not know it ignores it.
 */
export const RETRY_FRAGMENT = 'rc=5&rp=ct,4xx,5xx';

const REMEDY =
	'If this is the address of this n8n, set its environment variable WEBHOOK_URL to the public address and publish the workflow again.';

/** An IPv4 address that stands inside an IPv6 one ([::ffff:a00:1]), or the host as it is; URL() has brought both into one form. */
function unmapped(host: string): string {
	const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host);
	if (match === null) return host;
	const [high, low] = [parseInt(match[1], 16), parseInt(match[2], 16)];
	return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** This machine itself. */
const isLoopback = (host: string): boolean =>
	/^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/.test(unmapped(host));

/** Addresses and names that exist inside one network only (RFC 1918, 4193, 3927, 6598, 6762, and names without a dot). */
function isPrivate(name: string): boolean {
	const host = unmapped(name);
	if (/^\d+(?:\.\d+){3}$/.test(host)) {
		const [a, b] = host.split('.').map(Number);
		return (
			a === 10 ||
			(a === 172 && b >= 16 && b <= 31) ||
			(a === 192 && b === 168) ||
			(a === 169 && b === 254) ||
			(a === 100 && b >= 64 && b <= 127)
		);
	}
	if (host.startsWith('[')) return /^\[f(?:[cd]|e[89ab])/.test(host);
	return !host.includes('.') || /\.(?:local|internal|lan|home|localdomain|home\.arpa|intranet|corp)$/.test(host);
}

/**
 * Checks that the gateway can reach a webhook URL, as far as that can be seen from here, and adds the retry fragment.
 *
 * @param field display name of the node's field, for the message
 * @throws {UnusableValueError} with the remedy
 */
export function hookUrl(value: unknown, field: string, account: Pick<GatewayAccount, 'baseUrl' | 'cloud'>): string {
	const text = String(value ?? '').trim();
	const refuse = (reason: string) => new UnusableValueError(field, `${field}: ${reason}`);
	if (text === '') throw refuse('the URL is empty. Enter one, e.g. https://n8n.example.com/webhook/…');
	let url: URL | undefined;
	try {
		url = new URL(text);
	} catch {
		url = undefined;
	}
	if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
		throw refuse(`"${text}" is not a web address. It starts with https:// or http://.`);
	}
	const host = url.hostname.toLowerCase().replace(/\.$/, '');
	const gatewayHost = new URL(account.baseUrl).hostname;
	if (isLoopback(host) && !isLoopback(gatewayHost)) {
		throw refuse(`the gateway cannot reach ${url.host}: that is this machine itself. ${REMEDY}`);
	}
	if (account.cloud && isPrivate(host)) {
		throw refuse(`the gateway is in the cloud and cannot reach ${url.host}, a name or address of a private network. ${REMEDY}`);
	}
	if (url.hash === '') url.hash = RETRY_FRAGMENT;
	return url.toString();
}
