import type { IAdditionalCredentialOptions, ICredentialDataDecryptedObject } from 'n8n-workflow';

/**
 * A credential is opened again after this long, so that a long run hears of a new key. Milliseconds.
 */
const OPEN_AGAIN_AFTER_MS = 10_000;

/**
 * The node's credential, open for a while: n8n opens it for every request that is not handed one, with a question to its
 * database and a decryption, which is a quarter of all that a request costs it.
 */
export class OpenedCredential {
	private openedAt = Date.now();
	private data: Promise<ICredentialDataDecryptedObject>;

	/**
	 * @param type the credential's type
	 * @param data as just opened
	 * @param open opens it anew
	 */
	constructor(
		private readonly type: string,
		data: ICredentialDataDecryptedObject,
		private readonly open: () => Promise<ICredentialDataDecryptedObject>,
	) {
		this.data = Promise.resolve(data);
	}

	/** What n8n's HTTP helper takes beside a request's options. */
	async forRequest(): Promise<IAdditionalCredentialOptions> {
		if (Date.now() - this.openedAt >= OPEN_AGAIN_AFTER_MS) {
			this.openedAt = Date.now();
			this.data = this.open();
			this.data.catch(() => {
				// The next request tries again.
				this.openedAt = -Infinity;
			});
		}
		// A copy: the helper may write into what it is given.
		const data = { ...(await this.data) };
		return { credentialsDecrypted: { id: '', name: this.type, type: this.type, data } };
	}
}
