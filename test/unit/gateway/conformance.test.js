'use strict';

const { startGateway } = require('../../gateway');
const { loadRecords, send, Stage } = require('./replay');
const { shape } = require('./helpers');

const SID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** @type {import('../../gateway').Gateway} */
let gateway;
let stage;

beforeAll(async () => {
	gateway = await startGateway({ world: 'recordings', timeScale: 0.01 });
	stage = new Stage(gateway);
});

afterAll(() => gateway.close());

/** The documented `callid` comes on top of what the platform answered. */
function ours(record, body) {
	const json = JSON.parse(body);
	if (record.status === 201 && record.path.includes('/Calls')) delete json.callid;
	return json;
}

const isCallList = (record) => /\/Calls\/?(\?.*)?$/i.test(record.path) && record.body.startsWith('[');
const fieldsOf = (row) => JSON.stringify(Object.entries(shape(row)).sort());
const recordedCallShapes = new Set(
	loadRecords()
		.filter(isCallList)
		.flatMap((r) => JSON.parse(r.body).map(fieldsOf)),
);

/** What the lists of calls show: one call of each kind that was there when they were recorded; all others are over by then. */
async function callsToList() {
	gateway.clock.advance(3_600_000 * gateway.timeScale);
	for (const state of ['ringing', 'answered', 'busy', 'ended']) await stage.call(state);
}

/** A list of calls: not the same calls, but none of a shape that was never seen, and empty only if theirs is. */
function compareCallLists(mine, theirs) {
	expect(mine.length === 0).toBe(theirs.length === 0);
	for (const row of mine) expect([...recordedCallShapes]).toContain(fieldsOf(row));
}

describe.each(loadRecords().map((record) => [`${record.file}: ${record.label}`, record]))('%s', (name, record) => {
	test('is answered as recorded', async () => {
		if (isCallList(record)) await callsToList();
		const answer = await send(gateway, stage, record);
		expect(answer.status).toBe(record.status);
		for (const header of ['content-type', 'ratelimit-policy', 'ratelimit-limit', 'www-authenticate']) {
			expect([header, answer.headers[header]]).toEqual([header, record.headers[header]]);
		}
		expect(answer.headers['ratelimit-remaining']).toMatch(/^\d+$/);
		const isJson = /json/.test(record.headers['content-type'] || '');
		if (!isJson || record.status >= 400 || record.body === '') {
			const normalised = (text) =>
				text.replace(SID, (sid) => (sid === answer.sid || sid === answer.recordedSid ? '<call>' : sid));
			expect(normalised(answer.body)).toBe(normalised(record.body));
			return;
		}
		const theirs = JSON.parse(record.body);
		const mine = ours(record, answer.body);
		if (isCallList(record)) compareCallLists(mine, theirs);
		else {
			expect(shape(mine)).toEqual(shape(theirs));
			if (!Array.isArray(theirs)) expect(Object.keys(mine)).toEqual(Object.keys(theirs));
		}
	});
});
