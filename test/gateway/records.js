'use strict';

/**
 * The gateway's memory of calls, as GET and LIST see it. It is not the call: a record can be deleted or expire
 * while the call goes on, and a later status change then brings it back without `service_url`.
 */

const SERVICE_URL = 'http://127.0.0.1:13001';
const PURGE_MS = 10 * 60 * 1000;

/** What is kept of an event body: no objects, so neither the tag nor headers. */
const keepScalars = (body) => Object.fromEntries(Object.entries(body).filter(([, v]) => typeof v !== 'object'));

class Records {
	constructor() {
		/** seconds until a record expires: before the call is answered, and after each later status change */
		this.lifetimes = { ringing: 12 * 3600, answered: 3600 };
		this.records = new Map();
	}

	/** @param {object} body event body of the latest status change */
	update(body) {
		const early = body.sip_status < 200;
		let record = this.records.get(body.call_sid);
		if (!record || record.gone) {
			// Only the very first status puts a call on the list.
			record = { fields: {}, accountSid: body.account_sid, listed: body.sip_status === 100 };
			if (record.listed) record.fields.service_url = SERVICE_URL;
			this.records.set(body.call_sid, record);
		}
		Object.assign(record.fields, keepScalars(body));
		record.expiresAt = Date.now() + 1000 * (early ? this.lifetimes.ringing : this.lifetimes.answered);
	}

	sweep() {
		const now = Date.now();
		for (const [sid, record] of this.records) {
			if (!record.gone && record.expiresAt <= now) Object.assign(record, { gone: true, fields: {}, goneAt: now });
			if (record.gone && (!record.listed || record.goneAt + PURGE_MS <= now)) this.records.delete(sid);
		}
	}

	/** @returns {object|undefined} */
	get(accountSid, sid) {
		this.sweep();
		const record = this.records.get(sid);
		return record && !record.gone && record.accountSid === accountSid ? record.fields : undefined;
	}

	/** Exact-match filters; an expired call is still on the list for a while, as an empty object. */
	list(accountSid, filters) {
		this.sweep();
		const wanted = Object.entries(filters).filter(([, value]) => value);
		return [...this.records.values()]
			.filter((r) => r.listed && r.accountSid === accountSid && wanted.every(([key, value]) => r.fields[key] === value))
			.map((r) => r.fields);
	}

	/** @returns {boolean} whether there was a record */
	delete(accountSid, sid) {
		const known = this.get(accountSid, sid) !== undefined;
		if (known) this.records.delete(sid);
		return known;
	}

	/** Let a record expire now, or all of them. */
	expire(sid) {
		for (const [key, record] of this.records) if (!sid || key === sid) record.expiresAt = 0;
	}

	clear() {
		this.records.clear();
	}
}

module.exports = { Records };
