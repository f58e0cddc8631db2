import type { INodeProperties } from 'n8n-workflow';

import { anyApplicationField } from '../../pickers/applications';
import { headerPairs, metadataJson, metadataPairs } from './pairFields';

/**
 * The fields of Update's actions; updateActions.ts says which action has which.
 *
 * A field that depends on another select is not `required`: where that select is an expression, n8n takes the fields
 * of all its choices for shown, and would ask for them all. The action checks it.
 */

export const applicationChoice = anyApplicationField('The application that takes over the call');

export const webhookFields: INodeProperties[] = [
	{
		displayName: 'Webhook URL',
		name: 'webhookUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://bot.example.com/call',
		description: 'Address (https or wss) that the gateway asks what to do with the call from now on; it answers with a list of verbs',
	},
	{
		displayName: 'Webhook Method',
		name: 'webhookMethod',
		type: 'options',
		options: [
			{ name: 'GET', value: 'GET' },
			{ name: 'POST', value: 'POST' },
		],
		default: 'POST',
		description: 'How the gateway asks',
	},
];

export const whisperType: INodeProperties = {
	displayName: 'Whisper',
	name: 'whisperType',
	type: 'options',
	options: [
		{ name: 'Audio', value: 'audio', description: 'A sound file from the web' },
		{ name: 'Text', value: 'text', description: 'Spoken with the voice of the call' },
		{ name: 'Verbs', value: 'verbs', description: 'Say and play verbs as JSON' },
	],
	default: 'text',
	description: 'What this party of the call hears, and the other one does not',
};

const showWhisper = (type: string): INodeProperties['displayOptions'] => ({ show: { whisperType: [type] } });

export const whisperFields: INodeProperties[] = [
	{
		displayName: 'Audio URL',
		name: 'whisperAudioUrl',
		type: 'string',
		displayOptions: showWhisper('audio'),
		default: '',
		placeholder: 'e.g. https://example.com/beep.mp3',
		description: 'Address of an MP3 or WAV file that the gateway can reach',
	},
	{
		displayName: 'Text',
		name: 'whisperText',
		type: 'string',
		typeOptions: { rows: 2 },
		displayOptions: showWhisper('text'),
		default: '',
		placeholder: 'e.g. One minute left',
		description: 'What to say',
	},
	{
		displayName: 'Verbs (JSON)',
		name: 'whisperVerbs',
		type: 'json',
		displayOptions: showWhisper('verbs'),
		default: '[{ "verb": "say", "text": "One minute left" }]',
		description: 'A list of say and play verbs, or one of them',
	},
];

export const recordTo: INodeProperties = {
	displayName: 'Record To',
	name: 'recordTo',
	type: 'options',
	options: [
		{ name: 'Cloud Storage', value: 'cloud', description: 'The storage that is set up for the account' },
		{ name: 'SIPREC Server', value: 'siprec', description: 'A recording server that is reached over SIP' },
	],
	default: 'cloud',
	description: 'Where the recording goes. Give the same for starting, pausing, resuming and stopping.',
};

const showSiprec: INodeProperties['displayOptions'] = { show: { recordTo: ['siprec'] } };

export const siprecServer: INodeProperties = {
	displayName: 'SIPREC Server',
	name: 'siprecServer',
	type: 'string',
	displayOptions: showSiprec,
	default: '',
	placeholder: 'e.g. sip:recorder.example.com',
	description: 'SIP address of the recording server',
};

export const recordingId: INodeProperties = {
	displayName: 'Recording ID',
	name: 'recordingId',
	type: 'string',
	displayOptions: showSiprec,
	default: '',
	placeholder: 'e.g. order-4711',
	description: 'Your own name of the recording, passed on to the recording server',
};

export const dtmfFields: INodeProperties[] = [
	{
		displayName: 'Digits',
		name: 'digits',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 1234#',
		description: 'Tones to send, out of 0 to 9, * and #. Each takes a request of its own.',
	},
	{
		displayName: 'Tone Duration (Ms)',
		name: 'toneDuration',
		type: 'number',
		typeOptions: { minValue: 50, maxValue: 5000 },
		default: 250,
		description: 'How long each tone sounds',
	},
];

export const sipRequestFields: INodeProperties[] = [
	{
		displayName: 'SIP Method',
		name: 'sipMethod',
		type: 'options',
		options: [
			{ name: 'INFO', value: 'INFO' },
			{ name: 'MESSAGE', value: 'MESSAGE' },
			{ name: 'NOTIFY', value: 'NOTIFY' },
		],
		default: 'INFO',
		description: 'Kind of the request',
	},
	{
		displayName: 'Content Type',
		name: 'sipContentType',
		type: 'string',
		required: true,
		default: 'text/plain',
		placeholder: 'e.g. application/json',
		description: 'Media type of the content',
	},
	{
		displayName: 'Content',
		name: 'sipContent',
		type: 'string',
		typeOptions: { rows: 4 },
		required: true,
		default: '',
		placeholder: 'e.g. order 4711',
		description: 'Body of the request',
	},
	headerPairs('Custom headers of the request'),
];

export const metadataFields: INodeProperties[] = [
	metadataPairs('Your own data about the call, instead of what was sent with it before. Later status updates carry it as "tag".'),
	metadataJson,
];

/** For whoever changes the metadata of a call whose verdict travels with them. */
export const answeredByOption: INodeProperties = {
	displayName: 'Answered By',
	name: 'answeredBy',
	type: 'options',
	options: [
		{ name: 'Human', value: 'human' },
		{ name: 'Machine', value: 'machine' },
		{ name: 'Unknown', value: 'unknown' },
	],
	default: 'unknown',
	description:
		'For the action Set Metadata. The verdict of the answering machine detection that Create and Wait has heard travels in the metadata; new ones replace it unless it is given here, e.g. by an expression that reads answered_by.',
};

export const holdHook: INodeProperties = {
	displayName: 'Wait Hook URL',
	name: 'waitHookUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://bot.example.com/music',
	description: 'Address that the gateway asks what to play or say meanwhile. Leave empty for silence.',
};

/** Value and name of what can be done to one party of a conference. */
export const PARTICIPANT_ACTIONS = ['coach', 'hold', 'mute', 'tag', 'uncoach', 'unhold', 'unmute', 'untag'] as const;

export const participantFields: INodeProperties[] = [
	{
		displayName: 'Participant Action',
		name: 'participantAction',
		type: 'options',
		options: [
			{ name: 'Coach', value: 'coach', description: 'Only participants with this tag hear this one' },
			{ name: 'Hold', value: 'hold', description: 'Neither hears nor is heard' },
			{ name: 'Mute', value: 'mute', description: 'Is not heard' },
			{ name: 'Tag', value: 'tag', description: 'Gives this participant a tag, for coaches' },
			{ name: 'Uncoach', value: 'uncoach', description: 'Everybody hears this participant again' },
			{ name: 'Unhold', value: 'unhold', description: 'Hears and is heard again' },
			{ name: 'Unmute', value: 'unmute', description: 'Is heard again' },
			{ name: 'Untag', value: 'untag', description: 'Takes the tag away' },
		],
		default: 'mute',
		description: 'What to do to this call\'s party in its conference',
	},
	{
		displayName: 'Participant Tag',
		name: 'participantTag',
		type: 'string',
		displayOptions: { show: { participantAction: ['coach', 'tag'] } },
		default: '',
		placeholder: 'e.g. agent',
		description: 'For Tag: the tag to give. For Coach: the tag of those who hear this participant.',
	},
];

export const MEDIA_PATHS = ['full-media', 'no-media', 'partial-media'] as const;

export const mediaPathField: INodeProperties = {
	displayName: 'Media Path',
	name: 'mediaPath',
	type: 'options',
	options: [
		{ name: 'Full Media', value: 'full-media', description: 'Sound runs through the whole gateway; needed for recording and listening' },
		{ name: 'No Media', value: 'no-media', description: 'The two parties send sound to each other directly' },
		{ name: 'Partial Media', value: 'partial-media', description: 'Sound runs through the gateway\'s border only' },
	],
	default: 'full-media',
	description: 'Which way the sound takes between the parties',
};
