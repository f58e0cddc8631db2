'use strict';

const { compiled } = require('./compiled');

const { CredentialFieldError, ENVIRONMENTS, resolveAccount } = compiled('gateway/environments.js');

const SID = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
const complete = (fields) => ({ environment: 'trialEu', accountSid: SID, apiKey: 'secret-key', webhookSecret: '', ...fields });
const resolve = (fields) => resolveAccount(complete(fields));

function refusal(fields) {
	try {
		resolve(fields);
	} catch (error) {
		return error;
	}
	throw new Error(`${JSON.stringify(fields)} was not refused`);
}

describe('environments', () => {
	// The table "API Base URL" of Cognigy's page "Create Outbound Calls", row by row.
	const TABLE = [
		['Trial (EU)', { environment: 'trialEu' }, 'https://api-vg-trial.cognigy.ai'],
		['Trial (US)', { environment: 'trialUs' }, 'https://api-vg-trial-us.cognigy.ai'],
		['SaaS (EU)', { environment: 'saasEu' }, 'https://voicegateway-app-vg.cognigy.ai'],
		['SaaS (US)', { environment: 'saasUs' }, 'https://api-vg-us.cognigy.ai'],
		['SaaS (UK)', { environment: 'saasUk' }, 'https://api-vg-uk.cognigy.ai'],
		['SaaS (AU)', { environment: 'saasAu' }, 'https://api-vg-au.cognigy.ai'],
		['SaaS (Other)', { environment: 'saasOther', companyName: 'abc123' }, 'https://api-abc123-vg.cognigy.cloud'],
		['NiCE CXone', { environment: 'cxone', region: 'na1' }, 'https://cognigy-vg-api-na1.nicecxone.com'],
		['NiCE CXone', { environment: 'cxone', region: 'eu1' }, 'https://cognigy-vg-api-eu1.nicecxone.com'],
	];

	test.each(TABLE)('%s %j is %s, in the cloud', (name, fields, baseUrl) => {
		expect(ENVIRONMENTS.find(({ value }) => value === fields.environment).name).toBe(name);
		expect(resolve(fields)).toEqual({ baseUrl, accountSid: SID, apiKey: 'secret-key', webhookSecret: undefined, cloud: true, anyCertificate: false });
	});

	test.each(TABLE)('%s %j accepts no certificate that it cannot verify, whatever the credential holds', (_name, fields) => {
		expect(resolve({ ...fields, allowUnauthorizedCerts: true }).anyCertificate).toBe(false);
	});

	test.each([[true, true], [false, false], [undefined, false], ['true', false], [1, false]])('on-premises: %p is %p', (allowUnauthorizedCerts, expected) => {
		expect(resolve({ environment: 'onPremises', baseUrl: 'https://vg.example.com', allowUnauthorizedCerts }).anyCertificate).toBe(expected);
	});

	test('offers every row of the table, and nothing else but on-premises', () => {
		const known = [...new Set(TABLE.map(([, { environment }]) => environment)), 'onPremises'];
		expect(ENVIRONMENTS.map(({ value }) => value)).toEqual(known);
	});

	test.each([undefined, '', 'trial', 'toString', '__proto__'])('refuses the unknown environment %p', (environment) => {
		expect(refusal({ environment })).toMatchObject({ field: 'environment', message: expect.stringContaining('Choose one') });
	});
});

describe.each([
	['companyName', { environment: 'saasOther' }, (label) => `https://api-${label}-vg.cognigy.cloud`],
	['region', { environment: 'cxone' }, (label) => `https://cognigy-vg-api-${label}.nicecxone.com`],
])('%s', (field, environment, url) => {
	test.each([
		['  abc123 ', 'abc123'],
		['ABC123', 'abc123'],
		['my-company', 'my-company'],
		['a', 'a'],
	])('%p becomes %s', (given, label) => {
		expect(resolve({ ...environment, [field]: given }).baseUrl).toBe(url(label));
	});

	test.each([
		undefined, '', '   ', 'abc.123', 'abc.', 'abc/123', '/', 'abc\\123', 'https://abc123', 'abc123:443', 'a@evil.example', 'abc?x',
		'abc#x', 'abc 123', '-abc', 'abc-', 'äbc', 'ab\tc', 'a'.repeat(64), 'evil.example/#', 'abc%2e', 'a_b', '\u200babc',
	])('refuses %p and names the field', (value) => {
		const error = refusal({ ...environment, [field]: value });
		expect(error).toBeInstanceOf(CredentialFieldError);
		expect(error.field).toBe(field);
		expect(error.message).toMatch(field === 'region' ? /^Region / : /^Company Name /);
	});
});

describe('on-premises URL', () => {
	test.each([
		['https://vg-api.example.com', 'https://vg-api.example.com'],
		['https://vg-api.example.com/', 'https://vg-api.example.com'],
		['https://vg-api.example.com/v1', 'https://vg-api.example.com'],
		['https://vg-api.example.com/v1/', 'https://vg-api.example.com'],
		['  https://vg-api.example.com/v1  ', 'https://vg-api.example.com'],
		['HTTPS://VG-API.example.com', 'https://vg-api.example.com'],
		['http://vg-api.example.com', 'http://vg-api.example.com'],
		['http://10.1.2.3:3000/v1', 'http://10.1.2.3:3000'],
		['http://[fd00::1]:3000', 'http://[fd00::1]:3000'],
		['https://vg-api.example.com:443', 'https://vg-api.example.com'],
		['http://localhost:3000', 'http://localhost:3000'],
	])('%p becomes %s', (baseUrl, expected) => {
		expect(resolve({ environment: 'onPremises', baseUrl })).toMatchObject({ baseUrl: expected, cloud: false });
	});

	test.each([
		[undefined, 'empty'],
		['   ', 'empty'],
		['vg-api.example.com', 'must start with'],
		['ftp://vg-api.example.com', 'must start with'],
		['//vg-api.example.com', 'must start with'],
		['https:vg-api.example.com', 'must start with'],
		['https://', 'must start with'],
		['https:///v1', 'must start with'],
		['https://vg-api.example.com/api', 'path'],
		['https://vg-api.example.com/v1/Accounts', 'path'],
		['https://vg-api.example.com/v2', 'path'],
		['https://vg-api.example.com//v1', 'path'],
		['https://vg-api.example.com/v1/../x', 'path'],
		['https://vg-api.example.com?x=1', 'query'],
		['https://vg-api.example.com/v1?', 'query'],
		['https://vg-api.example.com/#a', 'fragment'],
		['https://user:password@vg-api.example.com', 'user name or password'],
		['https://user@vg-api.example.com', 'user name or password'],
		['https://@vg-api.example.com', 'user name or password'],
		['https:\\\\vg-api.example.com', 'backslashes'],
		['https://vg-api.example.com\\v1', 'backslashes'],
		['https://vg-api.example.com\n.evil.example', 'blanks'],
		['https://vg api.example.com', 'blanks'],
		['https://vg-\u0430pi.example.com', 'outside ASCII'],
		['https://vg-api.example.com\u200b', 'outside ASCII'],
		['https://vg-api.example.com:99999', 'not a valid address'],
		['https://[::1', 'not a valid address'],
	])('refuses %p: %s', (baseUrl, reason) => {
		const error = refusal({ environment: 'onPremises', baseUrl });
		expect(error.field).toBe('baseUrl');
		expect(error.message).toContain(reason);
	});

	test('a password in the URL does not come back in the refusal', () => {
		expect(refusal({ environment: 'onPremises', baseUrl: 'https://user:hunter2@vg.example.com' }).message).not.toContain('hunter2');
	});
});

describe('account SID, API key and webhook secret', () => {
	test('blanks around the account SID and upper case are mended', () => {
		expect(resolve({ accountSid: `  ${SID.toUpperCase()}\n` }).accountSid).toBe(SID);
	});

	test.each([undefined, null, '', '  ', 'abc', SID.slice(1), `${SID}0`, `${SID}/../x`, SID.replace(/-/g, ''), `{${SID}}`, `x${SID.slice(1)}`])(
		'refuses the account SID %p',
		(accountSid) => {
			expect(refusal({ accountSid })).toMatchObject({ field: 'accountSid', message: expect.stringMatching(/^Account SID is .*Self-Service Portal/) });
		},
	);

	test('blanks around the API key are forgiven, and a configured webhook secret is kept', () => {
		expect(resolve({ apiKey: ' key-1\n', webhookSecret: ' wh_secret_x ' })).toMatchObject({ apiKey: 'key-1', webhookSecret: 'wh_secret_x' });
	});

	test.each([undefined, '', '  '])('refuses the empty API key %p', (apiKey) => {
		expect(refusal({ apiKey })).toMatchObject({ field: 'apiKey', message: expect.stringContaining('API Key is empty') });
	});

	test.each(['half a-key', 'key\r\nX-Evil: 1', 'schlüssel', 'key\u0000', 'key\u200b'])('refuses the API key %j without repeating it', (apiKey) => {
		const error = refusal({ apiKey });
		expect(error.field).toBe('apiKey');
		expect(error.message).not.toContain(apiKey);
	});
});
