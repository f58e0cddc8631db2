'use strict';

const { compiled } = require('./compiled');

const { sipHeaders } = compiled('dialling/sipHeaders.js');

test('any word is a name, and any text on one line a value', () => {
	const rows = [[' X-Id ', ' a b '], ['x!%*+.`~_1', 7], ["a'b", false], ['__proto__', 'x']];
	expect(Object.entries(sipHeaders(rows))).toEqual([['X-Id', 'a b'], ['x!%*+.`~_1', '7'], ["a'b", 'false'], ['__proto__', 'x']]);
});

test('the later one of two with the same name counts; none at all is nothing to send', () => {
	expect(sipHeaders([['A', '1'], ['A', '2']])).toEqual({ A: '2' });
	expect(sipHeaders([])).toBeUndefined();
});

test.each(['', ' ', 'a b', 'a:b', 'a\r\nb', 'ä', '(a)'])('%j is not a name', (name) => {
	expect(() => sipHeaders([[name, 'x']])).toThrow(`SIP Headers: "${name}" is not a header name, e.g. X-Customer-Id.`);
});

test('a long name is told in part', () => {
	expect(() => sipHeaders([[`${'x'.repeat(80)} and more`, 'x']])).toThrow(`SIP Headers: "${'x'.repeat(80)}" is not a header name`);
});

test.each([[''], [' '], ['a\nb'], ['\u0000'], [null], [undefined], [{ a: 1 }], [['a']]])('%j is not a value', (value) => {
	expect(() => sipHeaders([['X-Id', value]])).toThrow('SIP Headers: the value of "X-Id" is empty, not a text or holds line breaks.');
});
