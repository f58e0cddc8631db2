'use strict';

const { compiled } = require('./compiled');
const { NODE, strict } = require('./strictContext');

const { calleeOf, CallPreparer } = compiled('dialling/prepare.js');

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const FIELDS = {
	from: '+12025550100', toType: 'phone', toNumber: '+12025550200', carrier: '', toSipUri: '', sipUsername: '', sipPassword: '', toUser: '', application: APPLICATION, options: {},
};

/** What becomes of an item whose fields are these; all of them by expression, so that null is possible. */
async function prepare(fields, numbers = []) {
	const context = strict({
		getNode: () => ({ ...NODE, parameters: Object.fromEntries(Object.keys(FIELDS).map((name) => [name, '={{ 1 }}'])) }),
		getNodeParameter: (name) => ({ ...FIELDS, ...fields })[name],
	});
	const client = { account: {}, attempt: async () => ({ answer: { status: 200, headers: {}, body: numbers } }), send: async () => ({ answer: { status: 200, headers: {}, body: numbers } }) };
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
