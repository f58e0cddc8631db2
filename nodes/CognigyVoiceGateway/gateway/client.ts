import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHookFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { textOf, type ByteStream, type Download } from './download';
import { resolveAccount, type GatewayAccount, type GatewayCredential } from './environments';
import { OpenedCredential } from './openedCredential';
import { waitBefore } from './patience';
import { pause, type Canceled } from './pause';
import { problemOfAnswer, problemOfSilence, type GatewayAnswer, type GatewayProblem } from './problems';

export const CREDENTIAL_TYPE = 'cognigyVoiceGatewayApi';

/** Every n8n context from which the gateway may be asked. */
export type GatewayContext = IExecuteFunctions | ILoadOptionsFunctions | IHookFunctions | IWebhookFunctions;

export interface GatewayRequest {
	method: IHttpRequestMethods;
	/** Path below /v1/Accounts/:account_sid, or below /v1 when `global` is set; starts with a slash. */
	path: string;
	global?: boolean;
	qs?: IDataObject;
	body?: IDataObject;
	/** Whether the request has an effect at the gateway: a doubtful answer is then `unknown`, not `no`. */
	changesState?: boolean;
	/** Milliseconds. */
	timeoutMs?: number;
	/** What must not come back in an error, beside the API key. */
	secrets?: string[];
}

/** How a client treats its requests. */
export interface ClientSettings {
	/** Milliseconds that an answer may take. */
	timeoutMs?: number;
	/**
	 * Given: `attempt`, `ask` and `list` wait for what passes by itself (a rate limit, no capacity) and send the request again,
	 * until this says that the workflow was stopped. Left out: they do not, for whoever waits at a screen.
	 */
	patientUntil?: Canceled;
}

/** Where a file lies, and whether that is the gateway itself: the API key goes nowhere else. */
export interface FileAddress {
	url: string;
	own: boolean;
}

export type GatewayResult = { answer: GatewayAnswer } | { problem: GatewayProblem };

/** A slow gateway lets a request wait; longer than this, an answer is not expected any more. Milliseconds. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** How often a patient client sends a request again. */
const RETRIES = 3;

/** The connection's error code out of what n8n's HTTP helper throws. */
function connectionCode(error: unknown): string {
	for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
		const { code, httpCode, cause } = at as { code?: unknown; httpCode?: unknown; cause?: unknown };
		for (const value of [code, httpCode]) {
			if (typeof value === 'string' && /^[A-Z][A-Z0-9_]+$/.test(value)) return value;
		}
		at = cause;
	}
	return '';
}

/** A problem on its way to whoever knows the item that it belongs to. */
export class GatewayProblemError extends Error {
	constructor(readonly problem: GatewayProblem) {
		super(problem.message);
		this.name = 'GatewayProblemError';
	}
}

/** Puts a stand-in for every secret, wherever it stands in an answer: a gateway or a proxy may echo the request. */
export function withoutSecrets(body: unknown, secrets: string[]): unknown {
	if (typeof body === 'string') {
		return secrets.filter((secret) => secret !== '').reduce((text, secret) => text.split(secret).join('***'), body);
	}
	if (typeof body !== 'object' || body === null) return body;
	const hidden = withoutSecrets(JSON.stringify(body), secrets.map((secret) => JSON.stringify(secret).slice(1, -1))) as string;
	return JSON.parse(hidden) as unknown;
}

/** Talks to one account of one gateway. Never follows a redirect; repeats a request only where `patientUntil` allows it. */
export class GatewayClient {
	private constructor(
		private readonly context: GatewayContext,
		readonly account: GatewayAccount,
		private readonly settings: ClientSettings,
		private readonly credential: OpenedCredential,
	) {}

	/**
	 * Opens a client with the node's credential.
	 *
	 * @throws {NodeOperationError} when a field of the credential cannot be used; no request has been made
	 */
	static async open(context: GatewayContext, settings: ClientSettings = {}): Promise<GatewayClient> {
		const open = async () => await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_TYPE);
		const data = await open();
		const account = GatewayClient.check(context, data as unknown as GatewayCredential);
		return new GatewayClient(context, account, settings, new OpenedCredential(CREDENTIAL_TYPE, data, open));
	}

	private static check(context: GatewayContext, credential: GatewayCredential): GatewayAccount {
		try {
			return resolveAccount(credential);
		} catch (error) {
			throw new NodeOperationError(context.getNode(), `The credential cannot be used. ${(error as Error).message}`, {
				description: 'Open the credential of this node, correct the field and test it.',
			});
		}
	}

	/**
	 * Sends one request, once.
	 *
	 * @returns the answer, whatever its HTTP status below 300; or the problem, explained
	 */
	async send(request: GatewayRequest): Promise<GatewayResult> {
		const { account, context } = this;
		const changesState = request.changesState ?? false;
		const scope = request.global ? '' : `/Accounts/${account.accountSid}`;
		const options: IHttpRequestOptions = {
			method: request.method,
			url: `${account.baseUrl}/v1${scope}${request.path}`,
			qs: request.qs,
			body: request.body,
			json: true,
			timeout: request.timeoutMs ?? this.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
			returnFullResponse: true,
			// n8n's helper repeats a request after a 401, and sends the key along a redirect, unless told not to.
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...this.certificates,
		};
		try {
			const { statusCode, headers, body } = (await context.helpers.httpRequestWithAuthentication.call(
				context,
				CREDENTIAL_TYPE,
				options,
				await this.credential.forRequest(),
			)) as { statusCode: number; headers: Record<string, unknown>; body: unknown };
			const answer = { status: statusCode, headers, body };
			if (statusCode >= 200 && statusCode < 300) return { answer };
			// Before anything is quoted: a quote may end in the middle of a secret.
			const hidden = withoutSecrets(body, [account.apiKey, ...(request.secrets ?? [])]);
			return { problem: problemOfAnswer({ ...answer, body: hidden }, account, changesState) };
		} catch (error) {
			return { problem: problemOfSilence(connectionCode(error), account, changesState) };
		}
	}

	/** A gateway of the user's own may have a certificate that nobody else knows. */
	private get certificates(): Pick<IHttpRequestOptions, 'skipSslCertificateValidation'> {
		return this.account.anyCertificate ? { skipSslCertificateValidation: true } : {};
	}

	/**
	 * Where a file lies that the gateway names: by a path below /v1, a path on its host, or a whole address.
	 *
	 * @returns undefined for what is no address of a file
	 */
	fileAddress(reference: string): FileAddress | undefined {
		const { origin, host } = new URL(this.account.baseUrl);
		const path = /^\/(?!\/|v\d+\/|api\/)/.test(reference) ? `/v1${reference}` : reference;
		let url: URL;
		try {
			url = new URL(path, `${origin}/v1/`);
		} catch {
			return undefined;
		}
		if (!/^https?:$/.test(url.protocol)) return undefined;
		// Behind a proxy that ends TLS, a gateway takes itself for http.
		if (url.host === host && url.username === '' && url.password === '') return { url: `${origin}${url.pathname}${url.search}`, own: true };
		return { url: url.href, own: false };
	}

	/** The address of a path below this account. */
	accountFile(path: string): FileAddress {
		return { url: `${this.account.baseUrl}/v1/Accounts/${this.account.accountSid}${path}`, own: true };
	}

	/**
	 * Asks for a file; its bytes are still to come. Another host than the gateway is asked once, the gateway as patiently
	 * as by `ask`.
	 *
	 * @throws {GatewayProblemError} for any answer but a 2xx
	 */
	async download(file: FileAddress): Promise<Download> {
		const open = async (): Promise<{ answer: Download } | { problem: GatewayProblem }> => await this.openFile(file);
		const result = await (file.own ? this.patiently(open) : open());
		if ('answer' in result) return result.answer;
		throw new GatewayProblemError(result.problem);
	}

	private async openFile({ url, own }: FileAddress): Promise<{ answer: Download } | { problem: GatewayProblem }> {
		const { account, context } = this;
		const options: IHttpRequestOptions = {
			method: 'GET',
			url,
			encoding: 'stream',
			timeout: this.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		};
		try {
			const authenticated = async () =>
				await context.helpers.httpRequestWithAuthentication.call(
					context,
					CREDENTIAL_TYPE,
					{ ...options, ...this.certificates },
					await this.credential.forRequest(),
				);
			const { statusCode, headers, body } = (await (own ? authenticated() : context.helpers.httpRequest(options))) as { statusCode: number; headers: Record<string, unknown>; body: ByteStream };
			if (statusCode >= 200 && statusCode < 300) return { answer: { headers, stream: body } };
			const hidden = withoutSecrets(await textOf(body), [account.apiKey]);
			return { problem: problemOfAnswer({ status: statusCode, headers, body: hidden }, account, false) };
		} catch (error) {
			return { problem: problemOfSilence(connectionCode(error), account, false) };
		}
	}

	/** The problem of a 2xx answer that lacks what it should hold. */
	unreadable(answer: GatewayAnswer, changesState: boolean): GatewayProblem {
		return problemOfAnswer({ ...answer, body: '' }, this.account, changesState);
	}

	/**
	 * Sends a request that rings nobody's phone; a patient client waits for what passes by itself, and sends it again.
	 *
	 * @returns the answer, a 2xx; or the problem that is left, explained
	 */
	async attempt(request: GatewayRequest): Promise<GatewayResult> {
		return await this.patiently(async () => await this.send(request));
	}

	private async patiently<T extends { answer: unknown } | { problem: GatewayProblem }>(send: () => Promise<T>): Promise<T> {
		const { patientUntil } = this.settings;
		for (let retry = 0; ; retry++) {
			const result = await send();
			if ('answer' in result) return result;
			const wait = patientUntil === undefined || retry >= RETRIES ? undefined : waitBefore(retry, result.problem);
			if (wait !== undefined) await pause(wait, patientUntil as Canceled);
			if (wait === undefined || patientUntil?.()) return result;
		}
	}

	/**
	 * As `attempt`, for whoever needs the answer.
	 *
	 * @returns the answer, a 2xx
	 * @throws {GatewayProblemError} for any other
	 */
	async ask(request: GatewayRequest): Promise<GatewayAnswer> {
		const result = await this.attempt(request);
		if ('problem' in result) throw new GatewayProblemError(result.problem);
		return result.answer;
	}

	/**
	 * Reads a list of things that the gateway should be able to give.
	 *
	 * @throws {GatewayProblemError} when it does not
	 */
	async list<T>(request: Omit<GatewayRequest, 'method' | 'changesState'>): Promise<T[]> {
		return this.rowsOf<T>(await this.ask({ ...request, method: 'GET' }));
	}

	/**
	 * The rows of an answer that should hold some.
	 *
	 * @throws {GatewayProblemError} when it does not
	 */
	rowsOf<T>(answer: GatewayAnswer): T[] {
		const { body } = answer;
		// A server that pages by default puts the rows into `data`.
		const rows: unknown = Array.isArray(body) ? body : (body as IDataObject | null)?.data;
		if (!Array.isArray(rows)) throw new GatewayProblemError(this.unreadable(answer, false));
		return rows as T[];
	}

	/** An n8n error for a problem; it carries no header, URL or body of the request. */
	error(problem: GatewayProblem, itemIndex?: number): NodeApiError {
		const error = new NodeApiError(this.context.getNode(), { message: problem.message } as JsonObject, {
			message: problem.message,
			description: problem.description,
			httpCode: problem.code,
			itemIndex,
		});
		// n8n replaces the message by a text of its own for some codes of a connection.
		error.message = problem.message;
		return error;
	}
}
