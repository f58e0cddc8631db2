'use strict';

const { badRequest, ApiError } = require('./errors');
const { newSid } = require('./sids');

/** Recent calls and alerts come from a time series database whose own errors shine through; this file has both. */

const DAY_MS = 24 * 3600 * 1000;
const withoutPlus = (party) => String(party).replace(/^\+/, '');

function terminationReason(call) {
	if (call.status === 'completed') return call.endedBy === 'caller' ? 'called party hungup' : 'caller hungup';
	return call.status === 'no-answer' ? 'caller abandoned' : 'failed';
}

/** The path of a recording below /v1, by the day of the call. */
function recordingPath(call, startedAt, account) {
	const day = new Date(startedAt).toISOString().slice(0, 10).replace(/-/g, '/');
	return `/Accounts/${call.accountSid}/RecentCalls/${call.sid}/record/${day}/${account.record_format || 'mp3'}`;
}

/**
 * The row that an ended call leaves behind.
 * @param {import('./calls').Call} call
 * @param {object} world
 */
function recentCallOf(call, world) {
	const fields = world.recent_call_fields;
	const account = world.accounts.find((a) => a.account_sid === call.accountSid);
	const answered = call.answeredAt !== undefined;
	const onWorldClock = (ms) => world.now() - (Date.now() - ms);
	const attemptedAt = onWorldClock(call.startedAt);
	const recorded = fields.recording_url && answered && call.trunk && account.record_all_calls;
	return {
		attempted_at: new Date(attemptedAt).toISOString(),
		account_sid: call.accountSid,
		answered,
		...(fields.answered_at && { answered_at: answered ? new Date(onWorldClock(call.answeredAt)).toISOString() : null }),
		application_sid: call.applicationSid || null,
		call_sid: call.sid,
		direction: call.direction,
		duration: call.duration || 0,
		from: withoutPlus(call.from),
		host: '10.20.30.50:5060',
		...(recorded && { recording_url: recordingPath(call, attemptedAt, account) }),
		remote_host: 'sip.carrier.test',
		service_provider_sid: account.service_provider_sid,
		sip_callid: call.sbcCallId || newSid(),
		...(fields.sip_parent_callid && { sip_parent_callid: call.callId }),
		sip_status: call.sipStatus,
		terminated_at: new Date(world.now()).toISOString(),
		termination_reason: terminationReason(call),
		to: withoutPlus(call.to),
		trace_id: call.traceId,
		trunk: call.trunk,
	};
}

const databaseError = (text) =>
	new ApiError(500, `A 400 Bad Request error occurred: {"error":"error parsing query: ${text}"}\n`);
const UNBOUND = 'unable to bind parameter with type \\u003cnil\\u003e';

/** The database's complaint about a filter that does not make a regular expression, or nothing. */
function regexComplaint(filter) {
	const whole = `.*${filter}.*`;
	const nested = /^([*+]|\{\d+(?:,\d*)?\})/.exec(filter);
	if (nested) return `invalid nested repetition operator: \`*${nested[1]}\``;
	try {
		RegExp(whole);
		return null;
	} catch (err) {
		const text = err.message;
		if (/Unterminated character class/.test(text))
			return `missing closing ]: \`${whole.slice(whole.lastIndexOf('['))}\``;
		if (/Unmatched '\)'/.test(text)) return `unexpected ): \`${whole}\``;
		if (/Nothing to repeat/.test(text)) {
			const twice = /[*+?]{2,}/.exec(whole.slice(2));
			return `invalid nested repetition operator: \`${twice ? twice[0].slice(0, 2) : '**'}\``;
		}
		if (/Invalid group/.test(text)) return 'invalid or unsupported Perl syntax: `(?.`';
		return `missing closing ): \`${whole}\``;
	}
}

/** The start of the statement up to a place, to tell where in it the database stumbled. */
function statement(what, query) {
	let sql = `SELECT ${what} WHERE account_sid = $account_sid `;
	if (query.trunk) sql += 'AND trunk = $trunk ';
	if (query.direction) sql += 'AND direction = $direction ';
	if (['true', 'false'].includes(query.answered)) sql += 'AND answered = $answered ';
	return sql;
}

function timeFilter(query, now) {
	if (query.days) {
		const from = now - query.days * DAY_MS;
		if (Number.isNaN(from)) throw databaseError(`missing parameter: ${UNBOUND}`);
		return (at) => at > from;
	}
	// A time that cannot be read matches nothing.
	const start = query.start ? Date.parse(query.start) : -Infinity;
	const end = query.end ? Date.parse(query.end) : Infinity;
	return (at) => at >= start && at <= end;
}

function checkPaging({ page, count }) {
	if (!page || page < 1) throw badRequest('missing or invalid "page" query arg');
	if (!count || count > 500) throw badRequest('missing or invalid "count" query arg');
}

function paged(rows, query, positionOfLimit) {
	const answer = { total: rows.length, page_size: query.count, page: query.page, data: [] };
	if (rows.length === 0) return answer;
	const size = parseInt(query.count, 10);
	if (Number.isNaN(size)) throw databaseError(`found ${UNBOUND}, expected integer at line 1, char ${positionOfLimit}`);
	const offset = query.page - 1 >= 0 && query.count >= 0 ? (query.page - 1) * query.count : 0;
	// A limit of 0 is none.
	answer.data = rows.slice(offset, size > 0 ? offset + size : undefined);
	return answer;
}

/** GET RecentCalls: rows newest first. */
function queryRecentCalls(rows, query, now) {
	checkPaging(query);
	const { trunk, direction, answered, filter } = query;
	const inTime = timeFilter(query, now);
	let matchesFilter = () => true;
	let filterSql = '';
	if (filter) {
		const prefix = `${statement('COUNT(sip_callid) from cdrs', query)}AND ("from" =~ /`;
		const complaint = regexComplaint(filter);
		if (complaint) throw databaseError(`error parsing regexp: ${complaint} at line 1, char ${prefix.length - 1}`);
		const pattern = new RegExp(`.*${filter}.*`);
		matchesFilter = (row) => pattern.test(row.from) || pattern.test(row.to) || row.call_sid === filter;
		filterSql = `AND ("from" =~ /.*${filter}.*/ OR "to" =~ /.*${filter}.*/ OR call_sid = $filter) `;
	}
	const found = rows
		.filter(
			(row) =>
				(!trunk || row.trunk === trunk) &&
				(!direction || row.direction === direction) &&
				(!['true', 'false'].includes(answered) || String(row.answered) === answered) &&
				inTime(Date.parse(row.attempted_at)) &&
				matchesFilter(row),
		)
		.sort((a, b) => Date.parse(b.attempted_at) - Date.parse(a.attempted_at));
	let timeSql = '';
	if (query.days) timeSql = 'AND time > $timestamp ';
	else timeSql = `${query.start ? 'AND time >= $start ' : ''}${query.end ? 'AND time <= $end ' : ''}`;
	const sql = `${statement('* from cdrs', query)}${filterSql}${timeSql} ORDER BY time DESC LIMIT `;
	return paged(found, query, sql.length + 1);
}

/** GET Alerts: the same paging over the alerts. */
function queryAlerts(rows, query, now) {
	checkPaging(query);
	const inTime = timeFilter(query, now);
	const found = rows
		.filter((row) => (!query.alert_type || row.alert_type === query.alert_type) && inTime(Date.parse(row.time)))
		.sort((a, b) => (a.time < b.time ? 1 : -1));
	const sql = `SELECT * FROM alerts WHERE account_sid = $account_sid ${query.alert_type ? 'AND alert_type = $alert_type ' : ''} ORDER BY time DESC LIMIT `;
	return paged(found, query, sql.length + 1);
}

module.exports = { recentCallOf, queryRecentCalls, queryAlerts };
