'use strict';

const { compiled } = require('./compiled');
const { gatewayContext } = require('./strictContext');

const { GatewayClient } = compiled('gateway/client.js');
const { searchPattern } = compiled('gateway/searchPattern.js');

const address = async (reference) => (await GatewayClient.open(gatewayContext(() => {}).context)).fileAddress(reference);

test.each([
	['/Accounts/a/RecentCalls/c/record/2026/11/22/mp3', 'http://gateway.test:3000/v1/Accounts/a/RecentCalls/c/record/2026/11/22/mp3'],
	['Accounts/a/x', 'http://gateway.test:3000/v1/Accounts/a/x'], ['/v1/Accounts/a/x', 'http://gateway.test:3000/v1/Accounts/a/x'], ['/api/v1/x', 'http://gateway.test:3000/api/v1/x'],
	['http://gateway.test:3000/v1/x?y=1#z', 'http://gateway.test:3000/v1/x?y=1'], ['https://gateway.test:3000/v1/x', 'http://gateway.test:3000/v1/x'], ['HTTP://GATEWAY.TEST:3000/x', 'http://gateway.test:3000/x'],
])('%s is the gateway\'s own', async (reference, url) => expect(await address(reference)).toEqual({ url, own: true }));

test.each([
	'https://files.example.com/x', 'http://gateway.test/x', 'http://gateway.test:3001/x', '//evil.example/x', 'http://gateway.test.evil.example:3000/x', 'http://gateway.test:3000@evil.example/x',
	'http://u:p@gateway.test:3000/x', '\\\\evil.example\\x',
])('%s is not, and gets no key', async (reference) => expect(await address(reference)).toMatchObject({ own: false }));

test.each(['http://', 'ftp://x/y', 'file:///etc/passwd', 'javascript:1', 'data:,x'])('%s is no address', async (reference) => expect(await address(reference)).toBeUndefined());

test.each([
	['+1508', '1508'], ['+1 (508) 555-0100', '15085550100'], ['0301/234', '0301234'], ['alice', 'alice'], ['+alice', 'alice'], ['a.b*c', 'a\\.b\\*c'], ['a/b', 'a\\/b'], ['(', '\\('], ['.*', '\\.\\*'], [' x\n y ', 'x y'],
	['49e586d9-1158-4f8e-bb7f-85116b39ea2f', '49e586d9-1158-4f8e-bb7f-85116b39ea2f'], ['', ''],
])('the search for %p is %p to the gateway', (text, pattern) => {
	expect(searchPattern(text)).toBe(pattern);
	expect(() => new RegExp(`.*${pattern}.*`)).not.toThrow();
});
