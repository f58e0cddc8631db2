'use strict';

const path = require('node:path');

const { CognigyVoiceGatewayApi } = require(path.join(__dirname, '../../dist/credentials/CognigyVoiceGatewayApi.credentials.js'));

const type = new CognigyVoiceGatewayApi();
const credential = (fields) => ({
	environment: 'trialEu',
	accountSid: '9351f46a-678c-43f5-b8a6-d4eb58d131af',
	apiKey: 'key-that-must-not-leak',
	...fields,
});
const OWN = 'https://api-vg-trial.cognigy.ai';

describe('authenticate', () => {
	test('adds the API key to a request of its own gateway, keeps the rest, and follows no redirect', async () => {
		const request = { method: 'GET', url: `${OWN}/v1/x`, headers: { Accept: 'application/json' }, qs: { page: 1 } };
		expect(await type.authenticate(credential(), request)).toEqual({
			...request,
			headers: { Accept: 'application/json', Authorization: 'Bearer key-that-must-not-leak' },
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
			skipSslCertificateValidation: false,
			rejectUnauthorized: true,
		});
		expect(request.headers).toEqual({ Accept: 'application/json' });
	});

	test('switches redirects off even where a node allows them', async () => {
		const request = { url: `${OWN}/v1/x`, disableFollowRedirect: false };
		expect(await type.authenticate(credential(), request)).toMatchObject({ disableFollowRedirect: true });
	});

	test.each([
		['a relative URL', { url: '/v1/x' }],
		['a relative URL with the base URL', { url: '/v1/x', baseURL: OWN }],
		['its own port written out', { url: `${OWN}:443/v1/x` }],
	])('accepts %s', async (_what, request) => {
		expect((await type.authenticate(credential(), request)).headers.Authorization).toBe('Bearer key-that-must-not-leak');
	});

	test.each([
		['another host', { url: 'https://evil.example/v1/x' }],
		['another scheme', { url: 'http://api-vg-trial.cognigy.ai/v1/x' }],
		['another port', { url: `${OWN}:8443/v1/x` }],
		['a host that starts alike', { url: `${OWN}.evil.example/v1/x` }],
		['its own host as a user name', { url: 'https://api-vg-trial.cognigy.ai@evil.example/' }],
		['another base URL', { url: '/v1/x', baseURL: 'https://evil.example' }],
		['an absolute URL beside the own base URL', { url: 'https://evil.example/', baseURL: OWN }],
		['a URL without scheme beside the own base URL', { url: '//evil.example/', baseURL: OWN }],
	])('refuses %s, without naming the key', async (_what, request) => {
		const refused = await type.authenticate(credential(), request).catch((error) => error);
		expect(refused).toBeInstanceOf(Error);
		expect(refused.message).toMatch(/sends its API key to https:\/\/api-vg-trial\.cognigy\.ai only/);
		expect(`${refused.message} ${refused.stack}`).not.toContain('key-that-must-not-leak');
	});

	test('a credential that cannot be used is refused with its reason, without naming the key', async () => {
		const refused = await type.authenticate(credential({ accountSid: 'x' }), { url: `${OWN}/v1/x` }).catch((error) => error);
		expect(refused.message).toMatch(/^Account SID is not a UUID/);
		expect(refused.stack).not.toContain('key-that-must-not-leak');
	});
});

describe('fields', () => {
	const field = (name) => type.properties.find((property) => property.name === name);

	test('what is secret is a password field', () => {
		const passwords = type.properties.filter(({ typeOptions }) => typeOptions?.password).map(({ name }) => name);
		expect(passwords).toEqual(['apiKey', 'webhookSecret']);
	});

	test.each([
		['companyName', 'saasOther'],
		['region', 'cxone'],
		['baseUrl', 'onPremises'],
	])('%s is asked for %s only', (name, environment) => {
		expect(field(name)).toMatchObject({ required: true, displayOptions: { show: { environment: [environment] } } });
	});

	test('Ignore SSL Issues is off, asked for on-premises only, and warns once it is on', () => {
		expect(field('allowUnauthorizedCerts')).toMatchObject({ displayName: 'Ignore SSL Issues (Insecure)', type: 'boolean', default: false, displayOptions: { show: { environment: ['onPremises'] } } });
		expect(field('insecureNotice')).toMatchObject({ type: 'notice', displayOptions: { show: { environment: ['onPremises'], allowUnauthorizedCerts: [true] } } });
		expect(field('insecureNotice').displayName).toMatch(/read the API key/);
	});

	test('the webhook secret is optional, and says what it is for and where it is found', () => {
		expect(field('webhookSecret').required).not.toBe(true);
		expect(field('webhookSecret').description).toMatch(/signs .*webhooks.*Self-Service Portal/s);
	});

	test('an environment with a fixed address shows it', () => {
		const { description } = field('environment').options.find(({ value }) => value === 'saasUk');
		expect(description).toBe('https://api-vg-uk.cognigy.ai');
	});
});
