'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, FROM, locator, parameters } = require('../engine/calls');
const { ACCOUNT } = require('./actors');
const { runAction } = require('../engine/engine');
const { closeServers, startServer } = require('../engine/servers');
const { fc } = require('./fc');
const { answer, KEY } = require('./hostile');
const { OPERATIONS, SID } = require('./operations');

/** What items hold reaches the gateway as exactly that text, or is refused: it is never evaluated, and never breaks out of its place. */

let server;
let current;
beforeAll(async () => {
	server = await startServer((request, response) => current(request, response));
});
beforeEach(() => {
	server.requests.length = 0;
	current = answer(201, { sid: SID, callid: 'c' });
});
afterAll(closeServers);

const credential = () => ({ environment: 'onPremises', baseUrl: server.url, accountSid: ACCOUNT, apiKey: KEY, webhookSecret: '' });
const run = async (fields, items) => await runAction({ credential: credential(), parameters: fields, items, settings: { onError: 'continueRegularOutput' } });

const PIECES = [
	'"', "'", '`', '\\', '{', '}', '{{', '}}', '={{ ', '={{ 7*7 }}', '{{ $env }}', '${7*7}', '=', '","to":{"type":"phone","number":"+19005550100"},"x":"', '\r\n', '\n', '\r', '\u0000', '\u001b[0m', '\u200b', '\u202e', '\ufeff',
	'\ud800', '😀', '/', '..', '../', '%2e%2e', '%0d%0a', '?', '#', '&', ';', '<script>', '__proto__', 'constructor', '\u2028', 'X-Evil: 1', ' ', 'a', '0',
];
const nasty = fc.oneof(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('')), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }));
const usable = nasty.filter((text) => text.trim() !== '');

/** The requests that would place or change something, as what was sent. */
const sent = () => server.requests.map(({ method, url, headers, text }) => ({ method, url, names: Object.keys(headers).sort(), body: text === '' ? undefined : JSON.parse(text) }));

/** A body as sent: what JSON cannot hold, a half of a surrogate pair, is escaped and comes back the same. */
test('metadata, their names, the carrier and the texts of speech arrive as they are', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.record({ value: usable, key: usable, carrier: usable, voice: usable }), { minLength: 1, maxLength: 5 }), async (rows) => {
			server.requests.length = 0;
			const fields = parameters({
				toNumber: '+12025550200', carrier: locator('={{ $json.carrier }}', 'name'),
				options: { callsInParallel: 1, metadata: { pairs: [{ key: '={{ $json.key }}', value: '={{ $json.value }}' }, { key: 'fixed', value: 'x' }] }, speechVoice: '={{ $json.voice }}' },
			});
			await run({ resource: 'call', operation: 'create', ...fields }, rows.map((json) => ({ json })));
			expect(sent()).toEqual(rows.map(({ key, value, carrier, voice }) => ({
				method: 'POST', url: `/v1/Accounts/${ACCOUNT}/Calls`, names: expect.not.arrayContaining(['x-evil']),
				body: {
					application_sid: APPLICATION, from: FROM, to: { type: 'phone', number: '+12025550200', trunk: carrier.trim() },
					tag: Object.fromEntries([[key, value], ['fixed', 'x']]), speech_synthesis_voice: voice.trim(),
				},
			})));
		}),
		{ numRuns: 40 },
	);
});

test('metadata as an object arrive as they are, whatever their names', async () => {
	const object = fc.dictionary(usable, fc.oneof(usable, fc.integer(), fc.boolean(), fc.dictionary(usable, usable, { maxKeys: 3 })), { minKeys: 1, maxKeys: 5, noNullPrototype: true });
	await fc.assert(
		fc.asyncProperty(object, async (metadata) => {
			server.requests.length = 0;
			await run({ resource: 'call', operation: 'create', ...parameters({ toNumber: '+12025550200', options: { metadataJson: '={{ $json.metadata }}' } }) }, [{ json: { metadata } }]);
			expect(sent().map(({ body }) => body.tag)).toEqual([metadata]);
		}),
		{ numRuns: 40 },
	);
});

/** Fields that end up in SIP: what could end a header early is refused, everything else is one text. */
test.each([
	['SIP headers', { options: { sipHeaders: { pairs: [{ name: 'X-Item', value: '={{ $json.evil }}' }] } } }, ({ headers }) => headers['X-Item']],
	['names of SIP headers', { options: { sipHeaders: { pairs: [{ name: '={{ $json.evil }}', value: 'x' }] } } }, ({ headers }) => Object.keys(headers).join()],
	['the caller name', { options: { callerName: '={{ $json.evil }}' } }, ({ callerName }) => callerName],
	['the caller', { from: locator('={{ $json.evil }}', 'number') }, ({ from }) => from],
	['a SIP URI', { toType: 'sip', toSipUri: '=sip:{{ $json.evil }}@example.com' }, ({ to }) => to.sipUri],
	['a user', { toType: 'user', toUser: '={{ $json.evil }}' }, ({ to }) => to.name],
	['a number', { toNumber: '={{ $json.evil }}', options: { numberFormat: 'any' } }, ({ to }) => to.number],
	['From Host', { options: { fromHost: '={{ $json.evil }}' } }, ({ fromHost }) => fromHost],
])('%s: no line breaks or controls get through, and nothing beside the field changes', async (_what, fields, valueOf) => {
	const ordinary = parameters({ toNumber: '+12025550200', ...fields });
	await fc.assert(
		fc.asyncProperty(usable, async (evil) => {
			server.requests.length = 0;
			await run({ resource: 'call', operation: 'create', ...ordinary }, [{ json: { evil } }]);
			expect(server.requests.length).toBeLessThanOrEqual(1);
			for (const { body } of sent()) {
				expect(valueOf(body)).not.toMatch(/[\u0000-\u001f\u007f]/);
				expect(body.application_sid).toBe(APPLICATION);
				expect(Object.keys(body)).toEqual(expect.not.arrayContaining(['x', 'notifyUrl', 'amd']));
			}
		}),
		{ numRuns: 40 },
	);
});

/** A text template that a user wrote by hand can be broken out of; it still cannot reach what has a field of its own. */
test('Additional Fields (JSON) as a text template: an item can call nobody else', async () => {
	const template = '={ "note": "{{ $json.evil }}" }';
	for (const evil of ['","to":{"type":"phone","number":"+19005550100"},"x":"', '","from":"+1","x":"', '","notifyUrl":"https://evil.example","x":"', '","\\u0074o":{},"x":"', '","tag":{},"x":"']) {
		const { outputs } = await run({ resource: 'call', operation: 'create', ...parameters({ toNumber: '+12025550200', options: { additionalFields: template } }) }, [{ json: { evil } }]);
		expect([evil, outputs[0][0].error]).toEqual([evil, expect.stringMatching(/has a field of its own|not a JSON object/)]);
	}
	expect(server.requests).toEqual([]);
});

/** IDs stand in the address of the request. */
const IDS = { call: 'call', application: 'application', carrierId: 'carrier', phoneNumberId: 'phone number' };
test.each(OPERATIONS.flatMap(([name, fields]) => Object.keys(IDS).filter((field) => field in fields && !/create/.test(name)).map((field) => [name, field, fields])))(
	'%s: the ID in %s is one, or nothing is asked',
	async (_name, field, fields) => {
		await fc.assert(
			fc.asyncProperty(fc.oneof(nasty, fc.tuple(fc.constantFrom(SID, ''), nasty).map(([start, end]) => start + end)), async (evil) => {
				if (evil.trim().toLowerCase() === SID) return;
				const { outputs } = await run({ ...fields, [field]: locator('={{ $json.evil }}', 'id') }, [{ json: { evil } }]);
				expect(outputs[0][0].error).toMatch(/is not the ID of|is empty/);
				expect(server.requests).toEqual([]);
			}),
			{ numRuns: 15 },
		);
	},
);

test('filters and searches stay in their parameter', async () => {
	current = answer(200, []);
	await fc.assert(
		// Half of a surrogate pair has no form in an address.
		fc.asyncProperty(usable.filter((text) => !/\p{Cs}/u.test(text)), async (evil) => {
			server.requests.length = 0;
			await run({ resource: 'callHistory', operation: 'getMany', timeRange: 'days', days: 1, returnAll: true, filters: { search: '={{ $json.evil }}', trunk: locator('={{ $json.evil }}', 'name') }, options: {} }, [{ json: { evil } }]);
			for (const { url } of server.requests) {
				const { pathname, searchParams } = new URL(url, server.url);
				expect(pathname).toBe(`/v1/Accounts/${ACCOUNT}/RecentCalls`);
				expect([...searchParams.keys()].sort()).toEqual(['count', 'days', 'filter', 'page', 'trunk']);
				expect(searchParams.get('trunk')).toBe(evil.trim());
			}
		}),
		{ numRuns: 40 },
	);
});

/** What a waiting run keeps is read back by an expression. */
test('metadata that look like expressions come back from a wait as they were', async () => {
	const gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
	const { closeStages, delivery, endCall, startStage } = require('../engine/stage');
	const stage = await startStage(gateway);
	const evil = PIECES.filter((piece) => piece !== '\ud800').join('');
	const execution = await stage.run({
		items: [{ json: { phone: '+12025550220', evil, note: evil } }], name: 'Voice } "{{ 7*7 }}',
		parameters: { options: { metadata: { pairs: [{ key: evil, value: '={{ $json.evil }}' }, { key: 'evil', value: '={{ $json.evil }}' }] } } },
	});
	expect(execution.status).toBe('waiting');
	expect(gateway.placed[0].body.tag).toEqual({ [evil]: evil, evil });
	const delivered = delivery(gateway, ({ event }) => event === 'completed');
	endCall(gateway, gateway.placed[0].sid);
	await delivered;
	await execution.until('success');
	expect(execution.downstream[0][0]).toMatchObject({ evil, note: evil, outcome: 'answered', tag: { [evil]: evil, evil } });
	expect(stage.thrown).toEqual([]);
	await closeStages();
	await gateway.close();
});
