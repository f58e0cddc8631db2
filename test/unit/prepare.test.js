'use strict';

const { NodeOperationError } = require('n8n-workflow');

const { compiled } = require('./compiled');
const { NODE, strict } = require('./strictContext');

const { calleeOf, CallPreparer } = compiled('dialling/prepare.js');
const { GatewayProblemError } = compiled('gateway/client.js');
const { ASSIGNED_APPLICATION } = compiled('pickers/applications.js');

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const FIELDS = {
	from: '+12025550100', toType: 'phone', toNumber: '+12025550200', carrier: '', toSipUri: '', sipUsername: '', sipPassword: '', toUser: '', application: APPLICATION, options: {},
};

/** What becomes of an item whose fields are these; all of them by expression, so that null is possible. */
async function prepare(fields, numbers = []) {
	const context = strict({
		getNode: () => ({ ...NODE, parameters: Object.fromEntries(Object.keys(FIELDS).map((name) => [name, '={{ 1 }}'])) }),
		getNodeParameter(name) {
			const value = { ...FIELDS, ...fields }[name];
			if (value instanceof Error) throw value;
			return value;
		},
	});
	const client = { account: { accountSid: 'account-1' }, list: async () => numbers, error: (problem, itemIndex) => ({ problem, itemIndex }) };
	return await new CallPreparer(context, client, () => undefined).prepare(3);
}

test.each(['carrier', 'sipUsername', 'sipPassword'])('an expression that gives null for %s is an empty field', async (name) => {
	const to = name === 'carrier' ? {} : { toType: 'sip', toSipUri: 'sip:bob@example.com' };
	expect(await prepare({ ...to, [name]: null })).toEqual(await prepare(to));
});

test('an expression that gives null for the application leaves it empty', async () => {
	const { error } = await prepare({ application: null });
	expect([error.message, error.description, error.context.itemIndex]).toEqual([
		'Application is empty. Choose one from the list. [item 3]',
		'Nothing was dialled for this item. Correct the field, or the data that it takes its value from.',
		3,
	]);
});

test('a refused application ID is shown in its beginning only', async () => {
	const { error } = await prepare({ application: 'x'.repeat(200) });
	expect(error.message).toContain(`"${'x'.repeat(80)}"`);
});

test('an application ID is taken in any case, with blanks around it', async () => {
	expect((await prepare({ application: ` ${APPLICATION.toUpperCase()} ` })).request.application_sid).toBe(APPLICATION);
});

test.each([
	[{ type: 'phone', number: '+1' }, '+1'], [{ type: 'sip', sipUri: 'sip:a@b' }, 'sip:a@b'], [{ type: 'user', name: 'alice' }, 'alice'],
])('%j is called %s', (to, callee) => expect(calleeOf({ to })).toBe(callee));

describe('the application that is assigned to the caller', () => {
	const assigned = async (from, ...numbers) => await prepare({ from, application: ASSIGNED_APPLICATION }, numbers);
	const number = (given, sid = APPLICATION) => ({ number: given, application_sid: sid, account_sid: 'account-1' });

	test.each([['+12025550100', '12025550100'], ['+12025550100', '+12025550100'], ['12025550100', '+12025550100'], ['12025550100', '12025550100']])('a caller %s is the account\'s %s', async (from, given) => {
		expect((await assigned(from, number('12025550199', 'another'), number(given))).request.application_sid).toBe(APPLICATION);
	});

	test('a caller without one, or that is none of the account\'s, is refused', async () => {
		expect((await assigned('+12025550100', number('12025550100', null))).error.message).toMatch(/^Application: no application is assigned to \+12025550100\./);
		expect((await assigned('+12025550100', number('12025550101'))).error.message).toMatch(/^Application: "\+12025550100" is not among the Phone Numbers/);
	});
});

describe('an item that cannot be prepared', () => {
	test('because of the gateway: the gateway\'s problem, and that nothing was dialled', async () => {
		const { error } = await prepare({ from: new GatewayProblemError({ message: 'Not allowed.', description: 'Check the key.', code: '403', effect: 'no' }) });
		expect(error).toEqual({ itemIndex: 3, problem: { message: 'Not allowed. [item 3]', description: 'Nothing was dialled for this item. Check the key.', code: '403', effect: 'no' } });
	});

	test.each([
		['of n8n, with its own advice', new NodeOperationError(NODE, 'no such node', { description: 'Rename it.' }), 'Rename it.'],
		['of an expression, without one', new Error('x is not defined'), 'Check the expressions of this node.'],
	])('because of an error %s', async (_what, thrown, advice) => {
		const { error } = await prepare({ from: thrown });
		expect(error).toMatchObject({ message: `${thrown.message} [item 3]`, description: `Nothing was dialled for this item. ${advice}`, context: { itemIndex: 3 } });
	});
});
