/** Hides the secrets inside of what the gateway tells about itself: passwords of webhooks and carriers, tokens, keys. */

const STAND_IN = '***';

/** Names of fields and of query parameters whose value is a secret. */
const SECRET_NAME = /pass(?:wor[dt]|wd|phrase|code)|(?:^|[_-])(?:pass|pwd|pin)(?:$|[_-])|secret|token|credential|authori[sz]ation|signature|connection[_-]?string|(?:api|private|service|access|account|auth|encryption|shared)[_-]?key(?![_-]?id)/i;

/** Names that only speak about a secret: its sid, its date, a number of tokens. */
const NO_SECRET = /(?:_(?:sid|at|count|length|limit|type)|^(?:max|min|num|total)_?tokens)$/i;

const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !NO_SECRET.test(name);

/** The secrets that an address can carry: user and password before its host, the password of a SIP URI, secret parameters of its query. */
function maskAddresses(text: string): string {
	return text
		.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]+@/gi, `$1${STAND_IN}@`)
		.replace(/\b(sips?:[^\s:@;?"'<>]+):[^\s@"'<>]+@/gi, `$1:${STAND_IN}@`)
		.replace(/([?&;])([^\s=&#?;"'<>]+)=([^\s&#"'<>]+)/g, (whole, before: string, name: string) => (isSecretName(name) ? `${before}${name}=${STAND_IN}` : whole));
}

/** JSON inside a text is looked into as well; it stays as it was written unless there was something to hide. */
function maskText(text: string): string {
	if (/^\s*[[{]/.test(text)) {
		try {
			const parsed = JSON.parse(text) as unknown;
			const hidden = masked(parsed, false);
			return JSON.stringify(hidden) === JSON.stringify(parsed) ? text : JSON.stringify(hidden);
		} catch {
			return maskAddresses(text);
		}
	}
	return maskAddresses(text);
}

function masked(value: unknown, secret: boolean): unknown {
	if (typeof value === 'string') return secret && value !== '' ? STAND_IN : maskText(value);
	if (typeof value === 'number') return secret ? STAND_IN : value;
	if (Array.isArray(value)) return value.map((entry) => masked(entry, secret));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, masked(entry, secret || isSecretName(name))]));
}

/**
 * A copy with a stand-in for every secret, wherever it stands. What is empty stays empty, so that one still sees
 * whether there is a password at all.
 */
export const withMaskedSecrets = <T>(value: T): T => masked(value, false) as T;
