'use strict';

const snake = (key) =>
	key
		.replace(/-/g, '_')
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.toLowerCase();
const snakeKeys = (obj) => Object.fromEntries(Object.entries(obj).map(([k, v]) => [snake(k), v]));

/**
 * The body of a status webhook, field by field in the gateway's order. AMD events append their own fields.
 * @param {import('./calls').Call} call
 * @param {{apiBaseUrl: string}} platform
 */
function eventBody(call, { apiBaseUrl }) {
	const optional = (name, value) => (value === undefined || value === null ? {} : { [name]: value });
	return {
		call_sid: call.sid,
		direction: call.direction,
		from: call.from,
		to: call.to,
		call_id: call.callId,
		...optional('sbc_callid', call.sbcCallId),
		sip_status: call.sipStatus,
		sip_reason: call.sipReason,
		call_status: call.status,
		...optional('caller_id', call.callerId),
		account_sid: call.accountSid,
		trace_id: call.traceId,
		...optional('application_sid', call.applicationSid),
		fs_sip_address: '10.20.30.40:5060',
		...optional('parent_call_sid', call.parentSid),
		...optional('call_termination_by', call.endedBy),
		...optional('duration', call.duration),
		...optional('customerData', call.tag),
		...optional('headers', call.byeHeaders && snakeKeys(call.byeHeaders)),
		api_base_url: apiBaseUrl,
	};
}

module.exports = { eventBody };
