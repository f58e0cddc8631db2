'use strict';

const { compiled } = require('./compiled');
const { answers } = require('./recordings');

const { withMaskedSecrets } = compiled('gateway/mask.js');

test.each([
	'password', 'register_password', 'smpp_inbound_password', 'PASSWORD', 'hookPassword', 'passwd', 'passphrase', 'pass', 'sip_pwd', 'pin', 'webhook_secret', 'clientSecret', 'subspace_client_secret',
	'token', 'access_token', 'authToken', 'api_key', 'apiKey', 'apikey', 'API-KEY', 'private_key', 'service_key', 'secret_access_key', 'Authorization', 'bucket_credential', 'connection_string',
])('%s is a secret: text and numbers are hidden, what is empty is not', (name) => {
	expect(withMaskedSecrets({ [name]: 'hunter2' })).toEqual({ [name]: '***' });
	expect(withMaskedSecrets({ [name]: 1234 })).toEqual({ [name]: '***' });
	for (const empty of [null, '', undefined, true, false]) expect(withMaskedSecrets({ [name]: empty })).toEqual({ [name]: empty });
	expect(withMaskedSecrets({ [name]: { a: 'x', b: ['y', null], c: { d: 'z' } } })).toEqual({ [name]: { a: '***', b: ['***', null], c: { d: '***' } } });
});

test.each([
	'name', 'username', 'register_username', 'application_sid', 'webhook_sid', 'api_key_sid', 'access_key_id', 'password_changed_at', 'max_tokens', 'compass', 'passenger', 'monkey', 'key', 'pinned', 'url',
])('%s is none', (name) => {
	expect(withMaskedSecrets({ [name]: 'plain' })).toEqual({ [name]: 'plain' });
	expect(withMaskedSecrets({ [name]: 7 })).toEqual({ [name]: 7 });
});

test.each([
	['https://user:pw@host/x', 'https://***@host/x'], ['http://user@host', 'http://***@host'], ['wss://a:b@c:1/', 'wss://***@c:1/'], ['postgres://u:p@h/db', 'postgres://***@h/db'],
	['failed to connect to https://u:p@h/x, giving up', 'failed to connect to https://***@h/x, giving up'], ['https://host/a@b', 'https://host/a@b'], ['https://host/?mail=a@b.c', 'https://host/?mail=a@b.c'],
	['sip:bob:pw@example.com', 'sip:bob:***@example.com'], ['sip:bob@example.com', 'sip:bob@example.com'], ['sip:bob@example.com:5060', 'sip:bob@example.com:5060'],
	['https://h/x?token=abc&lang=de', 'https://h/x?token=***&lang=de'], ['https://h/x?a=1&api_key=abc#y', 'https://h/x?a=1&api_key=***#y'], ['https://h/?X-Amz-Signature=f00', 'https://h/?X-Amz-Signature=***'],
	['bob@example.com', 'bob@example.com'], ['', ''], ['a = b', 'a = b'], ['2 * 3', '2 * 3'],
	['[{"verb":"dial","password":"x"}]', '[{"verb":"dial","password":"***"}]'], ['{"a": 1}', '{"a": 1}'], ['{broken https://u:p@h', '{broken https://***@h'],
])('in a text: %s', (text, masked) => {
	expect(withMaskedSecrets(text)).toBe(masked);
	expect(withMaskedSecrets({ deep: [{ text }] })).toEqual({ deep: [{ text: masked }] });
});

test('a copy: what was given stays as it was', () => {
	const given = { call_hook: { password: 'x' } };
	withMaskedSecrets(given);
	expect(given).toEqual({ call_hook: { password: 'x' } });
});

test.each([7, true, null, undefined, [], {}])('%p stays', (value) => expect(withMaskedSecrets(value)).toEqual(value));

test('in everything that a real server answered, only secrets are touched', () => {
	const touched = new Set();
	const compare = (before, after, where) => {
		if (typeof before === 'object' && before !== null) return Object.keys(before).forEach((key) => compare(before[key], after[key], key));
		return before !== after && touched.add(where);
	};
	for (const { body } of answers) if (typeof body === 'object') compare(body, withMaskedSecrets(body), '');
	expect([...touched].sort()).toEqual(['password', 'service_key', 'token', 'webhook_secret']);
});
