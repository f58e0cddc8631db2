import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { resolveAccount, type GatewayAccount, type GatewayCredential } from './environments';
import { gatewayWords, problemOfSilence } from './problems';

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** What the answer to a harmless question says about key and account. */
function judge(status: number, body: unknown, account: GatewayAccount): INodeCredentialTestResult {
	const host = new URL(account.baseUrl).host;
	const count = body as { inbound?: unknown; outbound?: unknown } | null;
	if (status === 200 && typeof count === 'object' && typeof count?.outbound === 'number') {
		return { status: 'OK', message: `Connected to ${host}` };
	}
	switch (status) {
		case 401:
			return failed(
				`Wrong API key: ${host} does not accept it. Copy it again from the Self-Service Portal; a key works in its own environment only, so check Environment too.`,
			);
		case 403:
		case 404:
			return failed(
				`Wrong account: the API key is valid, but not for Account SID ${account.accountSid}. Copy the Account SID from the same portal as the key.`,
			);
		case 429:
			return failed(`${host} limits requests right now (429). Try again in a minute.`);
		default: {
			if (status >= 300 && status < 400) {
				return failed(`${host} redirects to another address, which is not followed. Enter the final address of the API.`);
			}
			const words = gatewayWords(body);
			return failed(
				`${host} does not answer like a Voice Gateway API (HTTP ${status}${words === '' ? '' : `: ${words}`}). Check Environment and API Base URL.`,
			);
		}
	}
}

/** Asks for the number of live calls. n8n gives a credential test this one helper, which adds no credential by itself. */
async function probe(
	helpers: ICredentialTestFunctions['helpers'],
	{ baseUrl, accountSid, apiKey }: GatewayAccount,
): Promise<{ statusCode: number; body: unknown }> {
	return (await helpers.request({
		method: 'GET',
		uri: `${baseUrl}/v1/Accounts/${accountSid}/CallCount`,
		headers: { Authorization: `Bearer ${apiKey}`, Accept: 'application/json' },
		json: true,
		simple: false,
		resolveWithFullResponse: true,
		followRedirect: false,
		followAllRedirects: false,
		timeout: 15_000,
	})) as { statusCode: number; body: unknown };
}

/**
 * Checks API key and account together with a request that changes nothing (the number of live calls).
 * Fields that cannot be right are refused before any request.
 */
export async function cognigyVoiceGatewayApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	let account: GatewayAccount;
	try {
		account = resolveAccount((credential.data ?? {}) as unknown as GatewayCredential);
	} catch (error) {
		return failed((error as Error).message);
	}
	try {
		const { statusCode, body } = await probe(this.helpers, account);
		return judge(statusCode, body, account);
	} catch (error) {
		const { code, cause } = error as { code?: string; cause?: { code?: string } };
		const problem = problemOfSilence(cause?.code ?? code ?? '', account, false);
		return failed(`${problem.message} Check Environment and API Base URL.`);
	}
}
