'use strict';

/**
 * Replays recorded requests against the emulated gateway.
 *
 * The records carry the rate limit counter of their run, so sorting by it gives the order in which they were measured:
 * that order is kept, because some answers depend on earlier requests (an application that was changed, for example).
 *
 * A record that speaks of a call needs a call in the right state. The state follows from the label; the emulator
 * itself knows nothing of labels.
 */

const fs = require('fs');
const path = require('path');
const axios = require('axios');
const { advanceTo, waitFor } = require('./helpers');

const ACCOUNT = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
const ACCOUNT_KEY = 'c0ffee00-0000-4000-8000-00000000acc1';
const APPLICATION = '7087fe50-8acb-4f3b-b820-97b573723aab';
const UNKNOWN_CALL = '00000000-0000-4000-8000-0000000000ff';
const folder = path.join(__dirname, '..', '..', 'recordings', 'conformance');

function loadRecords() {
	return fs
		.readdirSync(folder)
		.filter((name) => name.endsWith('.jsonl'))
		.flatMap((name) =>
			fs
				.readFileSync(path.join(folder, name), 'utf8')
				.trim()
				.split('\n')
				.map((line) => ({ file: name.replace('.jsonl', ''), ...JSON.parse(line) })),
		)
		.sort((a, b) => b.headers['ratelimit-remaining'] - a.headers['ratelimit-remaining']);
}

/** The state that a label tells, first match wins. */
const STATES = [
	[/after DELETE/, 'deleted-and-ended'],
	[/GET deleted|DELETE again/, 'deleted'],
	[/ringing after no-answer/, 'cancelled'],
	[/on ringing/, 'ringing'],
	[/busy.*>5s/, 'busy-long-ago'],
	[/busy/, 'busy'],
	// Two requests came just after the call had ended; the recorded answer says so, the label does not.
	[/^PUT (call_hook string|no-answer on answered call)$/, 'ended'],
	[/on ended|after tag etc/, 'ended'],
	[/./, 'answered'],
];

const stateOf = (label) => STATES.find(([pattern]) => pattern.test(label))[1];

/** Place calls and steer them until they are in a state. */
class Stage {
	constructor(gateway) {
		// A call stays in the state into which it was steered, however long the others take.
		gateway.clock.stop();
		this.gateway = gateway;
		this.url = `${gateway.url}/v1`;
		this.headers = { Authorization: `Bearer ${ACCOUNT_KEY}` };
	}

	async place(number, more = {}) {
		const body = { application_sid: APPLICATION, from: '+15083778299', to: { type: 'phone', number }, ...more };
		const answer = await axios.post(`${this.url}/Accounts/${ACCOUNT}/Calls`, body, { headers: this.headers });
		return answer.data.sid;
	}

	statusOf(sid) {
		const record = this.gateway.records.get(ACCOUNT, sid);
		return record && record.call_status;
	}

	reaches(sid, status) {
		return waitFor(this.gateway, 'event', () => this.statusOf(sid) === status);
	}

	callUrl(sid) {
		return `${this.url}/Accounts/${ACCOUNT}/Calls/${sid}`;
	}

	put(sid, body) {
		return axios.put(this.callUrl(sid), body, { headers: this.headers });
	}

	async call(state) {
		const numbers = {
			ringing: '+15089084180',
			cancelled: '+15089084180',
			busy: '+15089084486',
			'busy-long-ago': '+15089084486',
		};
		const sid = await this.place(numbers[state] || '+15089084220', { timeout: 600 });
		advanceTo(
			this.gateway,
			sid,
			{ ringing: 'ringing', cancelled: 'ringing', busy: 'busy', 'busy-long-ago': 'busy' }[state] || 'in-progress',
		);
		await this.finish(sid, state);
		return sid;
	}

	async finish(sid, state) {
		if (state.startsWith('deleted')) await axios.delete(this.callUrl(sid), { headers: this.headers });
		if (state === 'ended') {
			await this.put(sid, { call_status: 'completed' });
			await this.reaches(sid, 'completed');
		}
		if (state === 'deleted-and-ended') {
			// The record is gone, so the API cannot end the call any more: the far end does.
			this.gateway.calls.hangUp(this.gateway.calls.sessions.get(sid), 'caller');
		}
		if (state === 'cancelled') {
			await this.put(sid, { call_status: 'no-answer' });
			await this.reaches(sid, 'no-answer');
		}
		// A session outlives a refused call by a few seconds; here it is sent away at once.
		if (state === 'busy-long-ago') this.gateway.calls.sessions.delete(sid);
	}
}

function authorizationOf({ label, token }) {
	if (label === 'Basic auth') return 'Basic dXNlcjpwYXNz';
	if (label === 'Bearer w/o token') return 'Bearer';
	if (label === 'lowercase "bearer"') return `bearer ${ACCOUNT_KEY}`;
	if (token === null) return undefined;
	return `Bearer ${token === 'account' ? ACCOUNT_KEY : token}`;
}

function contentTypeOf({ label, sent }) {
	if (label.startsWith('text/plain')) return 'text/plain';
	if (label.startsWith('no content-type')) return false;
	if (label.startsWith('latin1')) return 'application/json; charset=latin1';
	return sent === null ? undefined : 'application/json';
}

/** States of the platform that a label speaks of. */
const FAULTS = [
	[/^no FS/, { kind: '480', count: 1 }],
	[/^FS url dead/, { kind: 'unreachable', count: 1 }],
	[/^FS slow/, { kind: 'slow', ms: 20, count: 1 }],
];

/** Send one record; ids of calls are replaced by that of a call in the right state. */
async function send(gateway, stage, record) {
	let requestPath = record.path;
	const recordedSid = (/\/Calls\/([0-9a-f-]{36})/.exec(requestPath) || [])[1];
	let sid = recordedSid;
	if (recordedSid && recordedSid !== UNKNOWN_CALL) {
		sid = await stage.call(stateOf(record.label));
		requestPath = requestPath.replace(recordedSid, sid);
	}
	const fault = FAULTS.find(([pattern]) => pattern.test(record.label));
	if (fault) gateway.setFaults([fault[1]]);
	// A slow answer waits in the gateway's time, which stands still.
	if (fault?.[1].kind === 'slow') gateway.clock.once('after', (ms) => setImmediate(() => gateway.clock.advance(ms)));
	const contentType = contentTypeOf(record);
	const answer = await axios.request({
		method: record.method,
		url: `${gateway.url}/v1${requestPath}`,
		data:
			record.sent === null
				? undefined
				: Buffer.from(typeof record.sent === 'string' ? record.sent : JSON.stringify(record.sent)),
		headers: { Authorization: authorizationOf(record), 'Content-Type': contentType },
		validateStatus: () => true,
		responseType: 'text',
		transformResponse: [(text) => text],
		proxy: false,
	});
	return { status: answer.status, headers: answer.headers, body: answer.data || '', sid, recordedSid };
}

module.exports = { loadRecords, send, Stage, ACCOUNT, ACCOUNT_KEY, APPLICATION };
