import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { bodyOf, until, UnreadBodyError } from './answers';
import { resolveAccount, type GatewayAccount, type GatewayCredential } from './environments';
import { gatewayWords, isCertificateCode, problemOfSilence, problemOfSize } from './problems';
import { withoutSecrets } from './secrecy';

/** Somebody waits for the answer. Milliseconds. */
const TIMEOUT_MS = 15_000;

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** What the answer to a harmless question says about key and account. */
function judge(status: number, body: unknown, { accountSid, apiKey, baseUrl }: GatewayAccount): INodeCredentialTestResult {
	const { host } = new URL(baseUrl);
	const count = body as { inbound?: unknown; outbound?: unknown } | null;
	if (status === 200 && typeof count === 'object' && typeof count?.outbound === 'number') {
		return { status: 'OK', message: `Connected to ${host}` };
	}
	const words = gatewayWords(withoutSecrets(body, [apiKey]));
	// The gateway's own 404 is empty or says "Not Found"; any other comes from something that is no gateway.
	const unknownAccount = status === 404 && (body === undefined || body === '' || words === 'Not Found');
	if (status === 403 || unknownAccount) {
		return failed(
			`Wrong account: the API key is valid, but not for Account SID ${accountSid}. Copy the Account SID from the same portal as the key.`,
		);
	}
	if (status === 401) {
		return failed(
			`Wrong API key: ${host} does not accept it. Copy it again from the Self-Service Portal; a key works in its own environment only, so check Environment too.`,
		);
	}
	if (status === 429) return failed(`${host} limits requests right now (429). Try again in a minute.`);
	if (status >= 300 && status < 400) {
		return failed(`${host} redirects to another address, which is not followed. Enter the final address of the API.`);
	}
	return failed(
		`${host} does not answer like a Voice Gateway API (HTTP ${status}${words === '' ? '' : `: ${words}`}). Check Environment and API Base URL.`,
	);
}

/** Asks for the number of live calls. n8n gives a credential test this one helper, which adds no credential by itself. */
async function probe(
	helpers: ICredentialTestFunctions['helpers'],
	{ baseUrl, accountSid, apiKey, anyCertificate }: GatewayAccount,
): Promise<{ statusCode: number; body: unknown }> {
	const deadline = AbortSignal.timeout(TIMEOUT_MS);
	const asking = helpers.request({
		method: 'GET',
		uri: `${baseUrl}/v1/Accounts/${accountSid}/CallCount`,
		headers: { Authorization: `Bearer ${apiKey}`, Accept: 'application/json' },
		json: true,
		// As it comes: what answers at a mistyped address may send without end.
		useStream: true,
		simple: false,
		resolveWithFullResponse: true,
		followRedirect: false,
		followAllRedirects: false,
		timeout: TIMEOUT_MS,
		...(anyCertificate ? { rejectUnauthorized: false } : {}),
	}) as Promise<{ statusCode: number; body: unknown }>;
	const { statusCode, body } = await until(deadline, asking);
	return { statusCode, body: await bodyOf(body, deadline) };
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
		if (error instanceof UnreadBodyError && error.reason === 'large') {
			const { message, description } = problemOfSize(false);
			return failed(`${message} ${description}`);
		}
		const { code, cause } = error as { code?: string; cause?: { code?: string } };
		const problem = problemOfSilence(cause?.code ?? code ?? '', account, false);
		// The problem of a certificate has a remedy of its own.
		return failed(isCertificateCode(problem.code) ? `${problem.message} ${problem.description}` : `${problem.message} Check Environment and API Base URL.`);
	}
}
