'use strict';

const { ACTION } = require('../engine/engine');
const { pickerContext } = require('../engine/contexts');
const { answering, closeServers, startServer } = require('../engine/servers');
const { compiled } = require('../unit/compiled');
const { fc } = require('./fc');

/** Tricks with addresses: the API key goes to the credential's own gateway, whoever asks for what. */

const { resolveAccount } = compiled('gateway/environments.js');

const SID = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
const API_KEY = 'attack00-0000-4000-8000-notarealkey01';
const TYPE = 'cognigyVoiceGatewayApi';
const credentialFor = (fields) => ({ environment: 'onPremises', accountSid: SID, apiKey: API_KEY, webhookSecret: '', ...fields });

let own;
let evil;
beforeAll(async () => {
	own = await startServer((request, response) =>
		// Sends away whoever asks for it.
		request.url.includes('away') ? response.writeHead(Number(/away(\d+)/.exec(request.url)[1]), { Location: `${evil.url}/stolen` }).end() : answering(200, {})(request, response),
	);
	evil = await startServer(answering(200, {}));
});
beforeEach(() => {
	own.requests.length = 0;
	evil.requests.length = 0;
});
afterAll(closeServers);

/** Both of n8n's helpers through which a node sends a request with a credential; the second is what the HTTP Request node uses. */
const HELPERS = {
	httpRequestWithAuthentication: (address, more) => ({ method: 'GET', url: address, ...more }),
	requestWithAuthentication: (address, more) => ({ method: 'GET', uri: address, resolveWithFullResponse: true, ...more }),
};

/** Lets any node send a request with the credential, through n8n-core's own helpers. */
async function send(helper, options, credential = { baseUrl: own.url }) {
	const context = pickerContext(credentialFor(credential), ACTION);
	return await context.helpers[helper].call(context, TYPE, options).then(() => undefined, (error) => error);
}

const keysAt = ({ requests }) => requests.filter(({ headers, url, text }) => JSON.stringify([headers, url, text]).includes(API_KEY)).length;

/** Addresses that lead to `to`, or look as if they led to `from`. */
function tricks(from, to) {
	const [a, b] = [new URL(from).host, new URL(to).host];
	return [
		to, `${to}/`, ` ${to}`, `\t${to}`, `ht\ntp://${b}/`, `HTTP://${b}/`, `http:/${b}/x`, `http:${b}/x`, `http:\\\\${b}\\x`, `http:///${b}/x`, `//${b}/x`, `\\\\${b}\\x`, `/\\${b}/x`, `/\t/${b}/x`,
		`\t//${b}/x`, `http://${a}@${b}/`, `http://${a}:80@${b}/`, `http://${a}%2f@${b}/`, `http://${b}#@${a}/`, `http://${b}?@${a}/`, `http://${b}/${a}`, `http://${b}\\@${a}/`, `http://${b};@${a}/`,
		`http://${b.replace('127.0.0.1', '127.1')}/`, `http://${b.replace('127.0.0.1', '2130706433')}/`, `http://${b.replace('127.0.0.1', '0x7f.1')}/`, `http://${b.replace('127.0.0.1', '１２７.0.0.1')}/`,
		`http://${b.replace('127.0.0.1', '127。0。0。1')}/`, `http://[::ffff:127.0.0.1]:${b.split(':')[1]}/`, `http://${b.replace('127.0.0.1', 'localhost')}/`,
	];
}

describe.each(Object.entries(HELPERS))('%s', (helper, optionsFor) => {
	test('sends the key to its own gateway', async () => {
		expect(await send(helper, optionsFor(`${own.url}/v1/Accounts/${SID}/CallCount`))).toBeUndefined();
		expect(keysAt(own)).toBe(1);
	});

	test.each(tricks('http://127.0.0.1:1', 'http://127.0.0.1:2').map((_, index) => index))('address trick %i: the key stays at home', async (index) => {
		const address = tricks(own.url, evil.url)[index];
		for (const more of [{}, { baseURL: own.url }, { baseURL: evil.url }]) await send(helper, optionsFor(address, more));
		expect([address, keysAt(evil)]).toEqual([address, 0]);
	});

	test('an absolute address beside a base URL of its own', async () => {
		await send(helper, optionsFor('/v1/x', { baseURL: evil.url }));
		await send(helper, optionsFor('x', { baseURL: evil.url }));
		await send(helper, optionsFor(undefined, { baseURL: evil.url }));
		expect(keysAt(evil)).toBe(0);
	});

	test('both names of an address at once: what counts is the one that is sent', async () => {
		for (const [url, uri] of [[own.url, evil.url], [evil.url, own.url]]) await send(helper, { method: 'GET', url, uri });
		expect(keysAt(evil)).toBe(0);
	});

	test.each([301, 302, 303, 307, 308])('a %i to another origin is not followed, even where the node wants that', async (status) => {
		const wishes = { followRedirect: true, followAllRedirects: true, maxRedirects: 5, disableFollowRedirect: false, sendCredentialsOnCrossOriginRedirect: true };
		await send(helper, optionsFor(`${own.url}/away${status}`, wishes));
		await send(helper, optionsFor(`${own.url}/away${status}`, { ...wishes, method: 'POST', body: { a: 1 } }));
		expect(keysAt(own)).toBe(2);
		expect(evil.requests).toEqual([]);
	});

	test('whatever address is put together from pieces', async () => {
		const pieces = [own.url, evil.url, new URL(own.url).host, new URL(evil.url).host, 'http:', 'https:', '/', '//', '\\', '@', ':', '#', '?', '.', '..', '%2e%2e', '%00', '\t', '\n', ' ', 'x', '\u3002', '\u200b', 'user:pw@', ';'];
		await fc.assert(
			fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }), fc.constantFrom(undefined, 'own', 'evil'), async (chosen, base) => {
				await send(helper, optionsFor(chosen.join(''), base === undefined ? {} : { baseURL: { own, evil }[base].url }));
				expect(keysAt(evil)).toBe(0);
			}),
			{ numRuns: 300 },
		);
	});
});

test.each([
	['trialEu', {}],
	['saasOther', { companyName: 'acme' }],
	['cxone', { region: 'na1' }],
])('in the cloud (%s) a node cannot switch the check of certificates off, nor lead the key to an internal address', async (environment, fields) => {
	const { CognigyVoiceGatewayApi } = require('../../dist/credentials/CognigyVoiceGatewayApi.credentials.js');
	const type = new CognigyVoiceGatewayApi();
	const credential = credentialFor({ environment, ...fields, baseUrl: evil.url, allowUnauthorizedCerts: true });
	const { baseUrl } = resolveAccount(credential);
	expect(new URL(baseUrl)).toMatchObject({ protocol: 'https:', port: '', hostname: expect.stringMatching(/^[a-z0-9-]+\.(?:cognigy\.(?:ai|cloud)|nicecxone\.com)$/) });
	const sent = await type.authenticate(credential, { uri: `${baseUrl}/v1/x`, rejectUnauthorized: false, skipSslCertificateValidation: true });
	expect(sent).toMatchObject({ rejectUnauthorized: true, skipSslCertificateValidation: false });
	for (const address of [evil.url, 'http://127.0.0.1/', 'http://169.254.169.254/', 'http://[::1]/', baseUrl.replace('https', 'http')]) {
		await expect(type.authenticate(credential, { uri: address })).rejects.toThrow(/sends its API key to/);
	}
});

/** Whatever is typed into the credential: either it is refused, or the key goes to exactly the host that stands there. */
describe('the fields', () => {
	const nasty = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 30 }),
		fc.array(
			fc.constantFrom('https://', 'http://', 'vg.example.com', 'evil.example', '10.0.0.1', '/', '\\', '@', ':', ':443', '#', '?', '.', '%2e%2e', '%2f', '\t', '\n', '/v1', '/../', 'xn--80ak6aa92e.com', 'аpple.com', '。', '\u00ad', '[::1]', 'u:p@'),
			{ maxLength: 7 },
		).map((pieces) => pieces.join('')),
	);
	const resolved = (fields) => {
		try {
			return resolveAccount(credentialFor(fields));
		} catch (error) {
			expect(error.name).toBe('CredentialFieldError');
			return undefined;
		}
	};

	test('API Base URL: the host that is read there, and no path of it', () => {
		fc.assert(
			fc.property(nasty, (baseUrl) => {
				const account = resolved({ baseUrl });
				if (account === undefined) return;
				const [, scheme, host] = /^(https?):\/\/([a-z0-9.\-[\]:%]+)(?:\/|$)/i.exec(baseUrl.trim());
				expect(account.baseUrl).toBe(new URL(`${scheme}://${host}`).origin);
				expect(account.cloud).toBe(false);
			}),
			{ numRuns: 3000 },
		);
	});

	test.each([['companyName', 'saasOther', /^https:\/\/api-[a-z0-9-]+-vg\.cognigy\.cloud$/], ['region', 'cxone', /^https:\/\/cognigy-vg-api-[a-z0-9-]+\.nicecxone\.com$/]])(
		'%s stays one part of the host name',
		(field, environment, form) => {
			fc.assert(fc.property(nasty, (value) => {
				const account = resolved({ environment, [field]: value });
				if (account !== undefined) expect(account.baseUrl).toMatch(form);
			}), { numRuns: 3000 });
		},
	);

	test('Account SID is a UUID or refused', () => {
		const around = fc.tuple(nasty, fc.constantFrom(SID, SID.toUpperCase(), SID.slice(1)), nasty).map((pieces) => pieces.join(''));
		fc.assert(fc.property(fc.oneof(nasty, around), (accountSid) => {
			const account = resolved({ baseUrl: 'http://vg.example.com', accountSid });
			if (account !== undefined) expect([accountSid.trim().toLowerCase(), account.accountSid]).toEqual([SID, SID]);
		}), { numRuns: 3000 });
	});
});
