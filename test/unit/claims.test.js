'use strict';

const { compiled } = require('./compiled');

const { claimOf } = compiled('events/application/claims.js');
const { markUrl } = compiled('events/application/hookMark.js');

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const ANOTHER = 'a9900000-0000-4000-8000-000000000002';
const ID = '11111111-1111-4111-8111-11111111111a';
const PATH = `https://n8n.example.com/webhook/${ID}/call-status`;
const OWNER = { instance: 'abcdef012345', workflow: 'w1', node: 'n1' };
const BEFORE = { url: 'https://endpoint.example.com/x', method: 'GET' };

const sibling = (parameters) => ({ id: 'n2', name: 'Other trigger', type: 't', parameters });

/** Whose a webhook with this mark is, in the eyes of the owner. */
const claim = (mark, seen = {}) => claimOf({ url: markUrl(PATH, { ...OWNER, application: APPLICATION, before: BEFORE, resting: false, ...mark }), method: 'POST' }, APPLICATION, { owner: OWNER, webhookId: ID, triggers: [], ...seen });

test('no webhook is nobody\'s', () => expect(claimOf(null, APPLICATION, { owner: OWNER })).toEqual({ by: 'nobody' }));

describe('without a mark', () => {
	const of = (url, webhookId) => claimOf({ url, method: 'POST' }, APPLICATION, { owner: OWNER, webhookId });

	test('the path tells, on any host', () => {
		expect(of(PATH, ID)).toEqual({ by: 'us', before: undefined });
		expect(of(`http://10.0.0.1:5678/webhook/${ID}/call-status?token=x`, ID.toUpperCase())).toEqual({ by: 'us', before: undefined });
		expect(of(PATH, undefined)).toEqual({ by: 'trigger', who: PATH });
		expect(of(PATH, 'another')).toEqual({ by: 'trigger', who: PATH });
	});

	test('any other address is somebody else\'s', () => {
		const hook = { url: 'https://endpoint.example.com/x', method: 'POST' };
		expect(claimOf(hook, APPLICATION, { owner: OWNER, webhookId: ID })).toEqual({ by: 'other', hook });
	});
});

describe('a mark', () => {
	test('of this trigger is ours, and what was there before counts for the same application only', () => {
		expect(claim({})).toEqual({ by: 'us', before: BEFORE });
		expect(claim({ resting: true })).toEqual({ by: 'us', before: BEFORE });
		expect(claim({ application: ANOTHER })).toEqual({ by: 'us', before: undefined });
	});

	test.each([[{ node: 'n2' }], [{ workflow: 'w2' }], [{ instance: 'fedcba543210' }]])('of another trigger that rests (%j) is nobody\'s', (mark) => {
		expect(claim({ ...mark, resting: true })).toEqual({ by: 'nobody' });
	});

	test.each([
		[{ workflow: 'w2' }, 'the trigger of workflow w2 of this n8n'], [{ workflow: 'w2', node: 'n2' }, 'the trigger of workflow w2 of this n8n'],
		[{ instance: 'fedcba543210' }, 'the trigger of workflow w1 of another n8n'],
	])('of another workflow or n8n (%j) is that trigger\'s', (mark, who) => {
		expect(claim(mark)).toEqual({ by: 'trigger', who: `${who}, at ${PATH}` });
	});

	test.each([
		['still listens to this application', [sibling({ calls: 'application', application: APPLICATION })]],
		['listens to one that an expression names', [sibling({ calls: 'application', application: '={{ $vars.app }}' })]],
	])('of another trigger of the workflow that %s is that one\'s, by name', (_what, triggers) => {
		expect(claim({ node: 'n2' }, { triggers })).toEqual({ by: 'trigger', who: `the trigger "Other trigger" of this workflow, at ${PATH}` });
	});

	test('of another trigger of the workflow whose nodes cannot be seen is that one\'s, by its ID', () => {
		expect(claim({ node: 'n2' }, { triggers: undefined })).toEqual({ by: 'trigger', who: `the trigger "n2" of this workflow, at ${PATH}` });
	});

	test.each([
		['was deleted', [{ ...sibling({ calls: 'application', application: APPLICATION }), id: 'n3' }]],
		['listens to another application', [sibling({ calls: 'application', application: ANOTHER })]],
		['listens to its workflow', [sibling({ calls: 'workflow', application: APPLICATION })]],
	])('of another trigger of the workflow that %s was left behind, and is ours', (_what, triggers) => {
		expect(claim({ node: 'n2' }, { triggers })).toEqual({ by: 'us', before: BEFORE });
	});
});
