'use strict';

const { newSid, hex } = require('./sids');
const { amdScript } = require('./amd');
const { eventBody } = require('./event-body');
const { outcomeFor, overLimit } = require('./outcomes');
const { dialledParty } = require('./validate-create');

/**
 * @typedef {object} Call
 * @property {string} sid
 * @property {string} callId
 * @property {string} accountSid
 * @property {string} status
 * @property {import('./outcomes').Outcome} outcome
 */

const SESSION_LINGERS = 5;
const DEFAULT_RING_TIMEOUT = 60;
const STATUS_OF_SIP = { 486: 'busy', 603: 'busy', 487: 'no-answer' };

/** The live calls of the gateway: their timelines, their events, and what live call control does to them. */
class Calls {
	/** @param {import('./index').Gateway} gateway */
	constructor(gateway) {
		this.gateway = gateway;
		/** sessions by call sid; a session outlives a call that was not answered by a few seconds */
		this.sessions = new Map();
		this.live = new Set();
	}

	/** Run something after so many seconds of the scaled clock, unless the call has ended by then. */
	later(call, seconds, fn, evenIfEnded = false) {
		this.gateway.clock.after(seconds * 1000 * this.gateway.timeScale, () => {
			if (evenIfEnded || !call.ended) fn();
		});
	}

	/**
	 * Place a call for a checked create body.
	 * @param {object} account
	 * @param {object} body
	 * @param {object} sent the body as it came in
	 * @returns {Call}
	 */
	place(account, body, sent) {
		const to = dialledParty(body.to, account);
		const limit = this.gateway.world.session_limits[account.account_sid];
		const busySessions = [...this.live].filter((c) => c.accountSid === account.account_sid).length;
		const outcome = limit !== undefined && busySessions >= limit ? overLimit : outcomeFor(to);
		const call = this.create({
			to,
			from: body.from,
			accountSid: account.account_sid,
			applicationSid: body.application_sid,
			tag: body.tag,
			body,
			outcome,
			hooks: this.gateway.hooksOf(body),
			trunk: this.gateway.trunkFor(account, body),
		});
		const entry = {
			at: Date.now(),
			sid: call.sid,
			callId: call.callId,
			account_sid: account.account_sid,
			from: body.from,
			to,
			number: to,
			body: sent,
			scenario: outcome.name,
		};
		call.logEntry = entry;
		this.gateway.placed.push(entry);
		this.gateway.emit('placed', entry);
		this.start(call);
		return call;
	}

	/**
	 * A call that comes in, for one of the applications; its number decides what becomes of it, as for a call that goes out.
	 * @param {{applicationSid: string, from: string, to: string}} party
	 * @returns {Call}
	 */
	receive({ applicationSid, from, to }) {
		const { world } = this.gateway;
		const app = world.applications.find((each) => each.application_sid === applicationSid);
		const call = this.create({
			direction: 'inbound',
			to,
			from,
			accountSid: app.account_sid,
			applicationSid,
			outcome: outcomeFor(to),
			hooks: this.gateway.hooksOf({ call_status_hook: app.call_status_hook && { ...app.call_status_hook } }),
			trunk: null,
		});
		this.start(call);
		return call;
	}

	create(fields) {
		const call = {
			sid: newSid(),
			callId: newSid(),
			traceId: hex(16),
			direction: 'outbound',
			startedAt: Date.now(),
			status: 'trying',
			sipStatus: 100,
			sipReason: 'Trying',
			...fields,
		};
		this.sessions.set(call.sid, call);
		this.live.add(call);
		return call;
	}

	/** Schedule the whole life of a call. */
	start(call) {
		const { outcome, body } = call;
		const pace = this.gateway.world.ringing_pace;
		this.change(call, 'trying', 100, 'Trying');
		for (const { after, status } of outcome.provisional)
			this.later(call, after * pace, () => this.provisional(call, status));
		const ringTimeout = (body && body.timeout) || DEFAULT_RING_TIMEOUT;
		this.later(call, ringTimeout, () => !call.answeredAt && this.fail(call, 487, 'Request Terminated'));
		if (outcome.answer !== undefined) this.later(call, outcome.answer * pace, () => this.answer(call));
		if (outcome.final) this.later(call, outcome.finalAfter * pace, () => this.fail(call, ...outcome.final));
	}

	provisional(call, sipStatus) {
		call.sbcCallId = call.sbcCallId || newSid();
		// The reason stays that of the 100: the gateway does not carry the one of a provisional answer.
		this.change(call, sipStatus === 183 ? 'early-media' : 'ringing', sipStatus);
	}

	answer(call) {
		const { outcome, body = {} } = call;
		call.answeredAt = Date.now();
		call.talksSince = this.gateway.clock.now();
		call.sbcCallId = call.sbcCallId || newSid();
		this.change(call, 'in-progress', 200, 'OK');
		const farEndBye = Number(body.headers && body.headers['X-Fake-Remote-Bye']);
		if (farEndBye >= 0) this.later(call, farEndBye, () => this.hangUp(call, 'caller', Math.floor(farEndBye)));
		else this.later(call, outcome.talk, () => this.hangUp(call, outcome.endedBy, Math.floor(outcome.talk)));
		if (body.timeLimit) this.later(call, body.timeLimit, () => this.hangUp(call, 'jambonz', body.timeLimit));
		if (body.amd) this.startAmd(call);
		if (outcome.transferTo) this.later(call, 1, () => this.transfer(call, outcome.transferTo));
	}

	startAmd(call) {
		const { actionHook, timers } = call.body.amd;
		const hook = this.gateway.resolveHook(actionHook, call);
		for (const { after, events } of amdScript(call.outcome.amd, timers)) {
			this.later(call, after, () => {
				for (const event of events) this.notify(call, { ...this.bodyOf(call), ...event }, event.type, [hook]);
			});
		}
	}

	/** A DIAL during the call: a leg of its own, whose end is not the end of the call. */
	transfer(parent, number) {
		const child = this.create({
			to: number,
			from: parent.from,
			callerId: parent.from,
			accountSid: parent.accountSid,
			applicationSid: parent.applicationSid,
			parentSid: parent.sid,
			outcome: parent.outcome,
			hooks: parent.hooks,
			trunk: parent.trunk,
		});
		this.change(child, 'trying', 100, 'Trying');
		this.later(child, 0.3, () => this.provisional(child, 180));
		this.later(child, 1, () => {
			child.answeredAt = Date.now();
			child.talksSince = this.gateway.clock.now();
			this.change(child, 'in-progress', 200, 'OK');
		});
		this.later(child, 3, () => this.hangUp(child, 'caller', 2));
		parent.child = child;
	}

	fail(call, sipStatus, sipReason) {
		this.change(call, STATUS_OF_SIP[sipStatus] || 'failed', sipStatus, sipReason);
		this.end(call);
		this.later(call, SESSION_LINGERS, () => this.sessions.delete(call.sid), true);
	}

	/**
	 * @param {Call} call
	 * @param {'caller'|'jambonz'} by
	 * @param {number} [seconds] planned length; else the time since the answer, on the scaled clock
	 */
	hangUp(call, by, seconds) {
		if (call.ended) return;
		const elapsed = (this.gateway.clock.now() - call.talksSince) / 1000 / this.gateway.timeScale;
		call.duration = seconds ?? Math.floor(elapsed + 0.005);
		call.endedBy = by;
		if (by === 'caller') call.byeHeaders = call.outcome.byeHeaders;
		if (call.child) this.hangUp(call.child, 'jambonz');
		this.change(call, 'completed', 200, 'OK');
		this.end(call);
		this.sessions.delete(call.sid);
	}

	/** Cancelled by the API before the answer: the record says so, but no webhook does. */
	cancel(call) {
		this.sessions.delete(call.sid);
		if (call.ended) return;
		Object.assign(call, { status: 'no-answer', sipStatus: 487, sipReason: 'Request Terminated' });
		this.gateway.records.update(this.bodyOf(call));
		this.gateway.emit('event', this.bodyOf(call));
		for (const hook of call.hooks) {
			this.gateway.addAlert(
				call.accountSid,
				'webhook-connection-failure',
				`failed to connect to ${hook.url}`,
				'The client is destroyed',
			);
		}
		this.end(call);
	}

	end(call) {
		call.ended = true;
		this.live.delete(call);
		this.gateway.addRecentCall(call);
		if (call.logEntry) {
			Object.assign(call.logEntry, {
				final_status: call.status,
				final_sip_status: call.sipStatus,
				ended_at: Date.now(),
			});
			this.gateway.emit('ended', call.logEntry);
		}
		this.gateway.webhooks.releaseCall(call.sid);
		this.gateway.emit('quiet');
	}

	bodyOf(call) {
		return eventBody(call, { apiBaseUrl: `${this.gateway.url}/v1` });
	}

	change(call, status, sipStatus, sipReason = call.sipReason) {
		Object.assign(call, { status, sipStatus, sipReason });
		const body = this.bodyOf(call);
		this.gateway.records.update(body);
		this.gateway.emit('event', body);
		this.notify(call, body, status, call.hooks);
	}

	notify(call, body, event, hooks) {
		if (call.outcome.silent) return;
		const { webhook_secret: secret } = this.gateway.world.accounts.find((a) => a.account_sid === call.accountSid);
		for (const hook of hooks) {
			this.gateway.webhooks.send({
				call_sid: call.sid,
				account_sid: call.accountSid,
				event,
				hook,
				body,
				secret,
				traceId: call.traceId,
			});
		}
	}

	count(accountSid) {
		const mine = [...this.live].filter((c) => c.accountSid === accountSid);
		return { inbound: 0, outbound: mine.length };
	}

	clear() {
		for (const call of this.live) call.ended = true;
		this.live.clear();
		this.sessions.clear();
	}
}

module.exports = { Calls };
