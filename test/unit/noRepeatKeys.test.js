'use strict';

const { compiled } = require('./compiled');
const { store } = require('./processedStore');
const { NODE, strict } = require('./strictContext');

const { NoRepeat } = compiled('dialling/noRepeat.js');

const OTHER_NODE = { ...NODE, id: 'other-node' };
let workflows = 0;
beforeEach(() => workflows++);

/** "Do Not Call Again" of a node in the test's own workflow. */
function guard(stored, options = {}, { number = '+12025550200', node = NODE, code = NoRepeat } = {}) {
	const context = strict({ getNode: () => node, getWorkflow: () => ({ id: `keys-${workflows}` }), helpers: stored.helpers(node), instanceSettings: { instanceType: 'main' } });
	return code.from(context, options, number);
}

async function placed(sid, ...how) {
	(await guard(...how).record()).sid(sid);
}
const repeats = async (...how) => (await guard(...how).record()).duplicateOf();

test('each node names its own call of a number, and all nodes of a workflow the workflow\'s', async () => {
	const stored = store();
	await placed('of node', stored, { scope: 'node' });
	await placed('of other node', stored, { scope: 'node' }, { node: OTHER_NODE });
	await placed('of workflow', stored, { scope: 'workflow' });
	expect(await repeats(stored, { scope: 'node' })).toBe('of node');
	expect(await repeats(stored, { scope: 'node' }, { node: OTHER_NODE })).toBe('of other node');
	for (const node of [NODE, OTHER_NODE]) expect(await repeats(stored, { scope: 'workflow' }, { node })).toBe('of workflow');
});

test('without a scope, a node minds its own calls only', async () => {
	const stored = store();
	await placed('of node', stored);
	expect(await guard(stored, {}, { node: OTHER_NODE }).record()).toHaveProperty('takeBack');
	expect(await repeats(stored, { scope: 'node' })).toBe('of node');
});

test.each([[null], [undefined], ['  ']])('the key %p is none: the number counts', async (key) => {
	const stored = store();
	await placed('first', stored, { key }, { number: '+1' });
	expect(await repeats(stored, { key: '+1' }, { number: '+2' })).toBe('first');
	expect(await guard(stored, { key }, { number: '+2' }).record()).toHaveProperty('takeBack');
});

test('a year and a day is the longest period', async () => {
	expect(await guard(store(), { period: 8784 }).record()).toHaveProperty('takeBack');
	expect(() => guard(store(), { period: 8784.1 })).toThrow(expect.objectContaining({ field: 'Do Not Call Again' }));
});

test('the end of a call that was taken back does not end the next one of the same number', async () => {
	const stored = store();
	const first = await guard(stored).record();
	await first.takeBack();
	const second = await guard(stored).record();
	first.keep();
	const third = guard(stored).record();
	await second.takeBack();
	expect(await third).toHaveProperty('takeBack');
});

test('a call that was taken back here, and that another process has recorded since, is a duplicate', async () => {
	const stored = store();
	await (await guard(stored).record()).takeBack();
	let code;
	jest.isolateModules(() => (code = compiled('dialling/noRepeat.js').NoRepeat));
	await placed('there', stored, {}, { code });
	expect(await repeats(stored)).toBeNull();
});
