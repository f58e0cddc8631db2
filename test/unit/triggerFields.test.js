'use strict';

const { compiled } = require('./compiled');

const { triggerFields } = compiled('events/triggerFields.js');

/** A field, and all fields inside it. */
const walk = (field) => [field, ...(field.options ?? []).filter((option) => typeof option === 'object').flatMap(walk), ...(field.values ?? []).flatMap(walk)];
const everything = triggerFields.flatMap(walk);

/** What a saved workflow holds of a field, and when the editor shows it: a change here would break workflows that exist. */
const contract = ({ name, type, default: standard, displayOptions, required, typeOptions, options, values }) => ({
	name,
	...(type === undefined ? {} : { type, default: standard }),
	...(displayOptions === undefined ? {} : { show: displayOptions.show }),
	...(required === undefined ? {} : { required }),
	...(typeOptions === undefined ? {} : { typeOptions }),
	...(['options', 'multiOptions'].includes(type) ? { values: options.map(({ value }) => value) } : { inside: [...(options ?? []), ...(values ?? [])].map(({ name: inner }) => inner) }),
});

test('what workflows hold of the trigger\'s own fields', () => {
	expect(everything.filter(({ type }) => type !== undefined && type !== 'resourceLocator').filter(({ name }) => name !== 'direction').map(contract)).toEqual([
		{ name: 'calls', type: 'options', default: 'workflow', values: ['application', 'workflow'] },
		{ name: 'replaceExistingWebhook', type: 'boolean', default: false, show: { calls: ['application'] }, inside: [] },
		{ name: 'applicationTestNotice', type: 'notice', default: '', show: { calls: ['application'] }, inside: [] },
		{ name: 'listenFor', type: 'options', default: 'final', values: ['status', 'all', 'final', 'selected'] },
		{
			name: 'events', type: 'multiOptions', default: ['completed', 'busy', 'no-answer', 'failed'], show: { listenFor: ['selected'] }, required: true,
			values: ['amd', 'busy', 'completed', 'early-media', 'failed', 'in-progress', 'no-answer', 'ringing', 'trying'],
		},
		{ name: 'verification', type: 'options', default: 'signature', values: ['none', 'token', 'signature'] },
		{ name: 'noVerificationNotice', type: 'notice', default: '', show: { verification: ['none'] }, inside: [] },
		{ name: 'token', type: 'string', default: '', show: { verification: ['token'] }, required: true, typeOptions: { password: true }, inside: [] },
		{ name: 'filters', type: 'collection', default: {}, inside: ['application', 'direction', 'metadata'] },
		{ name: 'metadata', type: 'fixedCollection', default: {}, typeOptions: { multipleValues: true }, inside: ['pairs'] },
		{ name: 'key', type: 'string', default: '', inside: [] },
		{ name: 'value', type: 'string', default: '', inside: [] },
		{ name: 'options', type: 'collection', default: {}, inside: ['includeRaw'] },
		{ name: 'includeRaw', type: 'boolean', default: true, inside: [] },
	]);
});

test('the application: the trigger\'s own in one mode, a filter in the other', () => {
	const [own, filter] = everything.filter(({ name }) => name === 'application');
	expect(own).toMatchObject({ type: 'resourceLocator', displayOptions: { show: { calls: ['application'] } } });
	expect(filter).toMatchObject({ type: 'resourceLocator', displayOptions: { show: { '/calls': ['workflow'] } } });
	expect([own.required, filter.required]).toEqual([true, false]);
});

test('every title, choice and explanation says something', () => {
	for (const { displayName, name, description, placeholder, value } of everything) {
		for (const text of [displayName, name, description, placeholder, value]) if (text !== undefined) expect([name, text]).toEqual([name, expect.stringMatching(/\S/)]);
		expect([name, displayName ?? name]).toEqual([name, expect.stringMatching(/^\S/)]);
		// A choice without an explanation leaves its reader alone; a title alone is enough for what is called Value or Filters.
		if (value !== undefined) expect([name, description]).toEqual([name, expect.stringMatching(/\S/)]);
	}
});
