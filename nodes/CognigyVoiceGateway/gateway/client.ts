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

import { bodyOf, connectionCode, discard, until, UnreadBodyError, wordsOf } from './answers';
import type { ByteStream, Download } from './download';
import { resolveAccount, type GatewayAccount, type GatewayCredential } from './environments';
import { OpenedCredential } from './openedCredential';
import { waitBefore } from './patience';
import { pause, type Canceled } from './pause';
import { problemOfAnswer, problemOfAddress, problemOfSilence, problemOfSize, type GatewayAnswer, type GatewayProblem } from './problems';
import { unmistakable, withoutSecrets } from './secrecy';

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

/** An answer as it comes, whatever it is: n8n's helper itself would repeat a request after a 401, and send the key along a redirect. */
const AS_IT_COMES = {
	// The helper would read any size, too, and its time-out ends with the answer's beginning.
	encoding: 'stream',
	returnFullResponse: true,
	ignoreHttpStatusErrors: true,
	disableFollowRedirect: true,
} as const;

/** A problem on its way to whoever knows the item that it belongs to. */
export class GatewayProblemError extends Error {
	constructor(readonly problem: GatewayProblem) {
		super(problem.message);
		this.name = 'GatewayProblemError';
	}
}

/** What must not be part of an address below the account: it would lead out of there. */
const LEADS_AWAY = /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\]|$)|[\s\\?#]/i;

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
		const { account } = this;
		const changesState = request.changesState ?? false;
		if (LEADS_AWAY.test(request.path)) return { problem: problemOfAddress() };
		const scope = request.global ? '' : `/Accounts/${account.accountSid}`;
		const timeout = request.timeoutMs ?? this.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
		const options: IHttpRequestOptions = {
			method: request.method,
			url: `${account.baseUrl}/v1${scope}${request.path}`,
			qs: request.qs,
			// A text already: n8n's helper drops keys that are called __proto__, constructor or prototype from an object.
			...(request.body === undefined ? {} : { body: JSON.stringify(request.body), headers: { 'Content-Type': 'application/json' } }),
			json: true,
			timeout,
			...AS_IT_COMES,
			...this.certificates,
		};
		const deadline = AbortSignal.timeout(timeout);
		try {
			const { statusCode, headers, body } = await until(deadline, this.asked(options, true, deadline));
			if (statusCode >= 200 && statusCode < 300) {
				const read = await bodyOf(body, deadline);
				return { answer: { status: statusCode, headers, body: withoutSecrets(read, unmistakable([account.apiKey, account.webhookSecret])) } };
			}
			// Before anything is quoted: a quote may end in the middle of a secret.
			const hidden = withoutSecrets(await wordsOf(body), this.secrets(request.secrets));
			return { problem: problemOfAnswer({ status: statusCode, headers, body: hidden }, account, changesState) };
		} catch (error) {
			if (error instanceof UnreadBodyError && error.reason === 'large') return { problem: problemOfSize(changesState) };
			return { problem: problemOfSilence(connectionCode(error), account, changesState) };
		}
	}

	/** What must not come back in an error. */
	private secrets(more: string[] = []): string[] {
		const { apiKey, webhookSecret } = this.account;
		return [apiKey, ...(webhookSecret === undefined ? [] : [webhookSecret]), ...more];
	}

	/** Sends a request, with the credential or without; an answer that comes after its time is thrown away. */
	private async asked(options: IHttpRequestOptions, withKey: boolean, deadline: AbortSignal): Promise<{ statusCode: number; headers: Record<string, unknown>; body: unknown }> {
		const { helpers } = this.context;
		const answer = (await (withKey
			? helpers.httpRequestWithAuthentication.call(this.context, CREDENTIAL_TYPE, options, await this.credential.forRequest())
			: helpers.httpRequest(options))) as { statusCode: number; headers: Record<string, unknown>; body: unknown };
		if (deadline.aborted) discard(answer.body);
		return answer;
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
		const { account } = this;
		const timeout = this.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
		const options: IHttpRequestOptions = { method: 'GET', url, timeout, ...AS_IT_COMES, ...(own ? this.certificates : {}) };
		const deadline = AbortSignal.timeout(timeout);
		try {
			const { statusCode, headers, body } = await until(deadline, this.asked(options, own, deadline));
			const secrets = this.secrets();
			if (statusCode >= 200 && statusCode < 300) return { answer: { headers: withoutSecrets({ ...headers }, secrets), stream: body as ByteStream } };
			const hidden = withoutSecrets(await wordsOf(body), secrets);
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
