'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, call, FROM, locator, OTHER_APPLICATION, phones } = require('./calls');
const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/call/create.json');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => await gateway.close());

const bodies = () => gateway.placed.map(({ body }) => body);
const PHONE = { application_sid: APPLICATION, from: FROM, to: { type: 'phone', number: '+12025550200' } };

/** The message of a run that must fail before anything rings. */
async function refusal(setup) {
	const { status, error } = await call(gateway, setup);
	expect(status).toBe('error');
	expect(gateway.placed).toEqual([]);
	return error;
}

describe('who is called', () => {
	test.each([
		['a phone number', { toNumber: '+1 (202) 555-0200' }, { type: 'phone', number: '+12025550200' }, '+12025550200'],
		['a phone number through a carrier of the list', { carrier: locator('Northline Telecom') }, { type: 'phone', number: '+12025550200', trunk: 'Northline Telecom' }, '+12025550200'],
		['a phone number through a carrier by name', { carrier: locator('Harbour Voice', 'name') }, { type: 'phone', number: '+12025550200', trunk: 'Harbour Voice' }, '+12025550200'],
		['an extension, in any format', { toNumber: '4711', options: { numberFormat: 'any' } }, { type: 'phone', number: '4711' }, '4711'],
		['a SIP URI', { toType: 'sip', toSipUri: 'sip:bob@example.com' }, { type: 'sip', sipUri: 'sip:bob@example.com' }, 'sip:bob@example.com'],
		[
			'a SIP URI with login', { toType: 'sip', toSipUri: 'sip:bob@example.com', sipUsername: 'bob', sipPassword: 'pw' },
			{ type: 'sip', sipUri: 'sip:bob@example.com', auth: { username: 'bob', password: 'pw' } }, 'sip:bob@example.com',
		],
		['a registered user', { toType: 'user', toUser: 'alice@acme-demo.sip.example.test' }, { type: 'user', name: 'alice@acme-demo.sip.example.test' }, 'alice@acme-demo.sip.example.test'],
		['a registered user without realm', { toType: 'user', toUser: 'alice' }, { type: 'user', name: 'alice' }, 'alice'],
	])('%s', async (_what, parameters, to, shown) => {
		const { status, outputs } = await call(gateway, { parameters });
		expect(status).toBe('success');
		expect(bodies()).toEqual([{ ...PHONE, to }]);
		expect(outputs[0][0].to).toBe(shown);
		expect(JSON.stringify(outputs)).not.toContain('"pw"');
	});

	test('fields of another kind of callee that are left over do no harm', async () => {
		await call(gateway, { parameters: { toType: 'user', toUser: 'alice', toNumber: 'nonsense', toSipUri: 'nonsense' } });
		expect(bodies()[0].to).toEqual({ type: 'user', name: 'alice' });
	});
});

describe('who calls', () => {
	test.each([[locator('+1 (202) 555-0100', 'number'), '+12025550100'], [locator('alice', 'number'), 'alice'], [locator('={{ "user-" + $json.id }}', 'number'), 'user-0']])(
		'%j',
		async (from, expected) => {
			await call(gateway, { parameters: { from } });
			expect(bodies()).toEqual([{ ...PHONE, from: expected }]);
		},
	);
});

describe('which application answers', () => {
	test.each([
		['one of the list', locator(OTHER_APPLICATION), OTHER_APPLICATION],
		['one by ID, in upper case with blanks', locator(` ${OTHER_APPLICATION.toUpperCase()} `, 'id'), OTHER_APPLICATION],
		['the one that is assigned to the calling number', locator('assigned'), APPLICATION],
	])('%s', async (_what, application, sid) => {
		const { outputs } = await call(gateway, { parameters: { application } });
		expect(bodies()).toEqual([{ ...PHONE, application_sid: sid }]);
		expect(outputs[0][0].application_sid).toBe(sid);
	});

	test('the numbers are read once for all items, and not at all for a chosen application', async () => {
		const reads = () => gateway.requests.filter(({ path }) => path.startsWith('/v1/PhoneNumbers')).length;
		await call(gateway, {});
		expect(reads()).toBe(0);
		await call(gateway, { parameters: { application: locator('assigned') }, items: phones('+12025550200', '+12025550200', '+12025550200') });
		expect(reads()).toBe(1);
	});

	test.each([
		['an unknown number', { application: locator('assigned'), from: locator('+12025550999', 'number') }, /"\+12025550999" is not among the Phone Numbers.*\[item 0\]/],
		['a number without application', { application: locator('assigned'), from: locator('+12025550142') }, /no application is assigned to \+12025550142.*\[item 0\]/],
		['something that is no ID', { application: locator('my-app', 'id') }, /"my-app" is not an application ID.*\[item 0\]/],
		['an expression that gives nothing', { application: locator('={{ "" }}', 'id') }, /Application is empty.*\[item 0\]/],
	])('%s is refused before dialling', async (_what, parameters, message) => {
		expect((await refusal({ parameters })).message).toMatch(message);
	});

	test('an application that the gateway does not know is said in its own words', async () => {
		const { message, description } = await refusal({ parameters: { application: locator('99999999-8acb-4f3b-b820-97b573723aab', 'id') } });
		expect(message).toMatch(/application_sid not found 99999999-8acb-4f3b-b820-97b573723aab.*\[item 0\]/);
		expect(description).toMatch(/Choose the application again/);
	});
});

describe('options arrive in the request', () => {
	const amd = { detectAnsweringMachine: true };
	test.each([
		[{ callerName: 'Vacation Agent' }, { callerName: 'Vacation Agent' }],
		[{ fromHost: 'cognigy.cloud' }, { fromHost: 'cognigy.cloud' }],
		[{ timeout: 20 }, { timeout: 20 }],
		[{ timeLimit: 600 }, { timeLimit: 600 }],
		[{ metadata: { pairs: [{ key: 'id', value: '={{ $json.id }}' }, { key: 'env', value: 'app' }] } }, { tag: { id: 0, env: 'app' } }],
		[{ metadataJson: '{"Customer":{"firstName":"Sara","tags":["a",{"b":1}]},"gone":null}' }, { tag: { Customer: { firstName: 'Sara', tags: ['a', { b: 1 }] } } }],
		[{ metadataJson: '={{ { phone: $json.phone, deep: { id: $json.id } } }}' }, { tag: { phone: '+12025550200', deep: { id: 0 } } }],
		[{ sipHeaders: { pairs: [{ name: 'User-to-User', value: 'UUID: 1' }] } }, { headers: { 'User-to-User': 'UUID: 1' } }],
		[{ sipHeadersJson: '{"X-A":"1"}', sipHeaders: { pairs: [{ name: 'X-B', value: '2' }] } }, { headers: { 'X-A': '1', 'X-B': '2' } }],
		[
			{ speechVendor: 'microsoft', speechVoice: 'en-US-JennyNeural', speechLanguage: 'en-US' },
			{ speech_synthesis_vendor: 'microsoft', speech_synthesis_voice: 'en-US-JennyNeural', speech_synthesis_language: 'en-US' },
		],
		[{ additionalFields: '{"dual_streams":true}' }, { dual_streams: true }],
		[{ ...amd, amdSettings: { eventsUrl: 'https://n8n.example.com/amd' } }, { amd: { actionHook: 'https://n8n.example.com/amd#rc=5&rp=ct,4xx,5xx' } }],
		[
			{
				...amd,
				amdSettings: {
					eventsUrl: 'https://n8n.example.com/amd#mine', recognizerVendor: 'google', recognizerLanguage: 'en-US', thresholdWordCount: 7,
					noSpeechTimeoutMs: 4000, decisionTimeoutMs: 9000, toneTimeoutMs: 8000, greetingCompletionTimeoutMs: 1000,
				},
			},
			{
				amd: {
					actionHook: 'https://n8n.example.com/amd#mine', thresholdWordCount: 7, recognizer: { vendor: 'google', language: 'en-US' },
					timers: { noSpeechTimeoutMs: 4000, decisionTimeoutMs: 9000, toneTimeoutMs: 8000, greetingCompletionTimeoutMs: 1000 },
				},
			},
		],
	])('%j', async (options, added) => {
		const { status, outputs } = await call(gateway, { parameters: { options } });
		expect(status).toBe('success');
		expect(bodies()).toEqual([{ ...PHONE, ...added }]);
		expect(outputs[0][0].tag).toEqual(added.tag ?? null);
	});

	test.each([
		['recognizerVendor', 'google'], ['recognizerLanguage', 'en-US'], ['thresholdWordCount', 1], ['noSpeechTimeoutMs', 1], ['decisionTimeoutMs', 1],
		['toneTimeoutMs', 1], ['greetingCompletionTimeoutMs', 1],
	])('the detection setting %s alone is placed or refused, but leaves no doubt', async (name, value) => {
		const options = { detectAnsweringMachine: true, amdSettings: { eventsUrl: 'https://n8n.example.com/amd', [name]: value } };
		const { outputs, error } = await call(gateway, { parameters: { options } });
		if (error === undefined) expect(outputs[0][0]).toMatchObject({ outcome: null, sid: expect.any(String) });
	});
});

describe('what comes out', () => {
	test('the documented answer untouched, then the record', async () => {
		const { outputs } = await call(gateway, { parameters: { options: { metadataJson: '{"a":{"b":1}}' } } });
		const [{ sid, callId }] = gateway.placed;
		expect(outputs).toEqual([
			[
				{
					phone: '+12025550200', id: 0, sid, callid: callId, call_sid: sid, call_id: callId, call_status: 'trying', from: FROM, to: '+12025550200',
					direction: 'outbound', sip_status: null, sip_reason: null, duration: null, application_sid: APPLICATION, outcome: null, final: false,
					answered_by: 'unknown', hung_up_by: null, tag: { a: { b: 1 } },
				},
			],
		]);
	});

	test('every field of the output preview, and no other, in a real output', async () => {
		const { outputs } = await call(gateway, { items: [{ json: {} }], parameters: { toNumber: '+12025550200', options: { metadataJson: '{"a":1}' } } });
		expect(Object.keys(outputs[0][0])).toEqual(Object.keys(schema.properties));
		for (const [name, { type }] of Object.entries(schema.properties)) {
			const value = outputs[0][0][name];
			const kind = value === null ? 'null' : Number.isInteger(value) ? 'integer' : typeof value;
			expect([name, [type].flat()]).toEqual([name, expect.arrayContaining([kind])]);
		}
	});
});
