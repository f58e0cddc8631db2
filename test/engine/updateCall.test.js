'use strict';

const { startGateway } = require('../gateway');
const { locator, OTHER_APPLICATION } = require('./calls');
const { answering, closeServers, startServer } = require('./servers');
const { byId, callIn, NO_CALL, operate } = require('./steering');
const schema = require('../../dist/nodes/CognigyVoiceGateway/__schema__/v1.0.0/call/update.json');
const { ACTIONS } = require('../../dist/nodes/CognigyVoiceGateway/operations/call/updateActions.js');

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const update = async (sid, action, parameters = {}, setup = {}) =>
	await operate(gateway, 'update', { ...setup, parameters: { ...byId(sid), action, ...parameters } });
const bodies = () => gateway.updates.map(({ body }) => body);
const answered = async () => await callIn(gateway, '+12025550220', 'in-progress');
const pairs = (...entries) => ({ pairs: entries.map(([key, value]) => ({ key, name: key, value })) });
const SIPREC = { recordTo: 'siprec', siprecServer: 'sip:rec@recorder.example.com' };

/** Every action, with what reaches the gateway. */
const WORKS = [
	['redirectWebhook', { webhookUrl: 'https://bot.example.com/call?x=1' }, { call_hook: { url: 'https://bot.example.com/call?x=1', method: 'POST' } }],
	['redirectWebhook', { webhookUrl: 'wss://bot.example.com/call', webhookMethod: 'GET' }, { call_hook: { url: 'wss://bot.example.com/call', method: 'GET' } }],
	['redirectApplication', { application: locator(OTHER_APPLICATION) }, { call_hook: { url: 'https://endpoint.example.test/voice/lead-follow-up', method: 'POST' } }],
	['mute', {}, { mute_status: 'mute' }],
	['unmute', {}, { mute_status: 'unmute' }],
	['whisper', { whisperText: ' One minute left ' }, { whisper: [{ verb: 'say', text: 'One minute left' }] }],
	['whisper', { whisperType: 'audio', whisperAudioUrl: 'https://example.com/beep.mp3' }, { whisper: [{ verb: 'play', url: 'https://example.com/beep.mp3' }] }],
	['whisper', { whisperType: 'verbs', whisperVerbs: '[{"verb":"say","text":"a"},{"verb":"play","url":"https://x.test/y.mp3"}]' }, { whisper: [{ verb: 'say', text: 'a' }, { verb: 'play', url: 'https://x.test/y.mp3' }] }],
	['whisper', { whisperType: 'verbs', whisperVerbs: '={{ { verb: "say", text: "b" } }}' }, { whisper: [{ verb: 'say', text: 'b' }] }],
	['pauseListening', {}, { listen_status: 'pause' }],
	['silenceListening', {}, { listen_status: 'silence' }],
	['resumeListening', {}, { listen_status: 'resume' }],
	['startRecording', {}, { record: { action: 'startCallRecording', type: 'cloud' } }],
	['startRecording', { ...SIPREC, recordingId: 'r1' }, { record: { action: 'startCallRecording', siprecServerURL: SIPREC.siprecServer, recordingID: 'r1' } }],
	['stopRecording', {}, { record: { action: 'stopCallRecording', type: 'cloud' } }],
	['pauseRecording', SIPREC, { record: { action: 'pauseCallRecording', siprecServerURL: SIPREC.siprecServer } }],
	['resumeRecording', {}, { record: { action: 'resumeCallRecording', type: 'cloud' } }],
	['sendDtmf', { digits: '#' }, { dtmf: { digit: '#', duration: 250 } }],
	['setMetadata', { metadata: pairs(['campaign', 'spring'], ['', 'left out']) }, { tag: { campaign: 'spring' } }],
	['setMetadata', { metadataJson: '{"a":{"b":[1,null]},"c":null,"campaign":"x"}', metadata: pairs(['campaign', 'spring']) }, { tag: { a: { b: [1] }, campaign: 'spring' } }],
	['conferenceHold', {}, { conf_hold_status: 'hold' }],
	['conferenceHold', { waitHookUrl: 'https://bot.example.com/music' }, { conf_hold_status: 'hold', waitHook: 'https://bot.example.com/music', wait_hook: 'https://bot.example.com/music' }],
	['conferenceUnhold', {}, { conf_hold_status: 'unhold' }],
	['conferenceMute', {}, { conf_mute_status: 'mute' }],
	['conferenceUnmute', {}, { conf_mute_status: 'unmute' }],
	...['hold', 'mute', 'uncoach', 'unhold', 'unmute', 'untag'].map((action) => ['conferenceParticipant', { participantAction: action, participantTag: 'left over' }, { conferenceParticipantAction: { action } }]),
	...['coach', 'tag'].map((action) => ['conferenceParticipant', { participantAction: action, participantTag: 'agent' }, { conferenceParticipantAction: { action, tag: 'agent' } }]),
	...['full-media', 'no-media', 'partial-media'].map((mediaPath) => ['mediaPath', { mediaPath }, { media_path: mediaPath }]),
];

test.each(WORKS)('%s with %j', async (action, parameters, body) => {
	const sid = await answered();
	const { error, outputs } = await update(sid, action, parameters);
	expect(error).toBeUndefined();
	expect(outputs[0]).toEqual([{ call_sid: sid, action, accepted: true, message: expect.stringMatching(/^Accepted: the gateway .*Accepted is not done/) }]);
	expect(Object.keys(outputs[0][0])).toEqual(Object.keys(schema.properties));
	expect(gateway.updates).toMatchObject([{ call_sid: sid }]);
	expect(bodies()).toEqual([body]);
});

test('every action is tried here, and stands in the order of its name', () => {
	expect(new Set([...WORKS.map(([action]) => action), 'sendSipRequest'])).toEqual(new Set(ACTIONS.map(({ value }) => value)));
	const names = ACTIONS.map(({ name }) => name);
	expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
});

describe('Send DTMF', () => {
	test('one request per digit, in order: the gateway plays only the first of several', async () => {
		const sid = await answered();
		const started = Date.now();
		const { outputs } = await update(sid, 'sendDtmf', { digits: '1 2*', toneDuration: 50 });
		expect(outputs[0]).toHaveLength(1);
		expect(bodies()).toEqual(['1', '2', '*'].map((digit) => ({ dtmf: { digit, duration: 50 } })));
		expect(Date.now() - started).toBeGreaterThanOrEqual(300);
	});

	test('stops when the workflow is stopped', async () => {
		const sid = await answered();
		const stop = new AbortController();
		const running = update(sid, 'sendDtmf', { digits: '123456', toneDuration: 300 }, { signal: stop.signal });
		while (gateway.updates.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		stop.abort();
		await running;
		await new Promise((resolve) => setTimeout(resolve, 700));
		expect(bodies().length).toBeLessThanOrEqual(2);
	});

	test('the call ends in the middle: the error says how far it came', async () => {
		const sid = await answered();
		const running = update(sid, 'sendDtmf', { digits: '123', toneDuration: 100 });
		while (gateway.updates.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		gateway.calls.hangUp(gateway.calls.sessions.get(sid), 'caller');
		const { error } = await running;
		expect(error.message).toMatch(/session is gone.*\[item 0\]$/);
		expect(error.description).toMatch(/Nothing was changed: the call has ended\. .* 1 of 3 requests had been accepted before\.$/);
	});
});

describe('Send SIP Request', () => {
	const REQUEST = { sipContentType: 'application/json', sipContent: '{"a":1}', sipHeaders: pairs(['X-Campaign', 'spring']) };

	test('puts out how the other side answered', async () => {
		const sid = await answered();
		const { outputs } = await update(sid, 'sendSipRequest', REQUEST);
		expect(outputs[0]).toEqual([
			{ call_sid: sid, action: 'sendSipRequest', accepted: true, sip_status: 200, sip_reason: 'OK', message: 'Done: the gateway sent the SIP request, and the other side answered 200 OK.' },
		]);
		expect(bodies()).toEqual([{ sip_request: { method: 'INFO', content_type: 'application/json', content: '{"a":1}', headers: { 'X-Campaign': 'spring' } } }]);
	});

	test('before the answer: in doubt, with the condition', async () => {
		const sid = await callIn(gateway, '+12025550180', 'ringing');
		const { error } = await update(sid, 'sendSipRequest', { ...REQUEST, sipMethod: 'NOTIFY' });
		expect(error.message).toMatch(/HTTP 500/);
		expect(error.description).toMatch(/may have reached the call.*Works once the call is answered\./);
	});

	test.each([[202, 'Accepted'], [200, { hello: 1 }]])('an answer %s %j without the status cannot be read', async (status, body) => {
		const server = await startServer(answering(status, body));
		const { error } = await update(NO_CALL, 'sendSipRequest', REQUEST, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/cannot be read/);
		expect(error.description).toMatch(/may have reached the call/);
	});
});

describe('Redirect to Application', () => {
	test('its login goes along, and comes back in no error', async () => {
		const secret = 'hook-secret-4711';
		Object.assign(gateway.world.applications[1].call_hook, { username: 'u', password: secret, method: 'GET' });
		const sid = await answered();
		await update(sid, 'redirectApplication', { application: locator(OTHER_APPLICATION, 'id') });
		expect(bodies()).toEqual([{ call_hook: { url: expect.any(String), method: 'GET', username: 'u', password: secret } }]);

		const hook = { url: 'https://x.test', username: 'u', password: secret };
		const server = await startServer((request, response) =>
			answering(...(request.method === 'GET' ? [200, { call_hook: hook }] : [400, { msg: `no: ${request.text}` }]))(request, response));
		const { error, outputs } = await update(NO_CALL, 'redirectApplication', { application: locator(OTHER_APPLICATION) }, { credential: { baseUrl: server.url } });
		expect(error.message).toContain('no: ');
		expect(JSON.stringify([error, outputs])).not.toContain(secret);
	});

	test.each([
		['an unknown application', { application: locator(NO_CALL) }, undefined, /application could not be read/, /Choose the application again|Account SID/],
		['no ID', { application: locator('Lead Follow-up', 'id') }, undefined, /Application: "Lead Follow-up" is not the ID of an application/, /Correct the field/],
		['no application', { application: locator('={{ "" }}') }, undefined, /Application is empty/, /Correct the field/],
		['a list of applications that may not be read', { application: locator(OTHER_APPLICATION) }, { kind: '403', operation: 'applications' }, /application could not be read\. .*insufficient permissions/, /Account SID/],
		['a page instead of an application', { application: locator(OTHER_APPLICATION) }, { kind: 'html', operation: 'applications' }, /cannot be read/, /./],
	])('%s is refused, and the call left alone', async (_what, parameters, fault, message, description) => {
		const sid = await answered();
		if (fault) gateway.setFaults([fault]);
		const { error } = await update(sid, 'redirectApplication', parameters);
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
		expect(bodies()).toEqual([]);
	});

	test('an application without a calling webhook', async () => {
		gateway.world.applications[1].call_hook = null;
		const { error } = await update(await answered(), 'redirectApplication', { application: locator(OTHER_APPLICATION) });
		expect(error.message).toMatch(/has no calling webhook.*\[item 0\]$/);
		expect(error.description).toMatch(/The call was not redirected/);
	});
});

describe('Set Metadata', () => {
	test('later events carry them', async () => {
		const webhooks = await startServer(answering(200));
		const sid = await callIn(gateway, '+12025550220', 'in-progress', { notifyUrl: webhooks.url, tag: { campaign: 'winter' } });
		await update(sid, 'setMetadata', { metadata: pairs(['campaign', 'spring']) });
		await new Promise((resolve) => setImmediate(resolve));
		await operate(gateway, 'hangUp', { parameters: byId(sid) });
		await gateway.idle();
		expect(JSON.parse(webhooks.requests.at(-1).text)).toMatchObject({ call_status: 'completed', customerData: { campaign: 'spring' } });
	});

	test.each([
		['given by the option', { options: { answeredBy: 'human' } }, 'human'],
		['given by an expression', { options: { answeredBy: '={{ $json.answered_by }}' } }, 'machine'],
		['among the metadata as they came', { metadataJson: '{"n8n_answered_by":"machine"}' }, 'machine'],
		['not known', { options: { answeredBy: 'unknown' } }, undefined],
	])('the verdict of a waiting node is kept when it is %s', async (_how, parameters, verdict) => {
		await update(await answered(), 'setMetadata', { metadata: pairs(['a', 'b']), ...parameters }, { items: [{ json: { answered_by: 'machine' } }] });
		expect(bodies()).toEqual([{ tag: { a: 'b', ...(verdict && { n8n_answered_by: verdict }) } }]);
	});
});

describe('refused before any request', () => {
	test.each([
		['redirectWebhook', { webhookUrl: '={{ "" }}' }, /Webhook URL: the URL is empty/],
		['redirectWebhook', { webhookUrl: 'bot.example.com' }, /"bot\.example\.com" is not a web address/],
		['redirectWebhook', { webhookUrl: '/redirect' }, /is not a web address/],
		['redirectWebhook', { webhookUrl: 'https://x.test', webhookMethod: '={{ "PUT" }}' }, /Webhook Method: "PUT" is not one of GET, POST/],
		['whisper', { whisperText: '' }, /Text: it is empty/],
		['whisper', { whisperText: '={{ ({}) }}' }, /Text: this is not a text/],
		['whisper', { whisperType: '={{ "song" }}' }, /Whisper: "song" is not one of/],
		['whisper', { whisperType: 'audio', whisperAudioUrl: 'beep.mp3' }, /Audio URL: "beep\.mp3" is not a web address/],
		['whisper', { whisperType: 'verbs', whisperVerbs: '[{"verb":"hangup"}]' }, /neither a say nor a play/],
		['whisper', { whisperType: 'verbs', whisperVerbs: '["hello"]' }, /"hello" is neither a say nor a play/],
		['whisper', { whisperType: 'verbs', whisperVerbs: '{' }, /Verbs \(JSON\): this is not JSON/],
		['whisper', { whisperType: 'verbs', whisperVerbs: '[]' }, /Verbs \(JSON\): it is empty/],
		['whisper', { whisperType: 'verbs', whisperVerbs: '' }, /Verbs \(JSON\): it is empty/],
		['startRecording', { recordTo: '={{ "tape" }}' }, /Record To: "tape" is not one of cloud, siprec/],
		['stopRecording', { recordTo: 'siprec' }, /SIPREC Server: it is empty/],
		['pauseRecording', { recordTo: 'siprec', siprecServer: 'recorder.example.com' }, /is not a SIP URI/],
		['sendDtmf', { digits: '={{ "" }}' }, /Digits: it is empty/],
		['sendDtmf', { digits: '12a' }, /Digits: "12a" is not made of/],
		['sendDtmf', { digits: '1'.repeat(33) }, /at most 32/],
		['sendDtmf', { digits: '1', toneDuration: 10 }, /Tone Duration: "10" is not a whole number/],
		['sendSipRequest', { sipContent: '={{ "" }}' }, /Content: it is empty/],
		['sendSipRequest', { sipContent: 'x', sipContentType: '={{ "" }}' }, /Content Type: it is empty/],
		['sendSipRequest', { sipContent: 'x', sipMethod: '={{ "BYE" }}' }, /SIP Method: "BYE" is not one of INFO, MESSAGE, NOTIFY/],
		['sendSipRequest', { sipContent: 'x', sipHeaders: pairs(['X A', 'b']) }, /"X A" is not a header name/],
		['sendSipRequest', { sipContent: 'x', sipHeaders: pairs(['X-A', 'b\nBye: now']) }, /the value of "X-A" is empty, not a text or holds line breaks/],
		['setMetadata', {}, /Metadata: they are empty/],
		['setMetadata', { metadataJson: '[1]' }, /this is not a JSON object/],
		['setMetadata', { metadataJson: '{"a":null}' }, /Metadata: they are empty/],
		['setMetadata', { metadataJson: 'x' }, /this is not JSON/],
		['setMetadata', { metadataJson: '{"a":1,"n8n_answered_by":"robot"}' }, /Answered By: "robot" is not one of human, machine, unknown.*reserved/],
		['conferenceParticipant', { participantAction: 'coach' }, /Participant Tag: it is empty/],
		['conferenceParticipant', { participantAction: '={{ "kick" }}' }, /Participant Action: "kick" is not one of/],
		['conferenceHold', { waitHookUrl: 'music' }, /Wait Hook URL: "music" is not a web address/],
		['mediaPath', { mediaPath: '={{ "some" }}' }, /Media Path: "some" is not one of/],
		['explode', {}, /Action: "explode" is not one of conferenceParticipant/],
	])('%s with %j', async (action, parameters, message) => {
		const { status, error } = await update(NO_CALL, action, parameters);
		expect(status).toBe('error');
		expect(error.message).toMatch(message);
		expect(error.message).toMatch(/\[item 0\]$/);
		expect(error.description).toMatch(/Correct the field/);
		expect(gateway.requests).toEqual([]);
	});
});

describe('what the gateway says no to', () => {
	test('a call that has ended', async () => {
		const sid = await callIn(gateway, '+12025550200', 'completed');
		const { error } = await update(sid, 'mute');
		expect(error.message).toMatch(/call session is gone for call_sid .*\[item 0\]$/);
		expect(error.description).toBe('Nothing was changed: the call has ended. The operation Get tells how.');
	});

	test('a call that it does not know', async () => {
		const { error } = await update(NO_CALL, 'mute');
		expect(error.description).toMatch(/^Nothing was changed\. Check the ID/);
		expect(error.httpCode).toBe('404');
	});

	test.each(['500-after-placing', 'reset-after-placing'])('%s: in doubt, said so, and not sent again', async (kind) => {
		const sid = await answered();
		gateway.setFaults([{ kind, operation: 'updateCall' }]);
		const { error } = await update(sid, 'sendDtmf', { digits: '12' });
		expect(error.description).toMatch(/may have reached the call, so it is not sent again.* 0 of 2 requests/);
		expect(bodies()).toHaveLength(1);
	});

	test('a page in the place of "Accepted" is no acceptance', async () => {
		const sid = await answered();
		gateway.setFaults([{ kind: 'html', operation: 'updateCall' }]);
		const { error } = await update(sid, 'mute');
		expect(error.message).toMatch(/cannot be read/);
		expect(error.description).toMatch(/may have reached the call/);
	});
});
