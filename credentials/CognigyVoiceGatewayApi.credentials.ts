import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

import {
	ENVIRONMENTS,
	resolveAccount,
	type GatewayCredential,
} from '../nodes/CognigyVoiceGateway/gateway/environments';

/** n8n's own name for this setting. The lint takes a field in the class below that has "cert" in its name for a secret. */
const sslFields: INodeProperties[] = [
	{
		displayName: 'Ignore SSL Issues (Insecure)',
		name: 'allowUnauthorizedCerts',
		type: 'boolean',
		displayOptions: { show: { environment: ['onPremises'] } },
		default: false,
		description: 'Whether to connect even if the certificate of your gateway cannot be verified, e.g. because it is self-signed',
	},
	{
		displayName:
			'With this switched on, anybody between n8n and your gateway can pretend to be it and read the API key. Better let n8n trust your certificate: set its environment variable NODE_EXTRA_CA_CERTS.',
		name: 'insecureNotice',
		type: 'notice',
		displayOptions: { show: { environment: ['onPremises'], allowUnauthorizedCerts: [true] } },
		default: '',
	},
];

/** A request as n8n's two HTTP helpers know it: the older one, which the HTTP Request node uses, has names of its own. */
type AnyRequest = IHttpRequestOptions & { uri?: unknown };

/**
 * Where a request goes, read in the way in which it is sent: what is an address by itself is one, whatever the base URL.
 *
 * @throws {Error} for what is no address
 */
function targetOf({ url, uri, baseURL }: AnyRequest, home: string): URL {
	// The older helper sends to `uri` when both are there.
	const text = String(uri ?? url ?? '');
	try {
		return new URL(text);
	} catch {
		// Two slashes, of whichever kind, begin a host.
		if (/^\s*[\\/]\s*[\\/]/.test(text)) return new URL(text, home);
		return new URL(`${(baseURL ?? home).replace(/\/+$/, '')}/${text.replace(/^\/+/, '')}`);
	}
}

/** Where the gateway is and who may call. Tested by the action node (`gateway/credentialTest.ts`). */
export class CognigyVoiceGatewayApi implements ICredentialType {
	name = 'cognigyVoiceGatewayApi';

	displayName = 'Cognigy Voice Gateway API';

	documentationUrl =
		'https://github.com/n8n-nodes-cognigy-voice-gateway/n8n-nodes-cognigy-voice-gateway/blob/main/docs/credential.md';

	icon: Icon = {
		light: 'file:../nodes/CognigyVoiceGateway/cognigyVoiceGateway.svg',
		dark: 'file:../nodes/CognigyVoiceGateway/cognigyVoiceGateway.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: ENVIRONMENTS.map(({ name, value, baseUrl }) => ({
				name,
				value,
				...(typeof baseUrl === 'string' ? { description: baseUrl } : {}),
			})),
			default: 'trialEu',
			description: 'Where your Voice Gateway account lives. A key works in its own environment only.',
		},
		{
			displayName: 'Company Name',
			name: 'companyName',
			type: 'string',
			required: true,
			displayOptions: { show: { environment: ['saasOther'] } },
			default: '',
			placeholder: 'e.g. abc123',
			description: 'The company part of your API address: abc123 for https://api-abc123-vg.cognigy.cloud',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'string',
			required: true,
			displayOptions: { show: { environment: ['cxone'] } },
			default: '',
			placeholder: 'e.g. na1',
			description:
				'The region of your NiCE CXone cluster: na1 for https://cognigy-vg-api-na1.nicecxone.com, eu1 for Europe',
		},
		{
			displayName: 'API Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			displayOptions: { show: { environment: ['onPremises'] } },
			default: '',
			placeholder: 'e.g. https://vg-api.example.com',
			description: 'Address of your own Voice Gateway API, with or without /v1 at the end',
		},
		...sslFields,
		{
			displayName: 'Account SID',
			name: 'accountSid',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 9351f46a-678c-43f5-b8a6-d4eb58d131af',
			description: 'A UUID, shown in the Voice Gateway Self-Service Portal on the page Account',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Created in the Voice Gateway Self-Service Portal on the page Account, under API Keys',
		},
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Optional. The gateway signs its call-status webhooks with it, so that the trigger can tell a real one from a forged one. Shown in the Self-Service Portal on the page Account. Leave empty to let the trigger ask the gateway for it.',
		},
	];

	/**
	 * Adds the API key, and only to requests that go to this credential's own gateway, whichever node sends them. What was
	 * checked is what is sent: the address goes out as it was read here, redirects are off in both helpers' ways of saying
	 * so, and in Cognigy's clouds no node can switch the check of certificates off.
	 *
	 * @throws {Error} for any other host, and for a credential that cannot be used
	 */
	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const account = resolveAccount(credentials as unknown as GatewayCredential);
		const target = targetOf(request, account.baseUrl);
		if (target.origin !== new URL(account.baseUrl).origin) {
			throw new Error(`This credential sends its API key to ${account.baseUrl} only, not to ${target.host}.`);
		}
		return {
			...request,
			url: target.href,
			...('uri' in request ? { uri: target.href } : {}),
			baseURL: undefined,
			disableFollowRedirect: true,
			...{ followRedirect: false, followAllRedirects: false },
			...(account.cloud ? { skipSslCertificateValidation: false, rejectUnauthorized: true } : {}),
			headers: { ...request.headers, Authorization: `Bearer ${account.apiKey}` },
		};
	};
}
