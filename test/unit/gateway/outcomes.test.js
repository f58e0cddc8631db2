'use strict';

const fs = require('fs');
const path = require('path');
const { outcomes, outcomeFor, defaultOutcome } = require('../../gateway/outcomes');
const { outcomesTable, faultsTable, marked } = require('../../gateway/readme-tables');
const { setUp, waitFor, ACCOUNT } = require('./helpers');

let env;
beforeEach(async () => {
	env = await setUp({ timeScale: 0.003 });
});
afterEach(() => env.close());

const statuses = (list) => list.map((g) => g.body.call_status);
const amdTypes = (list) => list.filter((g) => g.url === '/amd').map((g) => g.body.type);

const END = { answered: ['completed', 200], 486: ['busy', 486], 603: ['busy', 603], 487: ['no-answer', 487] };

/** What the table promises, in the words of an event. */
function promised(outcome) {
	const steps = ['trying', ...outcome.provisional.map((p) => (p.status === 183 ? 'early-media' : 'ringing'))];
	if (outcome.answer !== undefined) return { steps: [...steps, 'in-progress', 'completed'], end: END.answered };
	const end = outcome.final ? END[outcome.final[0]] || ['failed', outcome.final[0]] : END[487];
	return { steps: [...steps, end[0]], end };
}

const callable = Object.entries({ ...outcomes, 555: defaultOutcome }).filter(([, o]) => !o.unsendable);

test.each(callable)('number ...%s', async (digits, outcome) => {
	const number = `+15089084${digits}`;
	await env.create(number, { timeout: 25 });
	await env.gateway.idle();
	const { steps, end } = promised(outcome);
	const mine = env.receiver.got.filter((g) => !g.body.parent_call_sid);
	expect(statuses(mine)).toEqual(outcome.silent ? [] : steps);
	expect(env.gateway.placed[0]).toMatchObject({
		number,
		scenario: outcome.name,
		final_status: end[0],
		final_sip_status: end[1],
	});
	expect(env.gateway.rang(number)).toBe(1);
	const {
		data: [row],
	} = await (await env.api('GET', `/RecentCalls?page=1&count=1&filter=084${digits}`)).json();
	expect(row).toMatchObject({ to: number.slice(1), answered: outcome.answer !== undefined, sip_status: end[1] });
	if (outcome.silent || outcome.answer === undefined) return;
	expect(mine.at(-1).body).toMatchObject({ duration: outcome.talk, call_termination_by: outcome.endedBy });
});

test('number ...999 cannot be sent: 500 and nobody is called', async () => {
	const answer = await env.create('+15089084999');
	expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
	expect(env.gateway.placed).toEqual([]);
	expect(env.gateway.rang('+15089084999')).toBe(0);
});

test('the last three digits count, whatever is around them', () => {
	expect(outcomeFor('+49 30 23125-486').name).toBe('sip-486');
	expect(outcomeFor('sip:5554404@example.test').name).toBe('sip-404');
	expect(outcomeFor('alice@example.test')).toBe(defaultOutcome);
});

test.each([
	['291', ['amd_machine_detected', 'amd_tone_detected', 'amd_machine_stopped_speaking', 'amd_stopped']],
	['292', ['amd_human_detected', 'amd_stopped']],
	['293', ['amd_machine_detected', 'amd_machine_stopped_speaking', 'amd_stopped']],
	['294', ['amd_no_speech_detected', 'amd_stopped']],
	['295', ['amd_decision_timeout', 'amd_stopped']],
	['296', ['amd_error', 'amd_stopped']],
	['200', ['amd_human_detected', 'amd_stopped']],
])('detection on ...%s', async (digits, types) => {
	await env.create(`+15089084${digits}`, { amd: { actionHook: { url: `${env.receiver.url}/amd` } } });
	await env.gateway.idle();
	expect(amdTypes(env.receiver.got)).toEqual(types);
});

test('there is no detection unless the create body asks for it', async () => {
	await env.create('+15089084291');
	await env.gateway.idle();
	expect(amdTypes(env.receiver.got)).toEqual([]);
});

test('detection timers of the body are obeyed', async () => {
	await env.create('+15089084294', {
		amd: { actionHook: `${env.receiver.url}/amd`, timers: { noSpeechTimeoutMs: 9000 } },
	});
	await env.gateway.idle();
	expect(amdTypes(env.receiver.got)).toEqual([]);
});

test('a transferred call has a child leg whose end is not the end of the call', async () => {
	const happened = [];
	env.gateway.on('event', (body) => happened.push(body));
	await env.create('+15089084240', { tag: { only: 'the parent' } });
	await env.gateway.idle();
	const parent = env.gateway.placed[0];
	const child = env.receiver.got.filter((g) => g.body.parent_call_sid === parent.sid);
	expect(statuses(child)).toEqual(['trying', 'ringing', 'in-progress', 'completed']);
	expect(new Set(child.map((g) => g.body.call_sid)).size).toBe(1);
	expect(child[0].body.call_sid).not.toBe(parent.sid);
	expect(child[0].body).not.toHaveProperty('customerData');
	// The webhooks of two calls may overtake each other; those of one do not.
	expect(happened.at(-1)).toMatchObject({ call_sid: parent.sid, call_status: 'completed', duration: 6 });
	expect(env.receiver.got.filter((g) => g.body.call_sid === parent.sid).at(-1).body).toEqual(happened.at(-1));
});

test('timeLimit ends a call, timeout ends the ringing', async () => {
	await env.create('+15089084220', { timeLimit: 30 });
	await env.create('+15089084210', { timeout: 3 });
	await env.gateway.idle();
	const last = (i) => env.receiver.got.filter((g) => g.body.call_sid === env.gateway.placed[i].sid).at(-1).body;
	expect(last(0)).toMatchObject({ call_status: 'completed', duration: 30, call_termination_by: 'jambonz' });
	expect(last(1)).toMatchObject({ call_status: 'no-answer', sip_status: 487 });
});

test('X-Fake-Remote-Bye lets the far end hang up after so many seconds', async () => {
	await env.create('+15089084220', { headers: { 'X-Fake-Remote-Bye': '2' } });
	await env.gateway.idle();
	expect(env.receiver.got.at(-1).body).toMatchObject({
		call_status: 'completed',
		duration: 2,
		call_termination_by: 'caller',
	});
});

test('over the session limit: 201, then failed with 503', async () => {
	env.gateway.world.session_limits[ACCOUNT] = 1;
	env.gateway.clock.stop();
	await env.create('+15089084220');
	expect((await env.create('+15089084200')).status).toBe(201);
	env.gateway.clock.go();
	await waitFor(env.gateway, 'ended', () => env.gateway.placed[1].final_status);
	expect(env.gateway.placed[1]).toMatchObject({
		scenario: 'over-session-limit',
		final_status: 'failed',
		final_sip_status: 503,
	});
});

test('the README shows the tables as they are', () => {
	const readme = fs.readFileSync(path.join(__dirname, '..', '..', 'gateway', 'README.md'), 'utf8');
	expect(marked(readme, 'outcomes')).toBe(outcomesTable());
	expect(marked(readme, 'faults')).toBe(faultsTable());
});
