'use strict';

/**
 * An object of n8n's in which only what a test defined exists: anything else that the code reads throws, and so a
 * unit cannot come to lean on an n8n API without a test that says so.
 *
 * @param {object} defined what exists; plain objects inside are strict too
 * @param {string} [name] how the error calls it
 */
function strict(defined, name = 'context') {
	return new Proxy(defined, {
		get(target, key, receiver) {
			// What JavaScript itself and jest's printers ask of any object.
			if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key === 'constructor') {
				return Reflect.get(target, key, receiver);
			}
			if (!(key in target)) throw new Error(`${name}.${key} is not defined in this test`);
			const value = target[key];
			const plain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
			return plain ? strict(value, `${name}.${key}`) : value;
		},
		set(_target, key) {
			throw new Error(`${name}.${String(key)} must not be set`);
		},
	});
}

const NODE = Object.freeze({
	id: 'node-id',
	name: 'Voice',
	type: 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGateway',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
});

const CREDENTIAL = Object.freeze({
	environment: 'onPremises',
	baseUrl: 'http://gateway.test:3000',
	accountSid: '9351f46a-678c-43f5-b8a6-d4eb58d131af',
	apiKey: 'key-that-must-not-leak',
	webhookSecret: '',
});

/**
 * A context that knows the node, the credential and one HTTP helper, which `answer` stands in for.
 *
 * @param {(options: object) => unknown} answer gets the request's options; returns the answer, or throws
 * @param {object} [credential] overrides of the credential
 */
function gatewayContext(answer, credential = {}) {
	const requests = [];
	const opened = [];
	const context = strict({
		getNode: () => NODE,
		getCredentials: async (type) => {
			if (type !== 'cognigyVoiceGatewayApi') throw new Error(`there is no credential "${type}"`);
			opened.push({ ...CREDENTIAL, ...credential });
			return opened.at(-1);
		},
		helpers: {
			async httpRequestWithAuthentication(type, options, { credentialsDecrypted }) {
				if (this !== context) throw new Error('the helper was called without its context');
				expect(credentialsDecrypted).toMatchObject({ type, data: opened.at(-1) });
				requests.push({ type, ...options });
				return await answer(options);
			},
		},
	});
	return { context, opened, requests };
}

module.exports = { CREDENTIAL, NODE, gatewayContext, strict };
