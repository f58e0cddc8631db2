'use strict';

const { ApiError } = require('./errors');

const gone = (sid) => new ApiError(422, `call session is gone for call_sid ${sid}`, 'sentence');
const wrongState = (sid) =>
	new ApiError(422, `current call state is incompatible with requested action for call_sid ${sid}`, 'sentence');

/** What an accepted request does to the call. Most options change what is heard, so here they change nothing. */
function apply(gateway, call, options) {
	if (options.call_status === 'completed') gateway.calls.hangUp(call, 'jambonz');
	else if (options.call_status === 'no-answer') gateway.calls.cancel(call);
	else if (options.tag) call.tag = options.tag;
	else if (options.call_hook && options.call_status_hook) {
		const hook = gateway.resolveHook(options.call_status_hook, call);
		call.hooks = [hook, ...call.hooks.slice(1)];
	}
}

/**
 * Live call control, after the API has checked the request.
 * @param {import('./index').Gateway} gateway
 * @param {string} sid
 * @param {object} options
 * @returns {object|undefined} the answer's JSON; nothing means 202 "Accepted"
 */
function controlCall(gateway, sid, options) {
	if (options.call_status_hook && !options.call_hook) {
		throw new ApiError(
			400,
			`call_status_hook can be updated only when call_hook is also being updated for call_sid ${sid}`,
		);
	}
	const call = gateway.calls.sessions.get(sid);
	if (!call) throw gone(sid);
	const answered = call.answeredAt !== undefined;
	if (options.call_status === 'completed' && !answered) throw wrongState(sid);
	if (options.call_status === 'no-answer' && answered) throw wrongState(sid);
	if (options.sip_request) {
		if (!answered) throw new ApiError(500, "Cannot read properties of undefined (reading 'status')");
		return { status: 200, reason: 'OK' };
	}
	setImmediate(() => apply(gateway, call, options));
	return undefined;
}

module.exports = { controlCall };
