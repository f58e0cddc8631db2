'use strict';

const { compiled } = require('./compiled');
const { ItemFields } = compiled('dialling/itemFields.js');

/** A node with these raw fields over these items; n8n's own reading is counted, and says what was asked for. */
function over(parameters, items) {
	const reads = [];
	const context = {
		getNode: () => ({ parameters }),
		getInputData: () => items.map((json) => ({ json })),
		getNodeParameter(name, itemIndex, fallback, options) {
			reads.push(name);
			return { name, itemIndex, fallback, ...options };
		},
	};
	return { fields: new ItemFields(context), reads };
}

test.each([
	['={{ $json.phone }}', { phone: '+1' }, '+1'],
	['={{$json.phone}}', { phone: 41 }, 41],
	['={{ $json.contact.phone_2 }}', { contact: { phone_2: '' } }, ''],
])('%s is taken from the item', (raw, item, value) => {
	const { fields, reads } = over({ to: raw }, [{}, item]);
	expect(fields.get('to', 1)).toBe(value);
	expect(reads).toEqual([]);
});

test.each([
	['={{ $json.phone }}', {}], ['={{ $json.phone }}', { phone: null }], ['={{ $json.phone }}', { phone: ['+1'] }], ['={{ $json.phone }}', { phone: true }],
	['={{ $json.a.b }}', { a: null }], ['={{ $json.toString }}', {}], ['={{ $json.__proto__ }}', {}], ['={{ $json.phone.length }}', { phone: '+1' }],
	['={{ $json["phone"] }}', { phone: '+1' }], ['=+{{ $json.phone }}', { phone: '1' }], ['={{ $json.phone.trim() }}', { phone: '+1' }], ['={{ $json.a }}{{ $json.b }}', { a: '1', b: '2' }], ['=={{ $json.phone }}', { phone: '+1' }],
])('%s of %j is left to n8n', (raw, item) => {
	const { fields, reads } = over({ to: raw }, [item, item]);
	expect(fields.get('to', 0)).toMatchObject({ name: 'to', itemIndex: 0 });
	expect(fields.get('to', 1)).toMatchObject({ itemIndex: 1 });
	expect(reads).toEqual(['to', 'to']);
});

test.each([['text'], [''], [undefined], [7], [{ mode: 'list', value: '+1' }], [{ tags: { pairs: [{ key: 'a', value: 'b=c' }] } }]])('%j is the same for all items, and read once', (raw) => {
	const { fields, reads } = over({ field: raw }, [{}, {}]);
	expect(fields.get('field', 0, true)).toEqual({ name: 'field', itemIndex: 0, fallback: '', extractValue: true });
	expect(fields.get('field', 1, true)).toMatchObject({ itemIndex: 0 });
	expect(reads).toEqual(['field']);
});

test.each([[{ mode: 'id', value: '={{ $json.from }}' }], [{ tags: { pairs: [{ key: 'a', value: '={{ $json.b }}' }] } }], ['=plain']])('%j holds an expression, and is read for each item', (raw) => {
	const { fields, reads } = over({ field: raw }, [{}, {}]);
	fields.get('field', 0);
	expect(fields.get('field', 1)).toMatchObject({ itemIndex: 1 });
	expect(reads).toEqual(['field', 'field']);
});

test('a field without a list to choose from is read as it is, also where no item is there', () => {
	const { fields } = over({ field: '={{ $json.a }}' }, []);
	expect(fields.get('field', 0)).toEqual({ name: 'field', itemIndex: 0, fallback: '' });
});
