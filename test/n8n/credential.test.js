'use strict';

const { client, openGateway } = require('./suite/session');
const { freePort } = require('./lib/ports');

describe('the credential test', () => {
	let gateway;
	let data;
	let saved;
	beforeAll(async () => {
		({ gateway, data, credentials: { cognigyVoiceGatewayApi: saved } } = await openGateway());
	});
	afterAll(() => gateway.close());

	/** Tests the saved credential with some of its fields changed, as the editor does on saving. */
	const tryOut = (changes) => client.testCredential({ ...saved, type: 'cognigyVoiceGatewayApi', data: { ...data, ...changes } });

	test('key and account are right', async () => {
		expect(await tryOut({})).toEqual({ status: 'OK', message: `Connected to ${new URL(gateway.url).host}` });
	});

	test.each([
		['with /v1 and a slash', (url) => `${url}/v1/`],
		['with a slash', (url) => `${url}/`],
	])('the base URL may be written %s', async (_, write) => {
		expect(await tryOut({ baseUrl: write(gateway.url) })).toMatchObject({ status: 'OK' });
	});

	test('blanks and upper case around the account SID are forgiven', async () => {
		expect(await tryOut({ accountSid: `  ${data.accountSid.toUpperCase()} ` })).toMatchObject({ status: 'OK' });
	});

	const NOBODY = 'd5b2a6a0-0000-4000-8000-000000000000';
	const problems = [
		['a wrong key', { apiKey: NOBODY }, /wrong api key/i],
		['an account that the key may not see', { accountSid: NOBODY }, /wrong account/i],
		['an account SID that is no UUID', { accountSid: 'my-account' }, /account sid.*uuid/i],
		['an empty API key', { apiKey: ' ' }, /api key.*empty/i],
		['a company name with a dot', { environment: 'saasOther', companyName: 'acme.evil.com' }, /company name/i],
		['a company name with a slash', { environment: 'saasOther', companyName: 'acme/x' }, /company name/i],
		['no company name', { environment: 'saasOther', companyName: '' }, /company name is empty/i],
		['a region that is none', { environment: 'cxone', region: 'na1.evil' }, /region/i],
		['a base URL with a path', { baseUrl: 'https://vg.example.com/api' }, /base url.*path/i],
		['a base URL with a query', { baseUrl: 'https://vg.example.com?x=1' }, /base url.*query/i],
		['a base URL with a password', { baseUrl: 'https://me:secret@vg.example.com' }, /base url.*password/i],
		['a base URL without a scheme', { baseUrl: 'vg.example.com' }, /base url.*https/i],
	];

	test.each(problems)('%s is told, and what to do', async (_, changes, message) => {
		const asked = gateway.requests.length;
		const result = await tryOut(changes);
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
		// Only a key and an account that could be right are worth a request.
		const couldBeRight = /wrong/.test(message.source);
		expect(gateway.requests.length - asked).toBe(couldBeRight ? 1 : 0);
	});

	test('every problem has a message of its own', async () => {
		const messages = await Promise.all(problems.map(async ([, changes]) => (await tryOut(changes)).message));
		expect(new Set(messages).size).toBe(messages.length);
	});

	test('nothing listens at the address', async () => {
		const result = await tryOut({ baseUrl: `http://127.0.0.1:${await freePort()}` });
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(/nothing answers|cannot be reached|refused/i);
	});

	test('the address belongs to something else', async () => {
		const result = await tryOut({ baseUrl: client.url });
		expect(result.status).toBe('Error');
		expect(result.message).not.toMatch(/wrong api key|connected/i);
	});

	test('the key is in no message', async () => {
		for (const [, changes] of problems) {
			const { message } = await tryOut(changes);
			expect(message).not.toContain(data.apiKey);
		}
	});
});
