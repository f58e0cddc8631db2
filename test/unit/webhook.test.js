'use strict';

const { sign } = require('../gateway/sign');
const { compiled } = require('./compiled');
const { CREDENTIAL, NODE, strict } = require('./strictContext');

const { incoming, receiveWebhook } = compiled('events/webhook.js');

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const TOKEN = 'abcdefghij0123456789';
const EVENT = { call_sid: '1', call_status: 'completed', direction: 'inbound', application_sid: APPLICATION, customerData: { team: 'sales', n: 7 } };

let workflows = 0;

/** The context of one webhook; `parameters` are the trigger's, over those of one that lets everything in. */
function contextOf({ parameters = {}, event = EVENT, headers = {}, query = {}, rawBody, workflow = `webhook-${++workflows}`, more = {} } = {}) {
	const fields = { calls: 'workflow', verification: 'none', listenFor: 'final', events: [], filters: {}, options: {}, ...parameters };
	const logged = [];
	const context = strict({
		getNode: () => NODE,
		getNodeParameter: (name, fallback, options) => {
			if (name.includes('.')) {
				if (options?.extractValue !== true) throw new Error('the value alone was not asked for');
				const [outer, inner] = name.split('.');
				return fields[outer][inner];
			}
			return name in fields ? fields[name] : fallback;
		},
		getHeaderData: () => ({ 'content-type': 'application/json', ...headers }),
		getQueryData: () => query,
		getRequestObject: () => ({ rawBody: rawBody === undefined ? Buffer.from(JSON.stringify(event)) : (rawBody ?? undefined) }),
		getMode: () => 'trigger',
		getWorkflow: () => ({ id: workflow }),
		getWorkflowStaticData: (type) => {
			if (type !== 'node') throw new Error(`data of "${type}"`);
			return {};
		},
		logger: { error: (message, about) => logged.push([message, about]) },
		...more,
	});
	return { context, logged };
}
const take = async (setup) => await receiveWebhook(contextOf(setup).context);
const started = async (setup) => 'item' in (await take(setup));

test('an event that passed is an item, with what the gateway sent if that is wanted', async () => {
	expect(await take()).toEqual({ status: 200, reason: 'OK', item: expect.objectContaining({ event: 'completed', call_sid: '1', tag: EVENT.customerData }) });
	expect((await take()).item).not.toHaveProperty('raw');
	expect((await take({ parameters: { options: { includeRaw: true } } })).item.raw).toEqual(EVENT);
	expect((await take({ parameters: { options: { includeRaw: false } } })).item).not.toHaveProperty('raw');
});

test('a copy of the workflow, in which the node has the same ID, hears of the call too; each of them once', async () => {
	const rawBody = Buffer.from(JSON.stringify(EVENT));
	const headers = { 'jambonz-signature': sign('whsec', rawBody) };
	const more = { getCredentials: async () => ({ ...CREDENTIAL, webhookSecret: 'whsec' }) };
	const passed = async (workflow) => await started({ workflow, rawBody, headers, more, parameters: { verification: 'signature' } });
	expect([await passed('original'), await passed('copy'), await passed('original'), await passed('copy')]).toEqual([true, true, false, false]);
});

test('one that did not is answered, and starts nothing', async () => {
	expect(await take({ event: { ...EVENT, call_status: 'ringing' } })).toEqual({ status: 200, reason: 'Not listened for' });
	expect(await take({ rawBody: null })).toEqual({ status: 400, reason: 'Not JSON' });
});

test.each([
	['nothing', {}, true], ['its application', { application: APPLICATION }, true], ['in another case, with blanks', { application: ` ${APPLICATION.toUpperCase()} ` }, true],
	['another application', { application: 'another' }, false], ['no application chosen', { application: '' }, true], ['null', { application: null }, true], ['blanks', { application: ' ' }, true],
	['its direction', { direction: 'inbound' }, true], ['the other direction', { direction: 'outbound' }, false], ['any direction', { direction: '' }, true],
	['its metadata', { metadata: { pairs: [{ key: ' team ', value: 'sales' }, { key: 'n', value: 7 }] } }, true],
	['other metadata', { metadata: { pairs: [{ key: 'team', value: 'service' }] } }, false], ['a pair without a key', { metadata: { pairs: [{ key: '', value: 'x' }] } }, true],
	['no pairs', { metadata: {} }, true],
])('filtered by %s', async (_what, filters, expected) => {
	expect(await started({ parameters: { filters } })).toBe(expected);
});

test('a trigger of an application goes by its own field, and not by a filter left over', async () => {
	const parameters = { calls: 'application', filters: { application: 'another' } };
	expect(await started({ parameters: { ...parameters, application: APPLICATION } })).toBe(true);
	expect(await started({ parameters: { ...parameters, application: 'another', filters: {} } })).toBe(false);
});

test('selected events', async () => {
	expect(await started({ parameters: { listenFor: 'selected', events: ['completed'] } })).toBe(true);
	expect(await started({ parameters: { listenFor: 'selected', events: ['busy'] } })).toBe(false);
});

describe('by a token', () => {
	test.each([
		['the right one', TOKEN, TOKEN, 200], ['with blanks in the field', ` ${TOKEN}\n`, TOKEN, 200], ['another', TOKEN, 'x', 401], ['none', TOKEN, undefined, 401],
		['several', TOKEN, [TOKEN], 401], ['none where none is set', '', '', 401], ['none where the field is missing', undefined, undefined, 401],
	])('%s', async (_what, token, given, status) => {
		const parameters = { verification: 'token', ...(token === undefined ? {} : { token }) };
		expect(await take({ parameters, query: given === undefined ? {} : { token: given } })).toMatchObject({ status });
	});

});

test.each([['signature'], [undefined], ['something new']])('verified by %p, an unsigned webhook is refused', async (verification) => {
	expect(await take({ parameters: { verification } })).toEqual({ status: 401, reason: 'Unauthorized' });
	expect(await take({ more: { getNodeParameter: (name, fallback) => ({ filters: {}, options: {}, events: [], listenFor: 'final', calls: 'workflow' })[name] ?? fallback } })).toMatchObject({ status: 401 });
});

test('whatever goes wrong is answered with 503 and logged, and not thrown', async () => {
	const { context, logged } = contextOf({ more: { getWorkflowStaticData: () => { throw new Error('database is locked'); } } });
	expect(await receiveWebhook(context)).toEqual({ status: 503, reason: 'Not available' });
	expect(logged).toEqual([['A call-status webhook could not be handled', { error: 'database is locked' }]]);
});

test('what a webhook brings', () => {
	const before = Date.now();
	const webhook = incoming(contextOf({ headers: { 'jambonz-signature': ['t=1', 'v1=2'], 'content-type': 'text/plain' }, rawBody: Buffer.from('x') }).context);
	expect(webhook).toEqual({ rawBody: Buffer.from('x'), contentType: 'text/plain', signature: 't=1,v1=2', receivedAt: expect.any(Number) });
	expect(webhook.receivedAt).toBeGreaterThanOrEqual(before);
	expect(incoming(contextOf({ headers: { 'jambonz-signature': 't=1' }, rawBody: null }).context)).toMatchObject({ rawBody: Buffer.alloc(0), signature: 't=1' });
});
