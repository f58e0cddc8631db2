'use strict';

const { compiled } = require('./compiled');

const { hookUrl, RETRY_FRAGMENT } = compiled('gateway/hookUrl.js');

const CLOUD = { baseUrl: 'https://api-vg-trial.cognigy.ai', cloud: true };
const ON_PREMISES = { baseUrl: 'https://vg-api.example.com', cloud: false };
const SAME_MACHINE = { baseUrl: 'http://127.0.0.1:3000', cloud: false };

const check = (url, account = CLOUD) => hookUrl(url, 'Status URL', account);

function refusal(url, account) {
	try {
		check(url, account);
	} catch (error) {
		expect(error.name).toBe('UnusableValueError');
		return error.message;
	}
	throw new Error(`${url} was not refused`);
}

const LOOPBACK = [
	'localhost', 'LOCALHOST', 'localhost.', 'n8n.localhost', '127.0.0.1', '127.1', '127.255.0.3', '0.0.0.0', '2130706433', '0x7f000001', '0177.0.0.1',
	'[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]',
];

const PRIVATE = [
	'10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.1', '169.254.1.1', '100.64.0.1', '100.127.255.255', '167772161',
	'[fc00::1]', '[fd12:3456::1]', '[fe80::1]', '[febf::1]', '[::ffff:10.0.0.1]', '[::ffff:172.16.0.1]', '[::ffff:172.31.0.1]', '[::ffff:192.168.1.1]',
	'[::ffff:169.254.1.1]', '[::ffff:100.64.0.1]',
	'n8n', 'n8n.', 'n8n.local', 'n8n.local.', 'n8n.internal', 'host.docker.internal', 'n8n.lan', 'n8n.home', 'n8n.home.arpa', 'n8n.corp', 'n8n.localdomain', 'n8n.intranet',
];

const PUBLIC = [
	'n8n.example.com', '172.15.0.1', '172.32.0.1', '192.167.1.1', '193.168.1.1', '100.63.0.1', '100.128.0.1', '11.0.0.1', '9.255.255.255', '169.253.1.1', '8.8.8.8',
	'[2606:4700::1111]', '[::ffff:8.8.8.8]', '[::ffff:165.1.2.3]', '[::ffff:169.253.1.1]', '[::ffff:161.35.1.2]', '[::ffff:172.32.0.1]',
	'mylocalhost.com', 'localhost.example.com', 'n8n.locale', '10.example.com', 'fd00.example.com',
];

describe('what a gateway in the cloud can reach', () => {
	test.each(LOOPBACK)('not %s: that is this machine', (host) => {
		expect(refusal(`http://${host}:5678/webhook/x`)).toMatch(/^Status URL: .*this machine itself.*WEBHOOK_URL/);
	});

	test.each(PRIVATE)('not %s: that is inside a private network', (host) => {
		expect(refusal(`http://${host}:5678/webhook/x`)).toMatch(/^Status URL: .*in the cloud.*WEBHOOK_URL/);
	});

	test.each(PUBLIC)('%s', (host) => {
		expect(check(`https://${host}/webhook/x`)).toBe(`https://${host}/webhook/x#${RETRY_FRAGMENT}`.replace(/\[.*\]/, (address) => new URL(`http://${address}`).hostname));
	});
});

describe('what a gateway on premises can reach', () => {
	test.each(PRIVATE)('%s', (host) => {
		expect(check(`http://${host}/x`, ON_PREMISES)).toContain(`#${RETRY_FRAGMENT}`);
	});

	test.each(LOOPBACK)('not %s, unless the gateway runs on the same machine', (host) => {
		expect(refusal(`http://${host}/x`, ON_PREMISES)).toContain('this machine itself');
		expect(check(`http://${host}/x`, SAME_MACHINE)).toContain(`#${RETRY_FRAGMENT}`);
	});
});

describe('what is no web address', () => {
	test.each(['n8n.example.com/webhook', '/webhook/x', 'ftp://n8n.example.com/', 'ws://n8n.example.com/', 'javascript:alert(1)', 'file:///etc/passwd', 'mailto:a@b.c', 'https://', 'http://[', 'nonsense'])(
		'%p is refused',
		(url) => {
			expect(refusal(url)).toMatch(/^Status URL: .*not a web address.*https:\/\//);
		},
	);

	test.each(['', '  ', undefined, null])('%p is called empty', (url) => {
		expect(refusal(url)).toMatch(/^Status URL: the URL is empty/);
	});
});

describe('the retry fragment', () => {
	test('asks for five tries after connection problems, 4xx and 5xx', () => {
		expect(RETRY_FRAGMENT).toBe('rc=5&rp=ct,4xx,5xx');
	});

	test.each([
		['https://n8n.example.com/webhook/x', `https://n8n.example.com/webhook/x#${RETRY_FRAGMENT}`],
		['https://n8n.example.com', `https://n8n.example.com/#${RETRY_FRAGMENT}`],
		['https://n8n.example.com/x?a=1&b=%20c&token=abc', `https://n8n.example.com/x?a=1&b=%20c&token=abc#${RETRY_FRAGMENT}`],
		['https://n8n.example.com/x#', `https://n8n.example.com/x#${RETRY_FRAGMENT}`],
		['  https://n8n.example.com/x  ', `https://n8n.example.com/x#${RETRY_FRAGMENT}`],
		['https://n8n.example.com/x#rc=1&rp=ct', 'https://n8n.example.com/x#rc=1&rp=ct'],
		['https://n8n.example.com/x?a=1#mine', 'https://n8n.example.com/x?a=1#mine'],
		['https://user:pass@n8n.example.com:8443/x', `https://user:pass@n8n.example.com:8443/x#${RETRY_FRAGMENT}`],
	])('%s becomes %s', (given, expected) => {
		expect(check(given)).toBe(expected);
	});
});
