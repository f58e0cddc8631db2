import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { GatewayProblemError } from '../../gateway/client';
import type { Application } from '../../gateway/types';
import { idOf } from '../one';
import type { Job } from '../perItem';
import * as field from './updateFields';
import * as value from './updateValues';

/** One request to the gateway. */
export interface Step {
	body: IDataObject;
	/** What must not come back in an error. */
	secrets?: string[];
	/** How long to wait before the next one. Milliseconds. */
	pauseMs?: number;
}

/** What Update can do to a call. */
export interface UpdateAction {
	value: string;
	name: string;
	description: string;
	/** When it takes effect: at another time the gateway accepts the action, and does nothing. */
	when?: string;
	fields: INodeProperties[];
	/** The requests; throws {UnusableValueError} for fields that cannot be used. */
	steps(job: Job): Step[] | Promise<Step[]>;
	/** What the gateway now does, for the output's message. */
	effect: string;
}

const NEEDS_DIAL = 'Works while the call is connected to another party.';
const NEEDS_DIAL_OR_CONFERENCE = 'Works while the call is connected to another party, or in a conference.';
const NEEDS_STREAM = 'Works while the call\'s audio is streamed (listen).';
const NEEDS_CONFERENCE = 'Works while the call is in a conference.';
const NEEDS_ANSWER = 'Works once the call is answered.';

/** An action that is told by one word. */
const plain = (id: string, name: string, description: string, when: string, body: IDataObject, effect: string): UpdateAction => ({
	value: id,
	name,
	description,
	when,
	fields: [],
	steps: () => [{ body }],
	effect,
});

/** An action on the recording; the gateway wants to know the kind of recording each time. */
const recording = (id: string, name: string, description: string, effect: string): UpdateAction => ({
	value: id,
	name,
	description,
	fields: [field.recordTo, field.siprecServer, ...(id === 'startRecording' ? [field.recordingId] : [])],
	steps: (job) => {
		const action = id.replace('Recording', 'CallRecording');
		if (value.choice(job, { name: 'recordTo', title: 'Record To' }, ['cloud', 'siprec']) === 'cloud') return [{ body: { record: { action, type: 'cloud' } } }];
		const recordingID = id === 'startRecording' ? value.optionalText(job, { name: 'recordingId', title: 'Recording ID' }) : '';
		const siprecServerURL = value.sipAddress(job, { name: 'siprecServer', title: 'SIPREC Server' });
		return [{ body: { record: { action, siprecServerURL, ...(recordingID === '' ? {} : { recordingID }) } } }];
	},
	effect,
});

function dtmfSteps(job: Job): Step[] {
	const duration = value.toneLength(job);
	// The gateway takes a longer text, and plays its first digit only. The pause keeps the tones apart.
	return value.digits(job).map((digit) => ({ body: { dtmf: { digit, duration } }, pauseMs: duration + 100 }));
}

function whisperSteps(job: Job): Step[] {
	switch (value.choice(job, { name: 'whisperType', title: 'Whisper' }, ['audio', 'text', 'verbs'])) {
		case 'audio':
			return [{ body: { whisper: [{ verb: 'play', url: value.address(job, { name: 'whisperAudioUrl', title: 'Audio URL' }, 'web') }] } }];
		case 'text':
			return [{ body: { whisper: [{ verb: 'say', text: value.requiredText(job, { name: 'whisperText', title: 'Text' }, 'One minute left') }] } }];
		default:
			return [{ body: { whisper: value.whisperVerbs(job) } }];
	}
}

/** The gateway knows no redirect to an application: it is told where the application is to be found, as if typed. */
async function applicationSteps(job: Job): Promise<Step[]> {
	const sid = idOf(job, 'application', 'Application', 'application');
	const result = await job.client.attempt({ method: 'GET', path: `/Applications/${sid}`, global: true });
	if ('problem' in result) {
		const { problem } = result;
		const description =
			problem.code === '404' ? 'The call was not redirected. Choose the application again from the list, or check its ID.' : problem.description;
		throw new GatewayProblemError({ ...problem, message: `The application could not be read. ${problem.message}`, description });
	}
	const { call_hook: hook } = (result.answer.body || {}) as Partial<Application>;
	if (hook === undefined) throw new GatewayProblemError(job.client.unreadable(result.answer, false));
	if (hook === null || !hook.url) {
		throw new GatewayProblemError({
			message: 'The application has no calling webhook, so there is nowhere to redirect the call to.',
			description: 'The call was not redirected. Fill in the calling webhook of the application in the Self-Service Portal, or choose another application.',
			code: '',
			effect: 'no',
		});
	}
	const { url, method, username, password } = hook;
	const login = username && password ? { username, password } : {};
	return [{ body: { call_hook: { url, method: method || 'POST', ...login } }, secrets: password ? [password] : [] }];
}

function webhookSteps(job: Job): Step[] {
	const url = value.address(job, { name: 'webhookUrl', title: 'Webhook URL' }, 'application');
	const method = value.choice(job, { name: 'webhookMethod', title: 'Webhook Method' }, ['GET', 'POST']);
	return [{ body: { call_hook: { url, method } } }];
}

function sipSteps(job: Job): Step[] {
	const method = value.choice(job, { name: 'sipMethod', title: 'SIP Method' }, ['INFO', 'MESSAGE', 'NOTIFY']);
	const contentType = value.requiredText(job, { name: 'sipContentType', title: 'Content Type' }, 'application/json');
	const content = value.requiredText(job, { name: 'sipContent', title: 'Content' }, 'order 4711');
	const headers = value.headers(job);
	return [{ body: { sip_request: { method, content_type: contentType, content, ...(headers === undefined ? {} : { headers }) } } }];
}

/** The hook of a hold. The part of the platform that checks it says waitHook, the part that asks it wait_hook: both are sent. */
function waitHook(job: Job): IDataObject {
	const wanted = { name: 'waitHookUrl', title: 'Wait Hook URL' };
	if (value.optionalText(job, wanted) === '') return {};
	const url = value.address(job, wanted, 'web');
	return { waitHook: url, wait_hook: url };
}

function participantSteps(job: Job): Step[] {
	const action = value.choice(job, { name: 'participantAction', title: 'Participant Action' }, field.PARTICIPANT_ACTIONS);
	const tagged = action === 'coach' || action === 'tag';
	const tag = tagged ? { tag: value.requiredText(job, { name: 'participantTag', title: 'Participant Tag' }, 'agent') } : {};
	return [{ body: { conferenceParticipantAction: { action, ...tag } } }];
}

/** In the order of their names, as n8n shows them. */
export const ACTIONS: readonly UpdateAction[] = [
	{
		value: 'conferenceParticipant',
		name: 'Change Conference Participant',
		description: 'Mute, hold, tag or coach this call\'s party in its conference',
		when: NEEDS_CONFERENCE,
		fields: field.participantFields,
		steps: participantSteps,
		effect: 'the gateway changes the participant of the conference',
	},
	{
		value: 'mediaPath',
		name: 'Change Media Path',
		description: 'Choose whether sound runs through the gateway',
		when: NEEDS_DIAL,
		fields: [field.mediaPathField],
		steps: (job) => [{ body: { media_path: value.choice(job, { name: 'mediaPath', title: 'Media Path' }, field.MEDIA_PATHS) } }],
		effect: 'the gateway changes the way of the sound',
	},
	{
		value: 'conferenceHold',
		name: 'Hold in Conference',
		description: 'Put this call\'s party on hold: it neither hears the conference nor is heard',
		when: NEEDS_CONFERENCE,
		fields: [field.holdHook],
		steps: (job) => [{ body: { conf_hold_status: 'hold', ...waitHook(job) } }],
		effect: 'the gateway puts the party on hold',
	},
	plain('mute', 'Mute', 'The other side no longer hears this call\'s party', NEEDS_DIAL_OR_CONFERENCE, { mute_status: 'mute' }, 'the gateway mutes the party'),
	plain('conferenceMute', 'Mute Conference', 'Mute all participants of this call\'s conference except its moderators', NEEDS_CONFERENCE, { conf_mute_status: 'mute' }, 'the gateway mutes the conference'),
	plain('pauseListening', 'Pause Listening', 'Stop sending the call\'s audio to whoever listens', NEEDS_STREAM, { listen_status: 'pause' }, 'the gateway pauses the audio stream'),
	recording('pauseRecording', 'Pause Recording', 'Leave out what is said until the recording is resumed', 'the gateway pauses the recording'),
	{
		value: 'redirectApplication',
		name: 'Redirect to Application',
		description: 'Hand the call over to another Voice Gateway application. What runs now ends; status updates keep going where they went.',
		fields: [field.applicationChoice],
		steps: applicationSteps,
		effect: 'the gateway hands the call over to the application',
	},
	{
		value: 'redirectWebhook',
		name: 'Redirect to Webhook',
		description: 'Hand the call over to whatever answers at a URL. What runs now ends.',
		fields: field.webhookFields,
		steps: webhookSteps,
		effect: 'the gateway asks the webhook what to do with the call',
	},
	plain('resumeListening', 'Resume Listening', 'Send the call\'s audio to whoever listens again', NEEDS_STREAM, { listen_status: 'resume' }, 'the gateway resumes the audio stream'),
	recording('resumeRecording', 'Resume Recording', 'Go on with a paused recording', 'the gateway resumes the recording'),
	{
		value: 'sendDtmf',
		name: 'Send DTMF',
		description: 'Send key tones to the other side, e.g. for its voice menu',
		when: NEEDS_ANSWER,
		fields: field.dtmfFields,
		steps: dtmfSteps,
		effect: 'the gateway sends the tones',
	},
	{
		value: 'sendSipRequest',
		name: 'Send SIP Request',
		description: 'Send a SIP request within the call, and put out how the other side answered',
		when: NEEDS_ANSWER,
		fields: field.sipRequestFields,
		steps: sipSteps,
		effect: 'the gateway sent the SIP request',
	},
	{
		value: 'setMetadata',
		name: 'Set Metadata',
		description: 'Replace the call\'s metadata. Later status updates carry the new ones as "tag"; a Create and Wait that waits for this call puts out those it sent.',
		fields: field.metadataFields,
		steps: (job) => [{ body: { tag: value.metadata(job) } }],
		effect: 'the gateway replaces the metadata',
	},
	plain('silenceListening', 'Silence Listening', 'Send silence instead of the call\'s audio to whoever listens', NEEDS_STREAM, { listen_status: 'silence' }, 'the gateway sends silence into the audio stream'),
	recording('startRecording', 'Start Recording', 'Record the call from now on', 'the gateway starts the recording'),
	recording('stopRecording', 'Stop Recording', 'End the recording', 'the gateway ends the recording'),
	plain('conferenceUnhold', 'Unhold in Conference', 'Take this call\'s party off hold', NEEDS_CONFERENCE, { conf_hold_status: 'unhold' }, 'the gateway takes the party off hold'),
	plain('unmute', 'Unmute', 'The other side hears this call\'s party again', NEEDS_DIAL_OR_CONFERENCE, { mute_status: 'unmute' }, 'the gateway unmutes the party'),
	plain('conferenceUnmute', 'Unmute Conference', 'Let all participants of this call\'s conference be heard again', NEEDS_CONFERENCE, { conf_mute_status: 'unmute' }, 'the gateway unmutes the conference'),
	{
		value: 'whisper',
		name: 'Whisper',
		description: 'Say or play something that only this party hears',
		when: 'Works while the call is connected to another party, or its audio is streamed (listen).',
		fields: [field.whisperType, ...field.whisperFields],
		steps: whisperSteps,
		effect: 'the gateway whispers',
	},
];

/** What an action does, and when. */
export const textOf = ({ description, when }: UpdateAction): string => (when === undefined ? description : `${description}. ${when}`);

/** The fields of all actions, each shown for those that have it. */
export function actionFields(): INodeProperties[] {
	const unique = [...new Set(ACTIONS.flatMap(({ fields }) => fields))];
	return unique.map((each) => {
		const action = ACTIONS.filter(({ fields }) => fields.includes(each)).map((owner) => owner.value);
		return { ...each, displayOptions: { show: { ...each.displayOptions?.show, action } } };
	});
}
