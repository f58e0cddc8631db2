'use strict';

const { compiled } = require('./compiled');

const { anyNumber, caller, e164, registeredUser, sipUri } = compiled('dialling/callee.js');
const { UnusableValueError } = compiled('gateway/unusable.js');

function refusal(action) {
	try {
		action();
	} catch (error) {
		expect(error).toBeInstanceOf(UnusableValueError);
		return error;
	}
	throw new Error('was not refused');
}

describe('e164', () => {
	const NUMBER = '+12025550123';

	test.each([
		NUMBER, '+1 202 555 0123', '+1-202-555-0123', '+1 (202) 555-0123', '+1.202.555.0123', '+1/202/555-0123', '0012025550123',
		'00 1 202 555 0123', 'tel:+1-202-555-0123', 'TEL:+12025550123', ' +12025550123\n', '+1\u00a0202\u00a0555\u00a00123',
		'\u202a+12025550123\u202c', '\u200e+1202\u200b5550123', '+1\u2011202\u2013555\u20140123', '\ufeff+12025550123',
		'\u2066+1 202 555 0123\u2069', '+1202\u00ad5550123', '(00)12025550123', '+ 1 202 5550123',
	])('%j is +12025550123', (given) => {
		expect(e164(given, 'Phone Number')).toBe(NUMBER);
	});

	test.each(['+1234567', '+123456789012345', '+390612345678', '+442079460123'])('%s is taken as it is', (given) => {
		expect(e164(given, 'Phone Number')).toBe(given);
	});

	test.each([
		['', 'empty'], ['   ', 'empty'], [undefined, 'empty'], [null, 'empty'],
		['2025550123', 'no country code'], ['020 7946 0123', 'no country code'], [12025550123, 'no country code'], ['110', 'no country code'],
		['+49 (0) 30 1234567', '(0)'], ['+49(0)301234567', '(0)'], ['+44 ( 0 ) 20 7946 0123', '(0)'],
		['+1202555CALL', '"C"'], ['+1 202 555 0123 ext. 5', '"e"'], ['+12025550123;ext=5', '";"'], ['+12025550123,5', '","'],
		['+1202555012*', '"*"'], ['#31#+12025550123', '"#"'], ['sip:+12025550123@example.com', '"s"'], ['alice', '"a"'],
		['+1202555\u0664123', '"\u0664"'], ['\uff0b12025550123', '"\uff0b"'], ['+1202555012\uff13', '"\uff13"'],
		['+123456', 'not a phone number'], ['+1234567890123456', 'not a phone number'], ['+0123456789', 'not a phone number'],
		['000442079460123', 'not a phone number'], ['++12025550123', 'not a phone number'], ['+12025550123+12025550124', 'not a phone number'],
		['+12025550123\n+12025550124', 'not a phone number'], ['+1202tel:5550123', '"t"'], ['()', 'holds no digits'], ['+', 'not a phone number'], [{}, '"["'], [['+12025550123', '+12025550124'], '","'],
	])('%j is refused: %s', (given, reason) => {
		const error = refusal(() => e164(given, 'Phone Number'));
		expect(error.message).toMatch(/^Phone Number: /);
		expect(error.message).toContain(reason);
		expect(error.field).toBe('Phone Number');
	});

	test.each(['+49 (\u200b0) 30 1234567', '+49 (0\u00ad) 30 1234567', '\u202a+49 (\u200e0\u200e) 30 1234567'])(
		'an invisible character does not hide the (0) in %j',
		(given) => {
			expect(refusal(() => e164(given, 'Phone Number')).message).toContain('(0)');
		},
	);

	test.each(['\u200b', '()'])('%j holds no digit, and is called empty or not a number rather than without country code', (given) => {
		expect(refusal(() => e164(given, 'Phone Number')).message).not.toContain('no country code');
	});

	test('a local number is told of the option for local formats', () => {
		expect(refusal(() => e164('4711', 'Phone Number')).message).toContain('Number Format: Any');
	});

	const SEPARATORS = [' ', '-', '.', '(', ')', '/', '\u00a0', '\u00ad', '\u200b', '\u200d', '\u2010', '\u2014', '\u202d', '\u2060', '\u2068', '\ufeff', '\t'];
	test('no separator at any place changes what is dialled, and a letter at any place is refused', () => {
		for (let at = 0; at <= NUMBER.length; at++) {
			const insert = (text) => NUMBER.slice(0, at) + text + NUMBER.slice(at);
			// A slash near the end may stand between two numbers: it has a test of its own.
			const harmless = NUMBER.length - at < 4 ? SEPARATORS.filter((separator) => separator !== '/') : SEPARATORS;
			for (const separator of harmless) expect(e164(insert(separator), 'n')).toBe(NUMBER);
			for (const letter of ['x', 'O', '\u0661', '@', '%0a']) refusal(() => e164(insert(letter), 'n'));
		}
	});

	test.each(['+49 30 1234567/68', '+49 30 12345/0', '+12025550123/', '+1 202 555 0123 / 124'])('%j may be two numbers and is refused', (given) => {
		expect(refusal(() => e164(given, 'Phone Number')).message).toContain('two numbers');
	});

	test('a slash between area code and number is harmless', () => {
		expect(e164('+49 30/1234567', 'n')).toBe('+49301234567');
	});

	test('what comes out is always + and 7 to 15 digits, or nothing', () => {
		const alphabet = ['0', '1', '2', '7', '9', ' ', '(', ')', '-', '\u200b', '+', 'x'];
		let state = 42;
		const next = (below) => {
			state = (state * 48_271) % 2_147_483_647;
			return Math.floor((state / 2_147_483_647) * below);
		};
		let passed = 0;
		for (let round = 0; round < 3000; round++) {
			const start = ['+', '00', '', ' (+', '\u200e+'][next(5)];
			const text = start + Array.from({ length: 7 + next(12) }, () => alphabet[next(next(4) === 0 ? 12 : 10)]).join('');
			let number;
			try {
				number = e164(text, 'n');
			} catch {
				continue;
			}
			passed++;
			expect(number).toMatch(/^\+[1-9]\d{6,14}$/);
			expect(number.replace('+', '')).toBe(text.replace(/\D/g, '').replace(text.includes('+') ? '' : /^00/, ''));
		}
		expect(passed).toBeGreaterThan(300);
	});
});

describe('anyNumber', () => {
	test.each([['4711', '4711'], [4711, '4711'], [' *31#0301234567 ', '*31#0301234567'], ['030/123 456', '030/123 456'], ['x'.repeat(256), 'x'.repeat(256)]])(
		'%p is dialled as written',
		(given, expected) => {
			expect(anyNumber(given, 'Phone Number')).toBe(expected);
		},
	);

	test.each([['', 'empty'], [undefined, 'empty'], ['x'.repeat(257), '256'], ['47\r\n11', 'line breaks'], ['47\u000011', 'line breaks']])(
		'%j is refused: %s',
		(given, reason) => {
			expect(refusal(() => anyNumber(given, 'Phone Number')).message).toMatch(new RegExp(`^Phone Number: .*${reason}`));
		},
	);
});

describe('caller', () => {
	test.each([
		['+1 (202) 555-0100', '+12025550100'], ['0012025550100', '+12025550100'], ['12025550100', '12025550100'], [12025550100, '12025550100'],
		['alice', 'alice'], ['alice@example.com', 'alice@example.com'], ['1000', '1000'], ['sales-team_1', 'sales-team_1'], [' alice\u200b ', 'alice'], ['4711b', '4711b'],
		['4400123456789', '4400123456789'], ['00123', '00123'], ['a'.repeat(256), 'a'.repeat(256)], ['+12025550100\u202c', '+12025550100'],
	])('%j is %s', (given, expected) => {
		expect(caller(given)).toBe(expected);
	});

	test.each(['', '  ', undefined, null, 'alice smith', '"alice"', 'alice<sip:x@y>', 'alice\r\nX-Evil: 1', 'a'.repeat(257), '+1202;55', '+1*2'])(
		'%j is refused',
		(given) => {
			const { message, field } = refusal(() => caller(given));
			expect([message.slice(0, 5).trim().replace(':', ''), field]).toEqual(['From', 'From']);
			if (!String(given ?? '').trim()) expect(message).toMatch(/is empty/);
		},
	);
});

describe('sipUri', () => {
	test.each(['sip:alice@example.com', 'SIP:alice@example.com', 'sips:alice@example.com:5061;transport=tls', 'sip:+12025550123@10.0.0.1', 'sip:example.com', ' sip:a@b ', `sip:${'a'.repeat(252)}`])(
		'%j is taken',
		(given) => {
			expect(sipUri(given)).toBe(given.trim());
		},
	);

	test.each(['', undefined, 'alice@example.com', 'xsip:alice@example.com', 'tel:+12025550123', 'sip:', 'sip:alice@', 'sip:@example.com', 'sip:a@b@c', 'sip:a b@c', 'sip:a@b\r\nX: 1', 'sip:a@b>', '<sip:a@b>', '"A" <sip:a@b>', `sip:${'a'.repeat(253)}`])(
		'%j is refused',
		(given) => {
			const { message, field } = refusal(() => sipUri(given));
			expect(message).toMatch(given ? /^SIP URI: ".* is not one\./s : /^SIP URI is empty\./);
			expect(field).toBe('SIP URI');
		},
	);
});

describe('registeredUser', () => {
	test.each([['alice', 'alice'], [' alice@acme.sip.example.com ', 'alice@acme.sip.example.com'], [1000, '1000'], ['a'.repeat(256), 'a'.repeat(256)]])('%j is %s', (given, expected) => {
		expect(registeredUser(given)).toBe(expected);
	});

	test.each(['', undefined, 'alice smith', 'al\nice', '<alice>', '"alice"', 'a'.repeat(257)])(
		'%j is refused',
		(given) => {
			const { message, field } = refusal(() => registeredUser(given));
			expect(message).toMatch(given ? /^User: "/ : /^User is empty\./);
			expect(field).toBe('User');
		},
	);
});

test.each([['caller', caller], ['sipUri', sipUri], ['registeredUser', registeredUser]])('%s shows the beginning only of what it refuses', (_name, check) => {
	const { message } = refusal(() => check(`${'a'.repeat(300)} `.padEnd(301, '<')));
	expect(message).toContain(`"${'a'.repeat(80)}"`);
});
