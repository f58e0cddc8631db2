'use strict';

const { credentialTestContext, pickerContext } = require('./contexts');
const { ACTION, TRIGGER, nodeTypes } = require('./engine');
const { byId, historyRows, look, sidOf } = require('./lookups');
const { closeServers, selfSigned, startServer } = require('./servers');

/** A gateway whose certificate nobody vouches for, as they are found on-premises. */

const SID = 'ac3e0000-0000-4000-8000-00000000d301';
const API_KEY = 'key-that-must-not-leak';
const gatewayStub = { world: { accounts: [{ account_sid: SID }], api_keys: [{ account_sid: SID, token: API_KEY }] }, url: '' };
const BODIES = [
	[/CallCount$/, { inbound: 1, outbound: 2 }], [/RecentCalls\?/, { data: historyRows(1, () => ({ recording_url: '/Accounts/x/record/mp3' })) }], [/Applications$/, [{ application_sid: 'x', name: 'Ours' }]],
];

let server;
beforeAll(async () => {
	server = await startServer((request, response) => {
		const body = BODIES.find(([pattern]) => pattern.test(request.url))?.[1];
		response.writeHead(200, { 'Content-Type': body === undefined ? 'audio/mp3' : 'application/json' }).end(body === undefined ? 'sound' : JSON.stringify(body));
	}, selfSigned());
});
beforeEach(() => (server.requests.length = 0));
afterAll(closeServers);

const credential = (fields) => ({ environment: 'onPremises', baseUrl: server.url, accountSid: SID, apiKey: API_KEY, webhookSecret: '', ...fields });
const tested = async (fields, type = ACTION) => await nodeTypes([]).getByName(type).methods.credentialTest.cognigyVoiceGatewayApiTest.call(credentialTestContext(), { id: '1', name: 'x', type: 'cognigyVoiceGatewayApi', data: credential(fields) });
const picked = async (fields, type) => await nodeTypes([]).getByName(type).methods.listSearch.searchApplications.call(pickerContext(credential(fields), type), '');
const run = async (operation, fields, parameters) => await look(gatewayStub, operation, parameters, { credential: credential(fields) });
const REFUSED = /cannot be reached: its certificate is self-signed/;
const ON = { allowUnauthorizedCerts: true };

describe('unless it is allowed, the key stays here', () => {
	test.each([[{}], [{ allowUnauthorizedCerts: false }], [{ allowUnauthorizedCerts: undefined }]])('%j', async (fields) => {
		const { error } = await run('call:getActiveCount', fields);
		expect(error.message).toMatch(REFUSED);
		expect(error.description).toMatch(/switch on Ignore SSL Issues \(Insecure\) in the credential \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
		expect((await run('callHistory:getRecording', fields, { call: byId(sidOf(0)) })).error.message).toMatch(REFUSED);
		await expect(picked(fields, ACTION)).rejects.toThrow(REFUSED);
		expect(await tested(fields)).toEqual({ status: 'Error', message: expect.stringMatching(/self-signed\..*Ignore SSL Issues/) });
		expect(server.requests).toEqual([]);
	});
});

describe('once it is allowed', () => {
	test('operations, downloads, lists of both nodes and the credential test go on', async () => {
		expect((await run('call:getActiveCount', ON)).outputs[0]).toEqual([{ inbound: 1, outbound: 2, total: 3 }]);
		expect((await run('callHistory:getRecording', ON, { call: byId(sidOf(0)) })).items[0][0].binary.data).toMatchObject({ mimeType: 'audio/mpeg' });
		for (const type of [ACTION, TRIGGER]) {
			expect(await picked(ON, type)).toEqual({ results: [{ name: 'Ours', value: 'x' }] });
			expect(await tested(ON, type)).toMatchObject({ status: 'OK' });
		}
	});

	test('for the gateway only: another host has to prove who it is', async () => {
		const storage = await startServer((_request, response) => response.end('x'), selfSigned());
		const host = await startServer((_request, response) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ data: historyRows(1, () => ({ recording_url: `${storage.url}/x.mp3` })) })), selfSigned());
		const { error } = await run('callHistory:getRecording', { ...ON, baseUrl: host.url }, { call: byId(sidOf(0)) });
		expect(error.message).toMatch(/could not be fetched from there \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
		expect(storage.requests).toEqual([]);
	});
});

test('a cloud environment never goes without a certificate, even where the switch was left on', async () => {
	const { compiled } = require('../unit/compiled');
	const { gatewayContext } = require('../unit/strictContext');
	const { GatewayClient } = compiled('gateway/client.js');
	const asked = async (fields) => {
		const { context, requests } = gatewayContext(() => ({ statusCode: 200, headers: {}, body: {} }), { ...ON, ...fields });
		await (await GatewayClient.open(context)).send({ method: 'GET', path: '/CallCount' });
		return requests[0];
	};
	expect(await asked({ environment: 'saasEu' })).not.toHaveProperty('skipSslCertificateValidation');
	expect(await asked({})).toMatchObject({ skipSslCertificateValidation: true });
	const options = [];
	const helpers = { request: async (given) => options.push(given) && { statusCode: 200, body: { inbound: 0, outbound: 0 } } };
	const test = async (fields) => await nodeTypes([]).getByName(ACTION).methods.credentialTest.cognigyVoiceGatewayApiTest.call({ helpers }, { data: credential({ ...ON, ...fields }) });
	await test({ environment: 'cxone', region: 'eu1' });
	await test({});
	expect(options[0]).not.toHaveProperty('rejectUnauthorized');
	expect(options[1]).toMatchObject({ rejectUnauthorized: false });
});
