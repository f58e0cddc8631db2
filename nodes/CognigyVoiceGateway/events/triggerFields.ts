import type { INodeProperties } from 'n8n-workflow';

import { anyApplicationField } from '../pickers/applications';
import { directionFilter } from '../pickers/direction';

/** What the trigger asks its user. */
export const triggerFields: INodeProperties[] = [
	{
		displayName: 'Calls',
		name: 'calls',
		type: 'options',
		options: [
			{
				name: 'All Calls of an Application',
				value: 'application',
				description: 'Inbound calls too, and calls that somebody else places. Uses the Status Webhook of the application.',
			},
			{
				name: 'Of This Workflow',
				value: 'workflow',
				description: 'Calls that the action node of this workflow places, and others that are given the URL of this trigger',
			},
		],
		default: 'workflow',
		description: 'Whose calls start this workflow',
	},
	{
		...anyApplicationField('The application whose calls start this workflow. While the workflow is published, the application reports them to this trigger.'),
		displayOptions: { show: { calls: ['application'] } },
	},
	{
		displayName: 'Replace Existing Webhook',
		name: 'replaceExistingWebhook',
		type: 'boolean',
		default: false,
		displayOptions: { show: { calls: ['application'] } },
		description:
			'Whether to take the place of a Status Webhook that the application already has, such as that of a Cognigy.AI endpoint, which then hears nothing of its calls. It is put back when the workflow is unpublished.',
	},
	{
		displayName:
			'Listening for a test event leaves the application as it is, so that live calls are not cut off. To test, place a call with the Test URL as its Status URL.',
		name: 'applicationTestNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { calls: ['application'] } },
	},
	{
		displayName: 'Listen For',
		name: 'listenFor',
		type: 'options',
		options: [
			{
				name: 'Every Call Status',
				value: 'status',
				description: 'Trying, ringing, in progress and the end of each call',
			},
			{
				name: 'Every Call Status and Answering Machine Event',
				value: 'all',
				description: 'Also the verdict of the answering machine detection',
			},
			{
				name: 'Final Outcome Only',
				value: 'final',
				description: 'One event per call: how it ended. The end of a transferred leg does not count.',
			},
			{
				name: 'Selected Events',
				value: 'selected',
				description: 'The ones you choose',
			},
		],
		default: 'final',
		description: 'Which events of a call start this workflow',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		displayOptions: { show: { listenFor: ['selected'] } },
		options: [
			{ name: 'Answering Machine Event', value: 'amd', description: 'A verdict of the answering machine detection, or its end' },
			{ name: 'Busy', value: 'busy', description: 'The callee is busy or declined; ends the call' },
			{ name: 'Completed', value: 'completed', description: 'An answered call has ended' },
			{ name: 'Early Media', value: 'early-media', description: 'The other side sends sound before it answers' },
			{ name: 'Failed', value: 'failed', description: 'The call could not be put through; ends the call' },
			{ name: 'In Progress', value: 'in-progress', description: 'The call was answered' },
			{ name: 'No Answer', value: 'no-answer', description: 'Nobody answered in time; ends the call' },
			{ name: 'Ringing', value: 'ringing', description: 'The phone rings' },
			{ name: 'Trying', value: 'trying', description: 'The call was placed' },
		],
		default: ['completed', 'busy', 'no-answer', 'failed'],
		description: 'Which events start this workflow',
	},
	{
		displayName: 'Verification',
		name: 'verification',
		type: 'options',
		options: [
			{
				name: 'None (Not Recommended)',
				value: 'none',
				description: 'Anyone who knows the URL can start this workflow',
			},
			{
				name: 'Secret Token in URL',
				value: 'token',
				description: 'For gateways that do not sign their webhooks',
			},
			{
				name: 'Signature',
				value: 'signature',
				description: 'Each webhook is signed with the account\'s webhook secret. Needs no set-up.',
			},
		],
		default: 'signature',
		description: 'How a real webhook is told from a forged one',
	},
	{
		displayName:
			'Without verification, anyone who learns the URL can start this workflow with made-up calls. Use this for tests only.',
		name: 'noVerificationNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { verification: ['none'] } },
	},
	{
		displayName: 'Token',
		name: 'token',
		type: 'string',
		typeOptions: { password: true },
		required: true,
		displayOptions: { show: { verification: ['token'] } },
		default: '',
		description:
			'At least 20 random letters and digits. Add ?token= and the token to the URL that you give to the gateway; the action node of this workflow does so by itself, and so does this trigger at an application.',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		description: 'An event that does not match all of them starts no run',
		options: [
			{ ...anyApplicationField('Only calls of this application', false), displayOptions: { show: { '/calls': ['workflow'] } } },
			directionFilter,
			{
				displayName: 'Metadata',
				name: 'metadata',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true },
				placeholder: 'Add Metadata',
				default: {},
				description: 'Only calls whose metadata hold all of these values',
				options: [
					{
						displayName: 'Pair',
						name: 'pairs',
						values: [
							{
								displayName: 'Key',
								name: 'key',
								type: 'string',
								default: '',
								placeholder: 'e.g. campaign',
								description: 'Name of the value; for a nested one a path, e.g. customer.ID',
							},
							{ displayName: 'Value', name: 'value', type: 'string', default: '' },
						],
					},
				],
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Include Raw Payload',
				name: 'includeRaw',
				type: 'boolean',
				default: true,
				description: 'Whether to add the webhook\'s content as the gateway sent it, under "raw"',
			},
		],
	},
];
