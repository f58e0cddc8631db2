'use strict';

const { compiled } = require('./compiled');
const { answers } = require('./recordings');

const { gatewayWords, problemOfAnswer, problemOfSilence, retryAfterMs } = compiled('gateway/problems.js');

const ACCOUNT = { baseUrl: 'https://vg.example.com', accountSid: '9351f46a-678c-43f5-b8a6-d4eb58d131af', apiKey: 'k', cloud: false };
const problem = (status, body, { headers = {}, changesState = true } = {}) => problemOfAnswer({ status, headers, body }, ACCOUNT, changesState);

const HTML = '<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>Later</h1></body></html>';
const UNKNOWN_ADVICE = /may have been placed.*not dialled again.*Recent Calls/;

/** The words that a person would find in a recorded answer: the value of msg or message, or the text, unless it is a page. */
function wordsOf({ text, body }) {
	if (typeof body === 'object' && body !== null) return body.msg ?? body.message;
	return text.startsWith('<') ? '' : text;
}

describe('every recorded error answer', () => {
	const errors = answers.filter(({ status }) => status >= 400);

	test('all statuses that were measured are here', () => {
		expect([...new Set(errors.map(({ status }) => status))].sort()).toEqual([400, 401, 403, 404, 415, 422, 480, 500]);
	});

	test.each(errors.map((answer) => [`${answer.file} "${answer.label}" (${answer.status})`, answer]))('%s', (_name, answer) => {
		const { message, description, code, effect } = problemOfAnswer(answer, ACCOUNT, true);
		const words = wordsOf(answer).replace(/\s+/g, ' ').trim();
		expect(message.length).toBeGreaterThan(20);
		expect(message).toContain(words.slice(0, 300));
		expect(message.replace(words, '')).not.toMatch(/<html|<!DOCTYPE|undefined|\[object/i);
		expect(description.length).toBeGreaterThan(20);
		expect(code).toBe(String(answer.status));
		expect(effect).toBe(answer.status >= 500 ? 'unknown' : 'no');
		if (answer.status >= 500) expect(description).toMatch(UNKNOWN_ADVICE);
	});

	test.each(errors.map((answer) => [`${answer.file} "${answer.label}" (${answer.status})`, answer]))('%s, on a request without effect, raises no doubt', (_name, answer) => {
		const { effect, description } = problemOfAnswer(answer, ACCOUNT, false);
		expect(effect).toBe('no');
		expect(description).not.toMatch(/may have been placed/);
	});
});

describe('the next step', () => {
	test.each([
		[400, { msg: 'application_sid not found x' }, /application/i],
		[400, { msg: 'missing or invalid to property: {}' }, /Call To/],
		[400, { msg: 'missing from parameter' }, /From/],
		[400, 'Bad Request', /fields/],
		[401, 'Unauthorized', /API key|credential/i],
		[403, { msg: 'insufficient permissions' }, /Account SID.*API key/],
		[404, '', /Account SID and Environment/],
		[413, { msg: 'request entity too large' }, /100 kB/],
		[429, 'Too many requests, please try again later.', /Nothing was placed.*Calls per Second/],
		[480, { msg: 'no available feature servers at this time' }, /Nothing was placed.*Try again/],
		[302, '', /Environment and API Base URL/],
		[500, 'Internal Server Error', UNKNOWN_ADVICE],
		[502, HTML, UNKNOWN_ADVICE],
		[201, '{"sid":"1', UNKNOWN_ADVICE],
		[200, HTML, UNKNOWN_ADVICE],
	])('after %i %j', (status, body, step) => {
		expect(problem(status, body).description).toMatch(step);
	});
});

describe('whether a call may have been placed', () => {
	test.each([
		[200, 'unknown'], [201, 'unknown'], [204, 'unknown'], [301, 'no'], [302, 'no'], [307, 'no'], [308, 'no'], [400, 'no'], [401, 'no'], [403, 'no'],
		[404, 'no'], [413, 'no'], [422, 'no'], [429, 'no'], [480, 'no'], [500, 'unknown'], [502, 'unknown'], [503, 'unknown'], [504, 'unknown'], [599, 'unknown'],
	])('%i: %s', (status, effect) => {
		expect(problem(status, '').effect).toBe(effect);
		expect(problem(status, '', { changesState: false }).effect).toBe('no');
	});

	test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])(
		'%s: no, nothing was sent',
		(code) => {
			const silence = problemOfSilence(code, ACCOUNT, true);
			expect(silence).toMatchObject({ effect: 'no', code, message: expect.stringMatching(/^The gateway at vg\.example\.com cannot be reached: /) });
			expect(silence.description).toMatch(/Nothing was sent.*credential/);
			expect(silence.description).toContain(code);
			expect(silence.message).not.toContain(code);
		},
	);

	test.each(['ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'EPIPE', 'ERR_BAD_RESPONSE', 'SOMETHING_NEW', ''])('%p: unknown', (code) => {
		expect(problemOfSilence(code, ACCOUNT, true)).toMatchObject({ effect: 'unknown', description: expect.stringMatching(UNKNOWN_ADVICE) });
		expect(problemOfSilence(code, ACCOUNT, false)).toMatchObject({ effect: 'no', description: 'Try again later.' });
	});
});

describe('a certificate that is not accepted', () => {
	const CODES = ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID'];

	test.each(CODES)('%s: on-premises there is an option for it, in the cloud there is none', (code) => {
		expect(problemOfSilence(code, ACCOUNT, false).description).toMatch(/NODE_EXTRA_CA_CERTS.*Ignore SSL Issues \(Insecure\) in the credential/);
		expect(problemOfSilence(code, { ...ACCOUNT, cloud: true }, false).description).not.toMatch(/Ignore SSL/);
	});
});

describe('a request that only reads', () => {
	test.each([[429, /^Try again later, and ask less often/], [480, /^Try again in a minute/]])('after %i nobody speaks of calls', (status, step) => {
		expect(problem(status, '', { changesState: false }).description).toMatch(step);
	});

	test.each(['insufficient privileges', 'insufficient permissions'])('400 "%s" is about the key', (msg) => {
		expect(problem(400, { msg }, { changesState: false })).toMatchObject({ message: `This API key may not look at that: "${msg}"`, description: expect.stringMatching(/of the account that owns it, or one of the service provider/) });
	});
});

describe("the gateway's words", () => {
	test.each([
		[{ msg: 'a' }, 'a'], [{ status: 'fail', message: 'b' }, 'b'], [{ error: 'c' }, 'c'], ['plain', 'plain'], ['  two\n lines ', 'two lines'],
		[HTML, ''], ['<html><body>x</body></html>', ''], ['<HTML>', ''], ['', ''], [null, ''], [undefined, ''], [7, ''], [[], ''], [{}, ''], [{ msg: '' }, ''],
		[{ msg: { nested: true } }, ''], [{ msg: ' ', message: 'b' }, 'b'], ['a < b', 'a < b'],
	])('%j says %j', (body, words) => {
		expect(gatewayWords(body)).toBe(words);
	});

	test('a long text is cut', () => {
		expect(gatewayWords('x'.repeat(10_000))).toBe(`${'x'.repeat(300)}…`);
	});
});

describe('Retry-After', () => {
	const NOW = Date.parse('2026-01-05T09:00:00Z');

	test.each([
		['7', 7000], [7, 7000], ['0', 0], [' 120 ', 120_000], ['Mon, 05 Jan 2026 09:00:30 GMT', 30_000], ['Mon, 05 Jan 2026 08:00:00 GMT', 0],
		['soon', undefined], ['', undefined], [undefined, undefined], ['-5', undefined], ['1.5', undefined],
	])('%j is %p ms', (value, ms) => {
		expect(retryAfterMs({ 'retry-after': value }, NOW)).toBe(ms);
	});

	test('is read from a 429, and from nothing else', () => {
		const headers = { 'retry-after': '3' };
		expect(problem(429, '', { headers }).retryAfterMs).toBe(3000);
		expect(problem(400, '', { headers }).retryAfterMs).toBeUndefined();
	});

	test('the time to wait is said', () => {
		expect(problem(429, '', { headers: { 'retry-after': '42' } }).description).toContain('42');
	});
});
