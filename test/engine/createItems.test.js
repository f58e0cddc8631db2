'use strict';

const { startGateway } = require('../gateway');
const { APPLICATION, call, locator, phones } = require('./calls');
const { startServer, closeServers } = require('./servers');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const numbers = (count) => Array.from({ length: count }, (_, index) => `+120255502${String(index).padStart(2, '0')}`);

describe('several items', () => {
	test('come out in the order they came in, although the first is answered last', async () => {
		const answered = [];
		let first;
		const server = await startServer(({ text }, response) => {
			const { number } = JSON.parse(text).to;
			const answer = () => {
				answered.push(number);
				response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ sid: `sid-of-${number.slice(1)}`, callid: 'c' }));
			};
			if (number === numbers(1)[0] && answered.length < 7) first = answer;
			else answer();
			if (answered.length === 7) first?.();
		});
		const { outputs, items } = await call(gateway, { credential: { baseUrl: server.url }, items: phones(...numbers(8)) });
		expect(answered.at(-1)).toBe(numbers(1)[0]);
		expect(outputs[0]).toMatchObject(numbers(8).map((number, id) => ({ id, to: number, sid: `sid-of-${number.slice(1)}` })));
		expect(items[0].map(({ pairedItem }) => pairedItem)).toEqual(numbers(8).map((_, item) => ({ item })));
	});

	test('keep their other fields and their binary data, and the items of the node before stay as they were', async () => {
		const binary = { recording: { data: 'AAAA', mimeType: 'audio/wav', fileName: 'a.wav' } };
		const input = [
			{ json: { phone: '+12025550200', name: 'Ann', nested: { list: [1, { a: null }] }, empty: '', no: false } },
			{ json: { phone: '+12025550201', sid: 'mine', tag: 'mine' }, binary },
		];
		const before = structuredClone(input);
		const { items, data } = await call(gateway, { items: input });
		expect(items[0][0].json).toMatchObject(before[0].json);
		expect(items[0][0]).not.toHaveProperty('binary');
		expect(items[0][1].binary).toEqual(binary);
		expect(items[0][1].json.sid).toBe(gateway.placed.find(({ number }) => number.endsWith('0201')).sid);
		expect(data.resultData.runData.Source[0].data.main[0].map(({ json }) => json)).toEqual(before.map(({ json }) => json));
	});

	test('have each their own fields: callee, carrier, application and options', async () => {
		const items = [
			{ json: { phone: '+12025550200', carrier: 'Northline Telecom', app: APPLICATION, ring: 10 } },
			{ json: { phone: '+12025550201', carrier: 'Harbour Voice', app: 'a9900000-0000-4000-8000-000000000003', ring: 20 } },
		];
		const parameters = {
			carrier: locator('={{ $json.carrier }}', 'name'),
			application: locator('={{ $json.app }}', 'id'),
			options: { timeout: '={{ $json.ring }}', callerName: '={{ "Ring " + $json.ring }}' },
		};
		await call(gateway, { items, parameters });
		const bodies = gateway.placed.map(({ body }) => body).sort((a, b) => a.timeout - b.timeout);
		expect(bodies).toMatchObject([
			{ to: { number: '+12025550200', trunk: 'Northline Telecom' }, application_sid: APPLICATION, timeout: 10, callerName: 'Ring 10' },
			{ to: { number: '+12025550201', trunk: 'Harbour Voice' }, application_sid: 'a9900000-0000-4000-8000-000000000003', timeout: 20, callerName: 'Ring 20' },
		]);
	});

	test('no item at all places no call', async () => {
		const { status } = await call(gateway, { items: [] });
		expect(status).toBe('success');
		expect(gateway.placed).toEqual([]);
	});
});

describe('calls in parallel', () => {
	/** A gateway that answers once as many requests wait as it is told to expect, and counts how many waited at most. */
	async function crowded(together, total) {
		let waiting = [];
		let most = 0;
		let answered = 0;
		const server = await startServer((_request, response) => {
			waiting.push(response);
			most = Math.max(most, waiting.length);
			if (waiting.length < Math.min(together, total - answered)) return;
			// A moment for one more than allowed to show up.
			setTimeout(() => {
				for (const held of waiting.splice(0)) {
					answered++;
					held.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ sid: `sid-${answered}`, callid: 'c' }));
				}
			}, 15);
		});
		return { server, most: () => most };
	}

	test.each([
		['5 unless told otherwise', undefined, 12, 5],
		['1', 1, 4, 1],
		['3', 3, 7, 3],
		['more than there are items', 50, 4, 4],
		['a number from an expression, as text', '={{ "2" }}', 5, 2],
		['a fraction is cut', '={{ 2.9 }}', 4, 2],
	])('%s', async (_what, callsInParallel, total, expected) => {
		const { server, most } = await crowded(expected, total);
		const { status, outputs } = await call(gateway, {
			credential: { baseUrl: server.url },
			items: phones(...numbers(total)),
			parameters: { options: callsInParallel === undefined ? {} : { callsInParallel } },
		});
		expect(status).toBe('success');
		expect(outputs[0]).toHaveLength(total);
		expect(most()).toBe(expected);
	});
});

describe('all items are checked before the first phone rings', () => {
	test.each([
		['a number', { phone: '12345' }, {}, /no country code.*\[item 2\]/],
		['a time', { phone: '+12025550203', ring: 'soon' }, {}, /^Ring Timeout: "soon".*\[item 2\]/],
		['metadata', { phone: '+12025550203', meta: '{' }, {}, /^Metadata \(JSON\).*\[item 2\]/],
		['a URL', { phone: '+12025550203', url: 'nonsense' }, { statusUpdates: 'url', statusUrl: '={{ $json.url || "https://n8n.example.com/x" }}' }, /^Status URL.*\[item 2\]/],
		['an application', { phone: '+12025550203', app: 'x' }, { application: locator(`={{ $json.app || "${APPLICATION}" }}`, 'id') }, /^Application: "x".*\[item 2\]/],
	])('the third has a wrong %s', async (_what, wrong, parameters, message) => {
		const items = [...phones('+12025550200', '+12025550201'), { json: wrong }, ...phones('+12025550202')];
		const options = { timeout: '={{ $json.ring || 30 }}', metadataJson: '={{ $json.meta || "{}" }}' };
		const { status, error } = await call(gateway, { items, parameters: { options, ...parameters } });
		expect(status).toBe('error');
		expect(error.message).toMatch(message);
		expect(error.context.itemIndex).toBe(2);
		expect(error.description).toMatch(/Nothing was dialled/);
		expect(gateway.requests).toEqual([]);
	});

	test('a broken expression names its item too, and nothing rings', async () => {
		const { status, error } = await call(gateway, { items: phones('+12025550200', '+12025550201'), parameters: { toNumber: '={{ $("No such node").item.json.x }}' } });
		expect(status).toBe('error');
		expect(error.context.itemIndex ?? 0).toBe(0);
		expect(gateway.requests).toEqual([]);
	});
});

describe('as the tool of an agent', () => {
	test('one item with a toolCallId and plain parameters places one call', async () => {
		const { outputs, hints } = await call(gateway, {
			items: [{ json: { toolCallId: 'call_1' } }],
			parameters: { toNumber: '+12025550200', options: { metadataJson: '{"reason":"appointment"}' } },
		});
		expect(outputs[0]).toMatchObject([{ toolCallId: 'call_1', sid: gateway.placed[0].sid, outcome: null, tag: { reason: 'appointment' } }]);
		expect(gateway.rang('+12025550200')).toBe(1);
		expect(hints).toEqual([]);
	});
});

test('a canceled execution dials no further', async () => {
	const stop = new AbortController();
	gateway.once('placed', () => stop.abort());
	await call(gateway, { items: phones(...numbers(20)), parameters: { options: { callsInParallel: 1 } }, signal: stop.signal });
	expect(gateway.placed.length).toBeLessThan(20);
	expect(gateway.placed.length).toBeGreaterThan(0);
});
