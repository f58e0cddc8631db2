'use strict';

const { compiled } = require('./compiled');
const { APPLICATION, PRODUCTION_URL, oneApplication, refused, remembering } = require('./oneApplication');

const { patientClient, register, seenBy } = compiled('events/application/calls.js');
const { markUrl, readMark, withoutFragment } = compiled('events/application/hookMark.js');
const { putBack } = compiled('events/application/putBack.js');
const { forget } = compiled('events/application/registrations.js');

const OWNER = { instance: 'abcdef012345', workflow: 'workflow-1', node: 'node-1' };
const BEFORE = { url: 'https://endpoint.example.com/x', method: 'GET' };
const ABOUT = { application: APPLICATION, workflow: 'workflow-1' };
const entry = (fields) => ({ node: 'node-1', url: PRODUCTION_URL, before: null, ...fields });
const ours = (before, resting = false) => ({ url: markUrl(PRODUCTION_URL, { ...OWNER, application: APPLICATION, before, resting }), method: 'POST', webhook_sid: 'hook-1' });

async function back(setup) {
	const stage = oneApplication({ stored: remembering({ [APPLICATION]: entry() }), ...setup });
	await putBack(stage.context, await patientClient(stage.context), APPLICATION, seenBy(stage.context));
	return stage;
}
/** A gateway that refuses to let a status webhook go. */
const keepsHook = (request, forward) => (request.method === 'PUT' && 'call_status_hook_sid' in request.body ? refused(400, 'unknown column') : forward());

test('what was there comes back, and is forgotten', async () => {
	const { application, memory, log } = await back({ application: { call_status_hook: ours(BEFORE) } });
	expect([application.call_status_hook, memory, log]).toEqual([{ ...BEFORE, webhook_sid: 'hook-1' }, {}, []]);
});

test.each([
	[undefined, BEFORE, BEFORE], [undefined, null, null], [null, BEFORE, null],
])('the URL tells %j, the memory %j: %j', async (inUrl, inMemory, expected) => {
	const { application } = await back({ stored: remembering({ [APPLICATION]: entry({ before: inMemory }) }), application: { call_status_hook: ours(inUrl) } });
	expect(application.call_status_hook).toEqual(expected === null ? null : { ...expected, webhook_sid: 'hook-1' });
});

test('neither tells: nothing was there', async () => {
	expect((await back({ stored: {}, application: { call_status_hook: ours(undefined) } })).application.call_status_hook).toBeNull();
});

describe('a gateway that does not let go of a webhook', () => {
	test('keeps our URL, marked as resting and without retries, and the log says so', async () => {
		const { application, log, memory } = await back({ application: { call_status_hook: ours(null) }, alter: keepsHook });
		const { url, method } = application.call_status_hook;
		expect([readMark(url), method, url.includes('rc=5')]).toEqual([{ ...OWNER, application: APPLICATION, before: null, resting: true }, 'POST', false]);
		expect(log).toEqual([['warn', expect.stringMatching(/does not let the Status Webhook of the application "Sales" be empty again/), ABOUT]]);
		expect(memory).toEqual({});
	});

	test('and drops the fragment', async () => {
		const dropping = (request, forward) => {
			if (request.method === 'PUT' && request.body.call_status_hook) request.body.call_status_hook.url = withoutFragment(request.body.call_status_hook.url);
			return keepsHook(request, forward);
		};
		const { application, memory } = await back({ application: { call_status_hook: { ...ours(null), url: PRODUCTION_URL } }, alter: dropping });
		expect([application.call_status_hook.url, memory]).toEqual([PRODUCTION_URL, {}]);
	});

	test('keeps one that rests already as it is', async () => {
		const { application, log, memory, requests } = await back({ application: { call_status_hook: ours(null, true) }, alter: keepsHook });
		expect(readMark(application.call_status_hook.url).resting).toBe(true);
		expect([requests.filter(({ method }) => method === 'PUT').length, memory, log.map(([level]) => level)]).toEqual([1, {}, ['warn']]);
	});

	test('and not of ours either: it stays written down, and the log says what went wrong', async () => {
		const { log, memory } = await back({ application: { call_status_hook: ours(null) }, alter: (request, forward) => (request.method === 'PUT' ? refused(400, 'no') : forward()) });
		expect(log).toEqual([['error', expect.stringMatching(/^The Status Webhook of the application "Sales" could not be put back\..*"no"/), ABOUT]]);
		expect(Object.keys(memory)).toEqual([APPLICATION]);
	});

	test('which somebody else replaces at that moment: theirs is left alone, and ours stays written down', async () => {
		const theirs = { url: 'https://somebody.example.com/status', method: 'POST' };
		const { application, log, memory } = await back({
			application: { call_status_hook: ours(null) },
			alter: (request, forward) => {
				if (request.method !== 'PUT' || !('call_status_hook_sid' in request.body)) return forward();
				request.body = { call_status_hook: { ...theirs } };
				forward();
				return refused(400, 'unknown column');
			},
		});
		expect([application.call_status_hook, log.map(([level]) => level), Object.keys(memory)]).toEqual([theirs, ['error'], [APPLICATION]]);
	});

	test('and changes something else instead', async () => {
		const { log, memory } = await back({
			application: { call_status_hook: ours(null) },
			alter: (request, forward) => {
				if (request.method === 'PUT' && request.body.call_status_hook) request.body.call_status_hook.url = 'https://somebody.example.com/';
				return keepsHook(request, forward);
			},
		});
		expect([log.map(([level]) => level), Object.keys(memory)]).toEqual([['error'], [APPLICATION]]);
	});
});

test('a gateway that says it was done, and did nothing, is not believed', async () => {
	const { log, memory } = await back({ application: { call_status_hook: ours(BEFORE) }, alter: (request, forward) => (request.method === 'PUT' ? { statusCode: 204, headers: {}, body: '' } : forward()) });
	expect(log).toEqual([['error', expect.stringMatching(/The gateway did not change it\.$/), ABOUT]]);
	expect(Object.keys(memory)).toEqual([APPLICATION]);
});

test('a gateway that goes away in the middle leaves it written down', async () => {
	let gone = false;
	const { log, memory } = await back({
		application: { call_status_hook: ours(null) },
		alter: (request, forward) => {
			gone ||= request.method === 'PUT';
			return gone ? refused(403, 'gone') : forward();
		},
	});
	expect([log.map(([level]) => level), Object.keys(memory)]).toEqual([['error'], [APPLICATION]]);
});

test('an application that is gone has nothing to be put back', async () => {
	const { log, memory } = await back({ alter: () => refused(404, 'not found') });
	expect([log, memory]).toEqual([[], {}]);
});

test('an application that cannot be read stays written down', async () => {
	const { log, memory } = await back({ alter: () => refused(403, 'insufficient privileges') });
	expect(log).toEqual([['error', expect.stringMatching(/^The Status Webhook of an application could not be put back\..*insufficient privileges/), ABOUT]]);
	expect(Object.keys(memory)).toEqual([APPLICATION]);
});

test('somebody else\'s webhook stays; that is worth a warning only where ours was remembered', async () => {
	const application = { call_status_hook: { url: BEFORE.url, method: 'POST' } };
	const known = await back({ application });
	expect([known.application.call_status_hook, known.memory]).toEqual([application.call_status_hook, {}]);
	expect(known.log).toEqual([['warn', expect.stringMatching(/"Sales" was changed after this workflow was published/), ABOUT]]);
	expect((await back({ application, stored: {} })).log).toEqual([]);
});

test('what was never written down is not struck out', () => {
	const data = remembering({ [APPLICATION]: entry() });
	const before = data.cognigyVoiceGatewayApplications;
	forget(data, 'another');
	expect(data.cognigyVoiceGatewayApplications).toBe(before);
});

describe('a registration that does not come out as wanted says why', () => {
	const refusal = async (setup) => {
		const stage = oneApplication(setup);
		const error = await register(stage.context, PRODUCTION_URL).then(() => { throw new Error('it was registered'); }, (thrown) => thrown);
		return { message: error.message, description: error.description, stage };
	};
	const answering = (status, msg) => (request, forward) => (request.method === 'PUT' ? refused(status, msg) : forward());
	const CALL_HOOK = { url: 'https://ai.example.com/x', method: 'POST' };

	test.each([
		['400 without a calling webhook', 400, null, /It has no Calling Webhook.*\(.*"why".*\) Nothing was changed\.$/], ['400 with one', 400, CALL_HOOK, /report to this trigger\. (?!It has no).*"why".* Nothing was changed\.$/],
		['403', 403, CALL_HOOK, /report to this trigger\. The API key may read the application, but not change it\. .*"why"/], ['403 without a calling webhook', 403, null, /The API key may read the application/],
		['422', 422, null, /report to this trigger\. (?!The API key|It has no).*"why"/],
	])('%s', async (_what, status, callHook, message) => {
		expect((await refusal({ application: { call_hook: callHook }, alter: answering(status, 'why') })).message).toMatch(message);
	});

	test('nothing is known any more', async () => {
		let put = false;
		const { message } = await refusal({
			alter: (request, forward) => {
				if (put) return refused(403, 'gone');
				put = request.method === 'PUT';
				return put ? refused(403, 'why') : forward();
			},
		});
		expect(message).toMatch(/report to this trigger\. (?!The API key may read the application).*"why".* It is not known what became of its Status Webhook/);
	});

	test.each([[null, /^.*correct the webhooks of .*The Status Webhook was: none\.$/], [{ ...BEFORE, webhook_sid: 'hook-1' }, /The Status Webhook was: https:\/\/endpoint\.example\.com\/x\.$/]])(
		'and what was there before (%j) could not be put back',
		async (before, message) => {
			let puts = 0;
			const answer = await refusal({
				parameters: { replaceExistingWebhook: true },
				application: { call_status_hook: before },
				alter: (request, forward) => {
					if (request.method !== 'PUT') return forward();
					if (++puts > 1) return refused(403, 'no more');
					request.body.call_status_hook.method = 'PATCH';
					return forward();
				},
			});
			expect(answer.message).toMatch(message);
			expect(answer.message).toMatch(/The gateway said it was done, but reads back something else\./);
		},
	);

	test.each([['no webhook', null], ['a webhook', { ...BEFORE, webhook_sid: 'hook-1' }]])(
		'the gateway refuses, and somebody else has changed the webhook meanwhile: theirs stays (%s before)',
		async (_what, before) => {
			const theirs = { url: 'https://somebody.example.com/status', method: 'POST' };
			const { message, stage } = await refusal({
				parameters: { replaceExistingWebhook: true },
				application: { call_status_hook: before },
				alter: (request, forward) => {
					if (request.method !== 'PUT' || !request.body.call_status_hook) return forward();
					request.body.call_status_hook = { ...theirs };
					forward();
					return refused(403, 'why');
				},
			});
			expect([stage.application.call_status_hook, stage.requests.filter(({ method }) => method === 'PUT').length, stage.memory]).toEqual([theirs, 1, {}]);
			expect(message).toMatch(/"why".* Meanwhile somebody else has changed its webhooks, which stay as they are now\. The Status Webhook is: https:\/\/somebody\.example\.com\/status\.$/);
		},
	);

	test('the gateway refuses, and somebody else has removed the webhook meanwhile: it stays removed', async () => {
		const { message, stage } = await refusal({
			parameters: { replaceExistingWebhook: true },
			application: { call_status_hook: { ...BEFORE, webhook_sid: 'hook-1' } },
			alter: (request, forward) => {
				if (request.method !== 'PUT') return forward();
				request.body = { call_status_hook_sid: null };
				forward();
				return refused(403, 'why');
			},
		});
		expect([stage.application.call_status_hook, message]).toEqual([null, expect.stringMatching(/The Status Webhook is: none\.$/)]);
	});

	test('the gateway refuses after it has done it: what was there before is put back', async () => {
		const { message, stage } = await refusal({
			alter: (request, forward) => {
				if (request.method !== 'PUT' || !request.body.call_status_hook) return forward();
				request.body.call_status_hook.method = 'PATCH';
				forward();
				return refused(403, 'why');
			},
		});
		expect([stage.application.call_status_hook, message]).toEqual([null, expect.stringMatching(/What was there before has been put back\.$/)]);
	});

	test.each([['404', 404, new RegExp(`^There is no application ${APPLICATION} at this gateway\\.`)], ['403', 403, new RegExp(`^The application ${APPLICATION} cannot be read\\. .*why`)]])('it cannot be read: %s', async (_what, status, message) => {
		const answer = await refusal({ alter: () => refused(status, 'why') });
		expect([answer.message, answer.description]).toEqual([expect.stringMatching(message), expect.stringMatching(/^Nothing was changed\. Check the application/)]);
	});

	test('another trigger is there: how it is cleared when that one is gone', async () => {
		const { message, description } = await refusal({ application: { call_status_hook: { url: markUrl(PRODUCTION_URL, { ...OWNER, workflow: 'workflow-2', application: APPLICATION, before: null, resting: false }), method: 'POST' } } });
		expect([message, description]).toEqual([expect.stringMatching(/another Voice Gateway Trigger: the trigger of workflow workflow-2 of this n8n/), expect.stringMatching(/^If that trigger no longer exists, clear the Status Webhook/)]);
	});
});
