'use strict';

const { compiled } = require('./compiled');
const { APPLICATION, PRODUCTION_URL, WEBHOOK_ID, oneApplication, refused, remembering } = require('./oneApplication');

const { chosenApplication, isRegistered, leftovers, register, reportingApplication, seenBy, unregister } = compiled('events/application/calls.js');
const { markUrl, readMark, withoutFragment } = compiled('events/application/hookMark.js');

const ANOTHER = 'a9900000-0000-4000-8000-000000000002';
const OWNER = { instance: 'abcdef012345', workflow: 'workflow-1', node: 'node-1' };
const BEFORE = { url: 'https://endpoint.example.com/x', method: 'GET' };
const entry = (fields) => ({ node: 'node-1', url: PRODUCTION_URL, before: null, ...fields });
const hook = (mark = {}, url = PRODUCTION_URL) => ({ url: markUrl(url, { ...OWNER, application: APPLICATION, before: null, resting: false, ...mark }), method: 'POST', webhook_sid: 'hook-1' });
const isThere = async (setup, url = PRODUCTION_URL) => await isRegistered(oneApplication(setup).context, url);

describe('the application that a trigger listens to', () => {
	test.each([
		[APPLICATION, APPLICATION], [` ${APPLICATION.toUpperCase()}\n`, APPLICATION], ['', ''], [null, ''], [undefined, ''],
	])('%j is %j', (application, expected) => expect(chosenApplication(oneApplication({ parameters: { application } }).context)).toBe(expected));

	test('reports, in that mode only', () => {
		expect(reportingApplication(oneApplication().context)).toEqual({ reportedBy: APPLICATION });
		for (const calls of ['workflow', undefined]) expect(reportingApplication(oneApplication({ parameters: { calls } }).context)).toBeUndefined();
	});

	test.each([
		['', 'it is empty'], ['sales', '"sales" is not an application ID (a UUID)'], ['x'.repeat(200), `"${'x'.repeat(80)}" is not an application ID (a UUID)`],
	])('%j is refused before anything is asked', async (application, reason) => {
		const { context, requests } = oneApplication({ parameters: { application } });
		await expect(register(context, PRODUCTION_URL)).rejects.toThrow(`Application: ${reason}. Choose the application from the list.`);
		expect(requests).toEqual([]);
	});

	test('is asked for at n8n\'s ID in short, the workflow and the node', () => {
		expect(seenBy(oneApplication().context)).toMatchObject({ owner: OWNER, webhookId: WEBHOOK_ID, triggers: [{ id: 'node-1' }] });
		expect(seenBy(oneApplication({ more: { getWorkflow: () => ({ id: undefined }) } }).context).owner.workflow).toBe('');
	});
});

describe('what is left over', () => {
	const owner = OWNER;
	const data = remembering({ a: entry(), b: entry(), c: entry({ node: 'node-2' }), d: entry({ node: 'node-3' }) });

	test.each([
		['of two triggers that are there', [{ id: 'node-1' }, { id: 'node-2' }], 'a', ['b', 'd']], ['without a wanted application', [{ id: 'node-1' }], undefined, ['a', 'b', 'c', 'd']],
		['when n8n does not show the triggers', undefined, 'a', ['b']], ['when all triggers are there', [{ id: 'node-2' }, { id: 'node-3' }], 'b', ['a']],
	])('%s', (_what, triggers, wanted, expected) => expect(leftovers({ data, owner, triggers }, wanted)).toEqual(expected));
});

describe('whether the application reports to the trigger', () => {
	test('it does, and what the stored data do not know is written down', async () => {
		const { context, memory, stored } = oneApplication({ application: { call_status_hook: hook({ before: BEFORE }) } });
		expect(memory).toEqual({});
		expect(await isRegistered(context, PRODUCTION_URL)).toBe(true);
		expect(stored).toEqual(remembering({ [APPLICATION]: entry({ before: BEFORE }) }));
	});

	test.each([
		['another address is remembered', entry({ url: 'https://old.example.com/x', before: BEFORE }), undefined, entry({ before: BEFORE })],
		['another node is', entry({ node: 'node-1', url: 'https://old.example.com/x' }), BEFORE, entry({ before: BEFORE })],
		['all is remembered, with more than the URL tells', entry({ before: BEFORE }), null, entry({ before: BEFORE })],
	])('it does, and %s', async (_what, known, before, expected) => {
		const stage = oneApplication({ stored: remembering({ [APPLICATION]: known }), application: { call_status_hook: hook({ before }) } });
		expect(await isRegistered(stage.context, PRODUCTION_URL)).toBe(true);
		expect(stage.memory[APPLICATION]).toEqual(expected);
	});

	test('a gateway that drops the fragment does not matter', async () => {
		expect(await isThere({ application: { call_status_hook: { url: PRODUCTION_URL, method: 'post' } } })).toBe(true);
	});

	test('an address that is no URL is compared as it is', async () => {
		expect(await isThere({ application: { call_status_hook: hook() } }, 'nonsense')).toBe(false);
	});

	test.each([
		['nobody is there', { application: { call_status_hook: null } }], ['it reports by GET', { application: { call_status_hook: { ...hook(), method: 'GET' } } }],
		['it reports elsewhere', { application: { call_status_hook: { url: 'https://x.example.com/', method: 'POST' } } }],
		['it reports to an earlier address', { application: { call_status_hook: hook({}, PRODUCTION_URL.replace('n8n.', 'old.')) } }],
		['its URL only rests there', { application: { call_status_hook: hook({ resting: true }) } }],
		['the URL bears the mark of another workflow', { application: { call_status_hook: hook({ workflow: 'workflow-2' }) } }],
		['no application is chosen', { parameters: { application: 'sales' }, application: { call_status_hook: hook() } }],
		['the trigger is still registered at another application', { stored: remembering({ [ANOTHER]: entry() }), application: { call_status_hook: hook() } }],
		['the credential cannot be opened', { more: { getCredentials: async () => { throw new Error('no credential'); } } }],
	])('it does not: %s', async (_what, setup) => expect(await isThere(setup)).toBe(false));

	test.each([
		['n8n starts', 'init', entry(), true], ['another process takes over', 'leadershipChange', entry(), true], ['a user publishes', 'activate', entry(), false],
		['nothing is remembered', 'init', undefined, false], ['it is of another node', 'init', entry({ node: 'node-2' }), false], ['it has another address', 'init', entry({ url: 'https://old.example.com/x' }), false],
	])('while the gateway is away, it goes by its memory: %s', async (_what, activation, known, expected) => {
		const stored = known === undefined ? {} : remembering({ [APPLICATION]: known });
		expect(await isThere({ activation, stored, triggers: null, alter: () => refused(503, 'down') })).toBe(expected);
	});
});

describe('registering', () => {
	test('lets the application report, and writes down what was there', async () => {
		const stage = oneApplication();
		await register(stage.context, PRODUCTION_URL);
		const { url, method } = stage.application.call_status_hook;
		expect([withoutFragment(url), method, readMark(url)]).toEqual([PRODUCTION_URL, 'POST', { ...OWNER, application: APPLICATION, before: null, resting: false }]);
		expect(stage.memory).toEqual({ [APPLICATION]: entry() });
		expect(stage.log).toEqual([]);
	});

	test('again changes nothing, unless it is by another method', async () => {
		const changes = ({ requests }) => requests.filter(({ method }) => method === 'PUT').length;
		const stage = oneApplication();
		await register(stage.context, PRODUCTION_URL);
		await register(stage.context, PRODUCTION_URL);
		expect(changes(stage)).toBe(1);
		stage.application.call_status_hook.method = 'GET';
		await register(stage.context, PRODUCTION_URL);
		expect([changes(stage), stage.application.call_status_hook.method]).toEqual([2, 'POST']);
	});

	test('keeps what was there before, from the URL or from memory', async () => {
		for (const [stored, before] of [[{}, BEFORE], [remembering({ [APPLICATION]: entry({ before: BEFORE }) }), undefined]]) {
			const stage = oneApplication({ stored, application: { call_status_hook: hook({ before }, PRODUCTION_URL.replace('n8n.', 'old.')) } });
			await register(stage.context, PRODUCTION_URL);
			expect(stage.memory[APPLICATION].before).toEqual(BEFORE);
		}
	});

	test('in the place of somebody else is refused, unless it is chosen and can be undone', async () => {
		const there = { url: BEFORE.url, method: 'GET', webhook_sid: 'hook-9' };
		const { webhook_sid: _sid, ...nameless } = there;
		for (const [replaceExistingWebhook, hookThere] of [[false, there], [undefined, there], ['yes', there], [true, nameless]]) {
			const stage = oneApplication({ parameters: replaceExistingWebhook === undefined ? { replaceExistingWebhook: false } : { replaceExistingWebhook }, application: { call_status_hook: hookThere } });
			await expect(register(stage.context, PRODUCTION_URL)).rejects.toThrow(/^The application "Sales" already reports its calls to https:\/\/endpoint\.example\.com\/x/);
			expect(stage.application.call_status_hook).toEqual(hookThere);
		}
		const stage = oneApplication({ parameters: { replaceExistingWebhook: true }, application: { call_status_hook: there } });
		await register(stage.context, PRODUCTION_URL);
		expect(stage.memory[APPLICATION].before).toEqual(BEFORE);
	});

	test('a trigger saved before there was a switch replaces nobody', async () => {
		const stage = oneApplication({ application: { call_status_hook: { url: BEFORE.url, method: 'GET', webhook_sid: 'hook-9' } } });
		const { getNodeParameter } = stage.context;
		const old = Object.create(stage.context, { getNodeParameter: { value: (name, fallback, options) => (name === 'replaceExistingWebhook' ? fallback : getNodeParameter(name, fallback, options)) } });
		await expect(register(old, PRODUCTION_URL)).rejects.toThrow(/Replace Existing Webhook/);
	});

	test('that fails leaves the memory as it was', async () => {
		const alter = (request, forward) => (request.method === 'PUT' ? refused(403, 'insufficient privileges') : forward());
		const first = oneApplication({ alter });
		await expect(register(first.context, PRODUCTION_URL)).rejects.toThrow(/could not be told to report/);
		expect(first.memory).toEqual({});
		const known = entry({ url: 'https://old.example.com/x', before: BEFORE });
		const second = oneApplication({ alter, stored: remembering({ [APPLICATION]: known }) });
		await expect(register(second.context, PRODUCTION_URL)).rejects.toThrow(/could not be told to report/);
		expect(second.memory).toEqual({ [APPLICATION]: known });
	});

	test('an address that the gateway cannot reach is refused, and says why it must', async () => {
		const { context } = oneApplication();
		await expect(register(context, 'ftp://n8n.example.com/x')).rejects.toMatchObject({ message: expect.stringMatching(/^Calls: "ftp:/), description: expect.stringMatching(/production URL of this trigger/) });
	});

	test.each([
		['ws://ai.example.com/x', 1], ['wss://ai.example.com/x', 1], ['https://ai.example.com/ws', 0], ['https://ai.example.com/?to=ws://x', 0], [undefined, 0],
	])('with calls that go to %s, %i warning', async (url, warnings) => {
		const stage = oneApplication({ application: { call_hook: url === undefined ? null : { url, method: 'POST' } } });
		await register(stage.context, PRODUCTION_URL);
		expect(stage.log.map(([level, message]) => [level, message])).toEqual(Array(warnings).fill(['warn', expect.stringMatching(/^The application "Sales" talks to a WebSocket\./)]));
	});

	test.each([[{ account_sid: 'another' }, /belongs to another account/], [{ call_hook: { url: 'https://x.example.com', method: 'POST', username: 'u' } }, /cannot be changed safely/]])('%j is refused', async (application, message) => {
		const stage = oneApplication({ application });
		await expect(register(stage.context, PRODUCTION_URL)).rejects.toThrow(message);
		expect(stage.memory).toEqual({});
	});

	test('puts right what is left over', async () => {
		const stage = oneApplication({ stored: remembering({ [ANOTHER]: entry() }), alter: (request, forward) => (request.url.endsWith(ANOTHER) ? refused(404, 'not found') : forward()) });
		await register(stage.context, PRODUCTION_URL);
		expect(Object.keys(stage.memory)).toEqual([APPLICATION]);
	});
});

describe('unregistering', () => {
	test('puts back what was there, also when the memory is lost', async () => {
		for (const stored of [{}, remembering({ [APPLICATION]: entry({ before: BEFORE }), [ANOTHER]: entry({ node: 'node-2' }) })]) {
			const stage = oneApplication({ stored, application: { call_status_hook: hook({ before: BEFORE }) } });
			await unregister(stage.context);
			expect(stage.application.call_status_hook).toMatchObject(BEFORE);
			expect(Object.keys(stage.memory)).toEqual(ANOTHER in stage.memory ? [ANOTHER] : []);
		}
	});

	test.each([[{ calls: 'workflow' }], [{ application: 'sales' }], [{ application: '' }]])('a trigger that is registered nowhere (%j) asks nothing', async (parameters) => {
		const { context, requests } = oneApplication({ parameters });
		await unregister(context);
		expect(requests).toEqual([]);
	});

	test('leaves an application that its field no longer names, and none of another trigger', async () => {
		const mine = oneApplication({ parameters: { application: ANOTHER, calls: 'workflow' }, stored: remembering({ [APPLICATION]: entry({ before: BEFORE }) }), application: { call_status_hook: hook({ before: BEFORE }) } });
		await unregister(mine.context);
		expect(mine.application.call_status_hook).toMatchObject(BEFORE);
		const another = oneApplication({ parameters: { calls: 'workflow' }, stored: remembering({ [APPLICATION]: entry({ node: 'node-2' }) }), application: { call_status_hook: hook({ node: 'node-2' }) } });
		await unregister(another.context);
		expect(another.requests).toEqual([]);
	});

	test('without a credential says in the log what stays', async () => {
		const { context, log } = oneApplication({ more: { getCredentials: async () => { throw new Error('no credential'); } } });
		await unregister(context);
		expect(log).toEqual([['error', 'The Status Webhook of an application could not be put back', { applications: [APPLICATION], error: expect.stringMatching(/credential/) }]]);
	});
});
