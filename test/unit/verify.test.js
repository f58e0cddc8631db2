'use strict';

const { createHmac } = require('node:crypto');

const { compiled } = require('./compiled');
const { webhooks } = require('./recordings');

const { looksSigned, sameSecret, SIGNATURE_WINDOW_S, verifySignature } = compiled('events/verify.js');

const SECRET = 'wh_secret_test';
const BODY = Buffer.from('{"call_sid":"1"}');
const TIME = 1_795_376_360;
const hmac = (time = TIME, body = BODY, secret = SECRET) => createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
const verify = (header, { body = BODY, secret = SECRET, now = TIME * 1000 } = {}) => verifySignature(body, header, secret, now);
const GOOD = `t=${TIME},v1=${hmac()}`;

describe.each(webhooks.map((webhook) => [webhook.name, webhook]))('the recorded webhook %s', (_name, { rawBody, signature, secret, time }) => {
	const check = (changes = {}) => {
		const { body = rawBody, header = signature, key = secret } = changes;
		return verifySignature(body, header, key, time * 1000);
	};

	test('verifies, and is known by its signature', () => {
		expect(check()).toEqual({ valid: true, signature: signature.split('v1=')[1] });
	});

	test('does not verify with one bit of the body changed, wherever it is', () => {
		for (const at of [0, 1, Math.floor(rawBody.length / 2), rawBody.length - 1]) {
			for (const bit of [0, 7]) {
				const body = Buffer.from(rawBody);
				body[at] ^= 1 << bit;
				expect(check({ body })).toEqual({ valid: false, reason: 'wrong' });
			}
		}
	});

	test('does not verify with a byte more, a byte less, another time, signature or secret', () => {
		expect(check({ body: Buffer.concat([rawBody, Buffer.from(' ')]) }).reason).toBe('wrong');
		expect(check({ body: rawBody.subarray(0, -1) }).reason).toBe('wrong');
		expect(check({ header: signature.replace(`t=${time}`, `t=${time + 1}`) }).reason).toBe('wrong');
		expect(check({ header: signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0') }).reason).toBe('wrong');
		expect(check({ key: `${secret}x` }).reason).toBe('wrong');
		expect(check({ key: secret.toLowerCase() }).reason).toBe('wrong');
	});
});

describe('the window', () => {
	test('is five minutes', () => expect(SIGNATURE_WINDOW_S).toBe(300));

	test.each([
		[0, true], [299.999, true], [300, true], [300.001, false], [3600, false], [-299.999, true], [-300, true], [-300.001, false],
	])('%d seconds after signing: %p', (seconds, valid) => {
		expect(verify(GOOD, { now: (TIME + seconds) * 1000 })).toEqual(valid ? { valid, signature: hmac() } : { valid, reason: 'old' });
	});

	test('"old" is only said of what was real', () => {
		expect(verify(`t=${TIME},v1=${hmac(TIME, BODY, 'other')}`, { now: 0 })).toEqual({ valid: false, reason: 'wrong' });
	});

	test('a signature without a sensible time is old, however large the number', () => {
		for (const time of ['0', '999999999999']) expect(verify(`t=${time},v1=${hmac(time)}`).reason).toBe('old');
	});
});

describe('forms', () => {
	test.each([
		['upper-case hex', `t=${TIME},v1=${hmac().toUpperCase()}`],
		['blanks', ` t=${TIME}, v1=${hmac()} `],
		['a second v1 that is right', `t=${TIME},v1=${hmac(TIME, BODY, 'old secret')},v1=${hmac()}`],
		['a first v1 that is right', `t=${TIME},v1=${hmac()},v1=${hmac(TIME, BODY, 'old secret')}`],
	])('%s: valid, and always known by the same signature', (_what, header) => {
		expect(looksSigned(header)).toBe(true);
		expect(verify(header)).toEqual({ valid: true, signature: hmac() });
	});

	test('two v1 that are both wrong are wrong', () => {
		expect(verify(`t=${TIME},v1=${'0'.repeat(64)},v1=${'f'.repeat(64)}`)).toEqual({ valid: false, reason: 'wrong' });
	});

	test.each([undefined, '', '   '])('%p is missing', (header) => {
		expect(looksSigned(header)).toBe(false);
		expect(verify(header)).toEqual({ valid: false, reason: 'missing' });
	});

	test.each([
		'nonsense', hmac(), `v1=${hmac()}`, `t=${TIME}`, `t=${TIME},v1=`, `t=${TIME},v1=${hmac().slice(1)}`, `t=${TIME},v1=${hmac()}0`, `t=,v1=${hmac()}`,
		`t=-5,v1=${hmac()}`, `t=${TIME}.5,v1=${hmac()}`, `t=1e9,v1=${hmac()}`, `t=${'1'.repeat(13)},v1=${hmac()}`, `t=${TIME},v0=${hmac()}`,
		`t=${TIME};v1=${hmac()}`, `v1=${hmac()},t=${TIME}`, `t=${TIME},t=${TIME},v1=${hmac()}`, `t=${TIME},v1=${hmac().replace(/./, 'g')}`, `${GOOD},`, `x${GOOD}`,
	])('%j is malformed', (header) => {
		expect(looksSigned(header)).toBe(false);
		expect(verify(header)).toEqual({ valid: false, reason: 'malformed' });
	});

	test('a header of 100 kB is answered at once', () => {
		const started = process.cpuUsage();
		expect(verify(`t=${TIME}${`,v1=${'0'.repeat(64)}`.repeat(1500)}`).valid).toBe(false);
		expect(verify(`t=${TIME}${',v1='.repeat(25_000)}`).valid).toBe(false);
		// Work, not time: the machine may be busy with something else.
		expect(process.cpuUsage(started).user / 1000).toBeLessThan(500);
	});
});

describe('sameSecret', () => {
	test.each([
		['a', 'a', true], ['', '', true], ['a', 'b', false], ['a', 'aa', false], ['', 'a', false], ['ä', 'ä', true], ['a'.repeat(1000), 'a'.repeat(1000), true],
	])('%j and %j: %p', (given, expected, same) => {
		expect(sameSecret(given, expected)).toBe(same);
	});
});
