import type { INodeProperties } from 'n8n-workflow';

import { applicationField } from '../../pickers/applications';
import { carrierField } from '../../pickers/carriers';
import { fromField } from '../../pickers/phoneNumbers';
import { commonOptions } from '../perItem';
import { amdSettings } from './amdFields';
import { callingWindow, doNotCallAgain } from './guardFields';
import { headerPairs, metadataJson, metadataPairs } from './pairFields';

/** What a call needs, and what it may have: the fields of every operation that dials. */

const showFor = (toType: string): INodeProperties['displayOptions'] => ({ show: { toType: [toType] } });

const calleeFields: INodeProperties[] = [
	{
		displayName: 'Call To',
		name: 'toType',
		type: 'options',
		options: [
			{ name: 'Phone Number', value: 'phone', description: 'A telephone number, reached through a carrier' },
			{ name: 'Registered User', value: 'user', description: 'A SIP device that is registered with Voice Gateway' },
			{ name: 'SIP URI', value: 'sip', description: 'A SIP address, e.g. of a call center' },
		],
		default: 'phone',
		description: 'What kind of line to call',
	},
	{
		displayName: 'Phone Number',
		name: 'toNumber',
		type: 'string',
		required: true,
		displayOptions: showFor('phone'),
		default: '',
		placeholder: 'e.g. +14155550123',
		description:
			'The number to call, with its country code (E.164). Blanks, hyphens, dots and brackets are removed, and 00 becomes +.',
	},
	{ ...carrierField, displayOptions: showFor('phone') },
	{
		displayName: 'SIP URI',
		name: 'toSipUri',
		type: 'string',
		required: true,
		displayOptions: showFor('sip'),
		default: '',
		placeholder: 'e.g. sip:alice@example.com',
		description: 'The SIP address to call',
	},
	{
		displayName: 'SIP Username',
		name: 'sipUsername',
		type: 'string',
		displayOptions: showFor('sip'),
		default: '',
		description: 'Only if the other side asks for a login',
	},
	{
		displayName: 'SIP Password',
		name: 'sipPassword',
		type: 'string',
		typeOptions: { password: true },
		displayOptions: showFor('sip'),
		default: '',
		description: 'Only if the other side asks for a login',
	},
	{
		displayName: 'User',
		name: 'toUser',
		type: 'string',
		required: true,
		displayOptions: showFor('user'),
		default: '',
		placeholder: 'e.g. alice@acme.sip.example.com',
		description: 'The name of the registered user, with or without the SIP realm of your account',
	},
];

/** Where Create lets the gateway report to. */
export const statusFields: INodeProperties[] = [
	{
		displayName: 'Status Updates',
		name: 'statusUpdates',
		type: 'options',
		options: [
			{
				name: 'None',
				value: 'none',
				description: 'The call is placed, and this workflow does not hear of it again',
			},
			{
				name: 'Trigger in This Workflow',
				value: 'trigger',
				description: 'The Voice Gateway Trigger of this workflow receives them, if there is one. The workflow must be published. A trigger for all calls of an application hears of that application only.',
			},
			{
				name: 'Webhook URL',
				value: 'url',
				description: 'Another workflow or system receives them',
			},
		],
		default: 'trigger',
		description: 'Where the gateway reports how the call goes on: ringing, answered, completed, busy',
	},
	{
		displayName: 'Status URL',
		name: 'statusUrl',
		type: 'string',
		required: true,
		displayOptions: { show: { statusUpdates: ['url'] } },
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/...',
		description: 'Address that the gateway can reach. For a Voice Gateway Trigger in another workflow, use its production URL.',
	},
];

const callOptions: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Additional Fields (JSON)',
			name: 'additionalFields',
			type: 'json',
			default: '{}',
			description:
				'Further fields of the API\'s request body. Only for fields that your gateway knows: an unknown one makes it answer with an error 500, after which nobody can tell whether the call was placed.',
		},
		{
			displayName: 'Answering Machine Detection',
			name: 'detectAnsweringMachine',
			type: 'boolean',
			default: true,
			description: 'Whether to find out if a person or an answering machine picked up. The verdict comes as events of the call.',
		},
		amdSettings,
		callingWindow,
		{
			displayName: 'Caller Name',
			name: 'callerName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Acme Support',
			description: 'Name shown to the callee, where the carrier passes it on',
		},
		{
			displayName: 'Calls in Parallel',
			name: 'callsInParallel',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 100 },
			default: 5,
			description: 'How many calls are placed at the same time when there are several items. The first item\'s value counts.',
		},
		{
			displayName: 'Calls per Second',
			name: 'callsPerSecond',
			type: 'number',
			typeOptions: { minValue: 0.001, numberPrecision: 3 },
			default: 5,
			description: 'How many calls may begin within one second; 0.5 stands for one call every two seconds. The first item\'s value counts.',
		},
		doNotCallAgain,
		{
			displayName: 'From Host',
			name: 'fromHost',
			type: 'string',
			default: '',
			placeholder: 'e.g. sip.example.com',
			description: 'Domain of the SIP From header, if your carrier asks for one',
		},
		{
			displayName: 'Max Active Calls',
			name: 'maxActiveCalls',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 10,
			description:
				'Wait for a free line while this many calls of the account are alive, inbound and others included. The first item\'s value counts.',
		},
		{
			displayName: 'Maximum Duration (Seconds)',
			name: 'timeLimit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 600,
			description: 'The gateway ends the call this long after it was answered',
		},
		metadataPairs('Your own data about the call, e.g. the contact\'s ID. It comes back with every status update as "tag".'),
		metadataJson,
		{
			displayName: 'Number Format',
			name: 'numberFormat',
			type: 'options',
			options: [
				{ name: 'Any', value: 'any', description: 'Dial as written, for extensions and trunks with local formats' },
				{ name: 'E.164', value: 'e164', description: 'International numbers only, e.g. +14155550123' },
			],
			default: 'e164',
			description: 'Which numbers may be called',
		},
		...commonOptions,
		{
			displayName: 'Retries If Not Placed',
			name: 'retriesIfNotPlaced',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 10 },
			default: 2,
			description:
				'How often to try again when a call was certainly not placed: gateway unreachable, rate limit (429) or no capacity (480). Anything else is never tried again. The first item\'s value counts.',
		},
		{
			displayName: 'Ring Timeout (Seconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 600 },
			default: 60,
			description: 'How long the phone rings before the call counts as not answered',
		},
		headerPairs('Custom headers of the SIP INVITE'),
		{
			displayName: 'SIP Headers (JSON)',
			name: 'sipHeadersJson',
			type: 'json',
			default: '{}',
			description: 'Custom headers of the SIP INVITE as a JSON object. Pairs under SIP Headers are added to it.',
		},
		{
			displayName: 'Speech Language',
			name: 'speechLanguage',
			type: 'string',
			default: '',
			placeholder: 'e.g. en-US',
			description: 'Language of the voice, instead of the application\'s own',
		},
		{
			displayName: 'Speech Vendor',
			name: 'speechVendor',
			type: 'string',
			default: '',
			placeholder: 'e.g. microsoft',
			description: 'Service that speaks, instead of the application\'s own',
		},
		{
			displayName: 'Speech Voice',
			name: 'speechVoice',
			type: 'string',
			default: '',
			placeholder: 'e.g. en-US-JennyNeural',
			description: 'Voice that speaks, instead of the application\'s own',
		},
	],
};

/**
 * The fields of an operation that dials.
 *
 * @param own what the operation asks beside the call itself, shown before the options
 */
export const callFields = (own: INodeProperties[]): INodeProperties[] => [
	fromField,
	...calleeFields,
	applicationField,
	...own,
	callOptions,
];
