import type { GatewayAccount } from './environments';

/**
 * Turns what the gateway answered, or that it did not answer, into one clear sentence, the next step,
 * and the one thing that matters most here: whether a call may have been placed.
 */

/** What became of a request that has no useful answer. */
export interface GatewayProblem {
	/** One sentence: what happened, with the gateway's own words where it sent some. */
	message: string;
	/** What to do next. */
	description: string;
	/** HTTP status, or the error code of the connection, e.g. ECONNREFUSED. */
	code: string;
	/** `no`: the request certainly had no effect. `unknown`: it may have had. */
	effect: 'no' | 'unknown';
	/** How long the gateway asked to wait before the next try, in milliseconds. */
	retryAfterMs?: number;
}

/** An answer of the gateway, whatever its status. */
export interface GatewayAnswer {
	status: number;
	headers: Record<string, unknown>;
	/** Parsed JSON, or the text as received. */
	body: unknown;
}

/** Codes of a connection that was never made: the request was certainly not sent. */
const NEVER_SENT = new Map([
	['ECONNREFUSED', 'nothing answers at that address'],
	['ENOTFOUND', 'the host name does not exist'],
	['EAI_AGAIN', 'the host name could not be looked up'],
	['EHOSTUNREACH', 'the host cannot be reached'],
	['ENETUNREACH', 'the network cannot be reached'],
]);

/** Codes of a certificate that is not accepted: the connection ended before anything was sent. */
const CERTIFICATE = new Map([
	['CERT_HAS_EXPIRED', 'its certificate has expired'],
	['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
	['CERT_UNTRUSTED', 'its certificate is not trusted'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate belongs to another host'],
	['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate chain is self-signed'],
	['UNABLE_TO_GET_ISSUER_CERT', 'its certificate cannot be verified'],
	['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate cannot be verified'],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate cannot be verified'],
]);

/** Whether a code is that of a certificate. */
export const isCertificateCode = (code: string): boolean => CERTIFICATE.has(code);

/** Longest piece of the gateway's own words that a message quotes. */
const QUOTE_LIMIT = 300;

function readable(text: string): string {
	const plain = text.replace(/\s+/g, ' ').trim();
	return plain.length > QUOTE_LIMIT ? `${plain.slice(0, QUOTE_LIMIT)}…` : plain;
}

/**
 * The gateway's own words out of any of its five families of error bodies:
 * `{msg}`, `{status, message}`, plain text, a sentence labelled text/html, an empty body; an HTML page has none.
 */
export function gatewayWords(body: unknown): string {
	if (typeof body === 'string') {
		return /<(?:!doctype|html|body|head)\b/i.test(body) ? '' : readable(body);
	}
	if (typeof body === 'object' && body !== null) {
		for (const key of ['msg', 'message', 'error']) {
			const value = (body as Record<string, unknown>)[key];
			if (typeof value === 'string' && value.trim() !== '') return readable(value);
		}
	}
	return '';
}

/** Reads Retry-After (seconds or an HTTP date) into milliseconds from `now`. */
export function retryAfterMs(headers: Record<string, unknown>, now: number): number | undefined {
	const text = String(headers['retry-after'] ?? '').trim();
	if (text === '') return undefined;
	if (/^\d+$/.test(text)) return Number(text) * 1000;
	// Date.parse takes nearly anything for a date; an HTTP date begins with the day of the week.
	const date = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

interface Explanation {
	message: string;
	description: string;
}

const UNKNOWN_ADVICE =
	'The call may have been placed, so it is not dialled again. Look it up in Recent Calls of the Voice Gateway Self-Service Portal before calling this number again.';

/** One refusal of the gateway, by status and by its words. */
function explainRefusal({ status, headers, body }: GatewayAnswer, account: GatewayAccount, changesState: boolean): Explanation {
	const words = gatewayWords(body);
	const quote = words === '' ? '' : `: "${words}"`;
	const refused = `The gateway refused the request${quote}`;
	const untouched = changesState ? 'Nothing was placed by this request. ' : '';
	switch (status) {
		case 400:
			if (/^insufficient p(?:rivileges|ermissions)/i.test(words)) {
				return {
					message: `This API key may not look at that${quote}`,
					description:
						'It belongs to another account, or to the service provider above the accounts. Use an API key of the account that owns it, or one of the service provider.',
				};
			}
			if (/application_sid/.test(words)) {
				return { message: refused, description: 'Choose the application again from the list, or check its ID.' };
			}
			if (/unauthorized createCall/i.test(words)) {
				return {
					message: `This API key may not place calls${quote}`,
					description:
						'Calls need an API key of the account itself. A key of the service provider, above the accounts, may only look. Create one in the Self-Service Portal, page Account, and put it into the credential.',
				};
			}
			if (/\bto property\b/.test(words)) {
				return { message: refused, description: 'Check the callee: the number, SIP URI or user name under "Call To".' };
			}
			if (/from parameter/.test(words)) {
				return { message: refused, description: 'Fill in the caller under "From".' };
			}
			return { message: refused, description: 'Check the fields of this node; the gateway names what it did not like.' };
		case 401:
			return {
				message: `The gateway does not accept the API key${quote}`,
				description:
					'Open the credential and paste the key again. A key works in its own environment and region only, so check Environment too.',
			};
		case 403:
			return {
				message: `The API key may not do this for account ${account.accountSid}${quote}`,
				description:
					'Check Account SID in the credential, and that the API key belongs to this account, or to the service provider above it.',
			};
		case 404:
			return {
				message: `The gateway does not know what was asked for${quote}`,
				description: 'Check the ID. If it is right, check Account SID and Environment in the credential.',
			};
		case 413:
			return {
				message: `The request is too large for the gateway${quote}`,
				description: 'The gateway takes at most 100 kB per call: shorten the metadata, the SIP headers or the additional fields.',
			};
		case 429: {
			const wait = retryAfterMs(headers, Date.now());
			const again = wait === undefined ? 'Try again later' : `Try again in ${Math.ceil(wait / 1000)} seconds`;
			return {
				message: `The gateway's rate limit is reached${quote}`,
				description: `${untouched}${again}, and ${changesState ? 'lower Calls per Second' : 'ask less often: all keys and tools of the gateway share this limit'}.`,
			};
		}
		case 480:
			return {
				message: `The gateway has no free capacity right now${quote}`,
				description: `${untouched}Try again in a minute.`,
			};
		default:
			return {
				message: `${refused} (HTTP ${status})`,
				description: 'Check the fields of this node and the credential.',
			};
	}
}

/**
 * Explains an answer that is not the success the caller hoped for.
 *
 * @param answer the gateway's answer; a 2xx here is one without the expected content
 * @param changesState true for a request that has an effect (placing a call): a doubtful answer is then `unknown`
 */
export function problemOfAnswer(
	answer: GatewayAnswer,
	account: GatewayAccount,
	changesState: boolean,
): GatewayProblem {
	const { status, headers, body } = answer;
	const code = String(status);
	const words = gatewayWords(body);
	const quote = words === '' ? '' : `: "${words}"`;
	if (status >= 300 && status < 400) {
		return {
			message: 'The address answers with a redirect, which is not followed: the API key must not go to another host.',
			description: 'Check Environment and API Base URL in the credential: enter the final address of the API, with https:// if it asks for that.',
			code,
			effect: 'no',
		};
	}
	if (status >= 400 && status < 500) {
		const retry = status === 429 ? retryAfterMs(headers, Date.now()) : undefined;
		return { ...explainRefusal(answer, account, changesState), code, effect: 'no', retryAfterMs: retry };
	}
	const what =
		status >= 500
			? `The gateway answered with an error (HTTP ${status})${quote}`
			: `The gateway's answer (HTTP ${status}) cannot be read`;
	return {
		message: what,
		description: changesState ? UNKNOWN_ADVICE : 'Try again later. If it stays, check Environment and API Base URL in the credential.',
		code,
		effect: changesState ? 'unknown' : 'no',
	};
}

/** Explains an answer that was not read, because it is larger than any real one. */
export const problemOfSize = (changesState: boolean): GatewayProblem => ({
	message: "The gateway's answer is too large to be read: more than 20 MB.",
	description: changesState ? UNKNOWN_ADVICE : 'Check Environment and API Base URL in the credential. If they are right, ask for less: narrow the time or the filters.',
	code: '',
	effect: changesState ? 'unknown' : 'no',
});

/** Explains a request that was not sent, because an ID in its address would have led out of the account. */
export const problemOfAddress = (): GatewayProblem => ({
	message: 'The ID cannot be part of an address of the API, so nothing was asked.',
	description: 'Check where the ID comes from: the gateway gives none with slashes, blanks or only dots.',
	code: '',
	effect: 'no',
});

/** Explains a request that got no answer at all, by the code of the connection's error. */
export function problemOfSilence(code: string, account: GatewayAccount, changesState: boolean): GatewayProblem {
	const host = new URL(account.baseUrl).host;
	const certificate = CERTIFICATE.get(code);
	if (certificate !== undefined) {
		return {
			message: `The gateway at ${host} cannot be reached: ${certificate}.`,
			description: account.cloud
				? `Nothing was sent. Check Environment, Company Name or Region in the credential, and whether something between n8n and the internet replaces certificates (${code}).`
				: `Nothing was sent. Check API Base URL in the credential. If this is your own gateway, let n8n trust its certificate (NODE_EXTRA_CA_CERTS), or switch on Ignore SSL Issues (Insecure) in the credential (${code}).`,
			code,
			effect: 'no',
		};
	}
	const never = NEVER_SENT.get(code);
	if (never !== undefined) {
		return {
			message: `The gateway at ${host} cannot be reached: ${never}.`,
			description: `Nothing was sent. Check Environment, Company Name, Region or API Base URL in the credential, and the network of n8n (${code}).`,
			code,
			effect: 'no',
		};
	}
	return {
		message: `The gateway at ${host} did not answer.`,
		description: changesState ? UNKNOWN_ADVICE : 'Try again later.',
		code,
		effect: changesState ? 'unknown' : 'no',
	};
}
