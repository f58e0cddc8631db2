'use strict';

const { badRequest } = require('./errors');

const OPTIONS = [
	'call_hook',
	'child_call_hook',
	'call_status',
	'listen_status',
	'transcribe_status',
	'conf_hold_status',
	'conf_mute_status',
	'mute_status',
	'sip_request',
	'record',
	'tag',
	'dtmf',
	'conferenceParticipantAction',
	'dub',
	'boostAudioSignal',
	'media_path',
];

const CHOICES = {
	call_status: ['completed', 'no-answer'],
	listen_status: ['pause', 'silence', 'resume'],
	mute_status: ['mute', 'unmute'],
	conf_hold_status: ['hold', 'unhold'],
	conf_mute_status: ['mute', 'unmute'],
};

const PARTICIPANT_ACTIONS = ['tag', 'untag', 'coach', 'uncoach', 'mute', 'unmute', 'hold', 'unhold'];

function checkCount(body) {
	const given = OPTIONS.filter((name) => body[name]);
	if (given.length === 0 && !body.whisper) throw badRequest('no valid options supplied to updateCall');
	const pair =
		given.length === 2 && ((body.call_hook && body.child_call_hook) || (body.conf_hold_status && body.waitHook));
	if (given.length > 1 && !pair) throw badRequest('multiple options are not allowed in updateCall');
}

function checkRecord(record) {
	if (!record.action) throw badRequest('record requires action property');
	if (!record.siprecServerURL && record.type !== 'cloud') {
		throw badRequest('record requires siprecServerURL property when starting recording');
	}
}

function checkParticipant({ action, tag }) {
	if (!PARTICIPANT_ACTIONS.includes(action)) {
		throw badRequest(`conferenceParticipantAction invalid action property ${action}`);
	}
	if (['tag', 'coach'].includes(action) && !tag) {
		throw badRequest(`conferenceParticipantAction requires tag property when action is '${action}'`);
	}
}

/**
 * Check the body of PUT (or POST) /Calls/:sid, in the order of the API.
 * @param {object} body
 */
function checkUpdate(body) {
	checkCount(body);
	for (const [name, values] of Object.entries(CHOICES)) {
		if (body[name] && !values.includes(body[name])) throw badRequest(`invalid ${name}`);
	}
	const sip = body.sip_request;
	if (sip && (!sip.method || !sip.content_type || !sip.content)) {
		throw badRequest('sip_request requires method, content_type and content properties');
	}
	if (body.dtmf && !body.dtmf.digit) throw badRequest('invalid dtmf');
	if (body.record) checkRecord(body.record);
	if (body.tag && (typeof body.tag !== 'object' || Array.isArray(body.tag))) throw badRequest('invalid tag data');
	if (body.conferenceParticipantAction) checkParticipant(body.conferenceParticipantAction);
	if (body.media_path && !['no-media', 'partial-media', 'full-media'].includes(body.media_path)) {
		throw badRequest('invalid media_path');
	}
}

module.exports = { checkUpdate };
