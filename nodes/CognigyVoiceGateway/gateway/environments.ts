/**
 * Where Voice Gateway lives. The table holds every row of Cognigy's page "Create Outbound Calls"
 * (API Base URL); the three rows with a question need one more answer from the user.
 */

/** What the credential holds, as n8n hands it over. */
export interface GatewayCredential {
	environment: string;
	companyName?: string;
	region?: string;
	baseUrl?: string;
	accountSid: string;
	apiKey: string;
	webhookSecret?: string;
	/** Asked for on-premises only; a value that another environment left behind means nothing. */
	allowUnauthorizedCerts?: boolean;
}

/** A credential that has been checked: safe to build requests from. */
export interface GatewayAccount {
	/** Scheme and host, and the path in front of /v1 if there is one; no trailing slash. */
	baseUrl: string;
	/** Lower-case UUID. */
	accountSid: string;
	apiKey: string;
	/** Undefined when the credential holds none. */
	webhookSecret?: string;
	/** True for Cognigy's own clouds, which reach public addresses only. */
	cloud: boolean;
	/** Whether any certificate will do. Never true in Cognigy's clouds, whatever the credential holds. */
	anyCertificate: boolean;
}

/** A field of the credential that cannot be used, with the reason and the remedy in the message. */
export class CredentialFieldError extends Error {
	constructor(
		readonly field: keyof GatewayCredential,
		message: string,
	) {
		super(message);
		this.name = 'CredentialFieldError';
	}
}

interface Environment {
	value: string;
	name: string;
	/** A fixed URL, or how to build it from the credential. */
	baseUrl: string | ((credential: GatewayCredential) => string);
	cloud: boolean;
}

/** One DNS label: what a company name or region may look like inside a host name. */
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function dnsLabel(field: 'companyName' | 'region', title: string, value: string | undefined): string {
	const label = (value ?? '').trim().toLowerCase();
	if (label === '') throw new CredentialFieldError(field, `${title} is empty. Fill it in.`);
	if (!DNS_LABEL.test(label)) {
		throw new CredentialFieldError(
			field,
			`${title} "${label}" may hold letters, digits and hyphens only: it becomes one part of the host name, without dots, slashes or "https://".`,
		);
	}
	return label;
}

function onPremisesUrl({ baseUrl }: GatewayCredential): string {
	const text = (baseUrl ?? '').trim();
	const refuse = (reason: string) => new CredentialFieldError('baseUrl', `API Base URL ${reason}`);
	if (text === '') throw refuse('is empty. Enter the address of your Voice Gateway API, e.g. https://vg-api.example.com.');
	// Before parsing: URL() quietly turns backslashes into slashes and drops line breaks.
	if (/[\s\\]|[^\x21-\x7e]/.test(text)) {
		throw refuse('holds blanks, backslashes or characters outside ASCII. Write it plainly, e.g. https://vg-api.example.com.');
	}
	if (!/^https?:\/\/[^/]/i.test(text)) throw refuse('must start with https:// or http:// and a host name.');
	let url: URL | undefined;
	try {
		url = new URL(text);
	} catch {
		url = undefined;
	}
	if (url === undefined) throw refuse(`"${text}" is not a valid address.`);
	if (url.username !== '' || url.password !== '' || text.includes('@')) {
		throw refuse('must not hold a user name or password. The API key goes into its own field.');
	}
	if (text.includes('?') || text.includes('#')) throw refuse('must not hold a query or a fragment.');
	if (!/^\/?(?:v1\/?)?$/.test(url.pathname)) {
		throw refuse(`must not hold a path ("${url.pathname}"): the host is enough, /v1 is added.`);
	}
	return url.origin;
}

/** Every environment, in the order in which the credential offers them. Source: Cognigy, "Create Outbound Calls". */
export const ENVIRONMENTS: readonly Environment[] = [
	{ value: 'trialEu', name: 'Trial (EU)', baseUrl: 'https://api-vg-trial.cognigy.ai', cloud: true },
	{ value: 'trialUs', name: 'Trial (US)', baseUrl: 'https://api-vg-trial-us.cognigy.ai', cloud: true },
	{ value: 'saasEu', name: 'SaaS (EU)', baseUrl: 'https://voicegateway-app-vg.cognigy.ai', cloud: true },
	{ value: 'saasUs', name: 'SaaS (US)', baseUrl: 'https://api-vg-us.cognigy.ai', cloud: true },
	{ value: 'saasUk', name: 'SaaS (UK)', baseUrl: 'https://api-vg-uk.cognigy.ai', cloud: true },
	{ value: 'saasAu', name: 'SaaS (AU)', baseUrl: 'https://api-vg-au.cognigy.ai', cloud: true },
	{
		value: 'saasOther',
		name: 'SaaS (Other)',
		baseUrl: (credential) => {
			const company = dnsLabel('companyName', 'Company Name', credential.companyName);
			return `https://api-${company}-vg.cognigy.cloud`;
		},
		cloud: true,
	},
	{
		value: 'cxone',
		name: 'NiCE CXone',
		baseUrl: (credential) => {
			const region = dnsLabel('region', 'Region', credential.region);
			return `https://cognigy-vg-api-${region}.nicecxone.com`;
		},
		cloud: true,
	},
	{ value: 'onPremises', name: 'On-Premises', baseUrl: onPremisesUrl, cloud: false },
];

/** Matches a UUID in lower case, the form of every sid. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Checks a credential and works out the API's address, without any request.
 *
 * @throws {CredentialFieldError} naming the field, the reason and the remedy
 */
export function resolveAccount(credential: GatewayCredential): GatewayAccount {
	const environment = ENVIRONMENTS.find(({ value }) => value === credential.environment);
	if (environment === undefined) {
		throw new CredentialFieldError('environment', 'Environment is not set. Choose one from the list.');
	}
	const baseUrl =
		typeof environment.baseUrl === 'string' ? environment.baseUrl : environment.baseUrl(credential);

	// The gateway answers an upper-case sid with 403, so the case is mended here.
	const accountSid = String(credential.accountSid ?? '').trim().toLowerCase();
	if (!UUID.test(accountSid)) {
		throw new CredentialFieldError(
			'accountSid',
			accountSid === ''
				? 'Account SID is empty. Copy it from the Voice Gateway Self-Service Portal, page Account.'
				: 'Account SID is not a UUID, e.g. 9351f46a-678c-43f5-b8a6-d4eb58d131af. Copy it from the Voice Gateway Self-Service Portal, page Account.',
		);
	}

	const apiKey = String(credential.apiKey ?? '').trim();
	if (apiKey === '') {
		throw new CredentialFieldError('apiKey', 'API Key is empty. Create one in the Voice Gateway Self-Service Portal.');
	}
	// A header cannot carry these, and the error of the HTTP layer would show the key.
	if (!/^[\x21-\x7e]+$/.test(apiKey)) {
		throw new CredentialFieldError('apiKey', 'API Key holds blanks, line breaks or other characters that no key has. Copy it again.');
	}

	const webhookSecret = String(credential.webhookSecret ?? '').trim();
	return {
		baseUrl,
		accountSid,
		apiKey,
		webhookSecret: webhookSecret === '' ? undefined : webhookSecret,
		cloud: environment.cloud,
		anyCertificate: !environment.cloud && credential.allowUnauthorizedCerts === true,
	};
}
