'use strict';

const { compiled } = require('./compiled');
const { CREDENTIAL, gatewayContext } = require('./strictContext');

const { GatewayClient } = compiled('gateway/client.js');

const ACCOUNT_URL = `http://gateway.test:3000/v1/Accounts/${CREDENTIAL.accountSid}`;
const ok = (body = {}) => ({ statusCode: 200, headers: {}, body });

async function clientFor(answer, credential) {
	const { context, requests } = gatewayContext(answer, credential);
	return { client: await GatewayClient.open(context), context, requests };
}

describe('open', () => {
	test.each([
		[{ accountSid: 'x' }, /^The credential cannot be used\. Account SID is not a UUID/],
		[{ environment: 'saasOther', companyName: 'a.b' }, /^The credential cannot be used\. Company Name "a\.b"/],
		[{ baseUrl: 'https://u:p@vg.example.com' }, /^The credential cannot be used\. API Base URL must not hold a user name/],
		[{ apiKey: 'a b' }, /^The credential cannot be used\. API Key holds blanks/],
	])('refuses %j before any request', async (credential, message) => {
		const { context, requests } = gatewayContext(() => ok(), credential);
		const error = await GatewayClient.open(context).catch((refused) => refused);
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(/Open the credential/);
		expect(requests).toEqual([]);
	});
});

describe('send', () => {
	test('asks once, follows no redirect, lets n8n repeat nothing, and leaves the key to the credential', async () => {
		const { client, requests } = await clientFor(() => ok());
		await client.send({ method: 'POST', path: '/Calls', body: { from: '1' }, changesState: true });
		expect(requests).toEqual([
			{
				type: 'cognigyVoiceGatewayApi', method: 'POST', url: `${ACCOUNT_URL}/Calls`, body: '{"from":"1"}', headers: { 'Content-Type': 'application/json' }, qs: undefined, json: true, encoding: 'stream', timeout: 60_000,
				returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true,
			},
		]);
		expect(JSON.stringify(requests)).not.toContain(CREDENTIAL.apiKey);
	});

	test('the credential stays open for ten seconds; one that cannot be opened then is tried again by the next request', async () => {
		jest.useFakeTimers({ now: 1_795_000_000_000 });
		try {
			const credential = { apiKey: 'first' };
			const { context, opened, requests } = gatewayContext(() => ok(), credential);
			const client = await GatewayClient.open(context);
			const ask = async () => await client.send({ method: 'GET', path: '/' });
			jest.advanceTimersByTime(9_999);
			await Promise.all([ask(), ask()]);
			expect(opened).toHaveLength(1);

			credential.apiKey = 'second';
			jest.advanceTimersByTime(1);
			await Promise.all([ask(), ask()]);
			expect(opened.map(({ apiKey }) => apiKey)).toEqual(['first', 'second']);
			expect(requests).toHaveLength(4);

			jest.advanceTimersByTime(10_000);
			Object.defineProperty(credential, 'apiKey', { configurable: true, enumerable: true, get: () => { throw new Error('deleted'); } });
			expect(await ask()).toMatchObject({ problem: { effect: 'no' } });
			expect(requests).toHaveLength(4);
			Object.defineProperty(credential, 'apiKey', { enumerable: true, value: 'third' });
			await ask();
			expect(opened.at(-1).apiKey).toBe('third');
			expect(requests).toHaveLength(5);
		} finally {
			jest.useRealTimers();
		}
	});

	test('a global path lies beside the accounts, and the time limit can be chosen', async () => {
		const { client, requests } = await clientFor(() => ok());
		await client.send({ method: 'GET', path: '/PhoneNumbers', global: true, qs: { a: 1 }, timeoutMs: 5 });
		expect(requests[0]).toMatchObject({ url: 'http://gateway.test:3000/v1/PhoneNumbers', qs: { a: 1 }, timeout: 5 });
	});

	test.each([200, 201, 202, 204, 299])('%i is an answer', async (statusCode) => {
		const { client } = await clientFor(() => ({ statusCode, headers: { a: 'b' }, body: 'x' }));
		expect(await client.send({ method: 'GET', path: '/' })).toEqual({ answer: { status: statusCode, headers: { a: 'b' }, body: 'x' } });
	});

	test.each([301, 302, 307, 400, 401, 429, 480, 500, 502])('%i is a problem, asked about once', async (statusCode) => {
		const { client, requests } = await clientFor(() => ({ statusCode, headers: {}, body: '' }));
		const { problem } = await client.send({ method: 'POST', path: '/Calls', changesState: true });
		expect(problem).toMatchObject({ code: String(statusCode), effect: statusCode >= 500 ? 'unknown' : 'no' });
		expect(requests).toHaveLength(1);
	});

	const thrown = (fields) => Object.assign(new Error('secret stuff Bearer key-that-must-not-leak'), fields);
	test.each([
		['the code itself', thrown({ code: 'ECONNREFUSED' }), 'ECONNREFUSED', 'no'],
		['a cause', thrown({ cause: thrown({ code: 'ENOTFOUND' }) }), 'ENOTFOUND', 'no'],
		['a cause of a cause', thrown({ cause: thrown({ cause: thrown({ code: 'ECONNRESET' }) }) }), 'ECONNRESET', 'unknown'],
		['n8n\'s httpCode', thrown({ httpCode: 'EAI_AGAIN' }), 'EAI_AGAIN', 'no'],
		['an HTTP status beside a cause', thrown({ httpCode: '500', cause: thrown({ code: 'ETIMEDOUT' }) }), 'ETIMEDOUT', 'unknown'],
		['no code at all', thrown({}), '', 'unknown'],
		['something that is no error', 'text', '', 'unknown'],
		['nothing', undefined, '', 'unknown'],
	])('of what the helper throws, %s is read, and nothing else comes along', async (_what, error, code, effect) => {
		const { client } = await clientFor(() => {
			throw error;
		});
		const { problem } = await client.send({ method: 'POST', path: '/Calls', changesState: true });
		expect(problem).toMatchObject({ code, effect });
		expect(JSON.stringify(problem)).not.toContain(CREDENTIAL.apiKey);
	});

	test('an error whose cause is itself ends all the same', async () => {
		const circular = thrown({});
		circular.cause = circular;
		const { client } = await clientFor(() => {
			throw circular;
		});
		expect(await client.send({ method: 'GET', path: '/' })).toMatchObject({ problem: { code: '' } });
	});
});

describe('redaction', () => {
	const echo = (body) => ({ statusCode: 400, headers: {}, body });

	test.each([
		['JSON', { msg: `bad header Authorization: Bearer ${CREDENTIAL.apiKey}` }],
		['plain text', `bad header Authorization: Bearer ${CREDENTIAL.apiKey}`],
		['twice', `${CREDENTIAL.apiKey} ${CREDENTIAL.apiKey}`],
	])('a key that comes back as %s is blotted out', async (_what, body) => {
		const { client } = await clientFor(() => echo(body));
		const { problem } = await client.send({ method: 'GET', path: '/' });
		expect(JSON.stringify(problem)).not.toContain(CREDENTIAL.apiKey);
		expect(problem.message).toContain('***');
	});

	test('a key at the point where a long answer is cut does not leave its first half behind', async () => {
		const { client } = await clientFor(() => echo('x'.repeat(285) + CREDENTIAL.apiKey));
		const { problem } = await client.send({ method: 'GET', path: '/' });
		expect(problem.message).not.toContain(CREDENTIAL.apiKey.slice(0, 8));
	});

	test('an unreadable answer is blotted out too', async () => {
		const { client } = await clientFor(() => ok());
		const problem = client.unreadable({ status: 500, headers: {}, body: CREDENTIAL.apiKey }, true);
		expect(JSON.stringify(problem)).not.toContain(CREDENTIAL.apiKey);
	});
});

describe('list and error', () => {
	test.each([['an array', [1]], ['a page', { total: 1, data: [1] }]])('a list comes as %s', async (_form, body) => {
		const { client } = await clientFor(() => ok(body));
		expect(await client.list({ path: '/Applications' })).toEqual([1]);
	});

	test.each([['a page of HTML', '<html></html>'], ['an object', {}], ['nothing', '']])('%s is no list', async (_form, body) => {
		const { client } = await clientFor(() => ok(body));
		const { problem } = await client.list({ path: '/Applications' }).catch((thrown) => thrown);
		expect(problem).toMatchObject({ message: expect.stringContaining('cannot be read'), effect: 'no' });
	});

	test('a list that is refused becomes an n8n error that says what happened and what to do, with the HTTP code', async () => {
		const { client } = await clientFor(() => ({ statusCode: 403, headers: { authorization: 'Bearer x' }, body: { msg: 'insufficient permissions' } }));
		const { problem } = await client.list({ path: '/Applications' }).catch((thrown) => thrown);
		const error = client.error(problem);
		expect(error.name).toBe('NodeApiError');
		expect(error.message).toContain('insufficient permissions');
		expect(error.description).toContain('Account SID');
		expect(error.httpCode).toBe('403');
	});

	test.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT', '404', '500'])('an error with the code %s keeps its own message', async (code) => {
		const { client } = await clientFor(() => ok());
		const error = client.error({ message: 'Our own words.', description: 'Do this.', code, effect: 'no' }, 3);
		expect(error).toMatchObject({ message: 'Our own words.', description: 'Do this.', httpCode: code, context: { itemIndex: 3 } });
	});
});
