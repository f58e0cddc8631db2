import type { INodeProperties } from 'n8n-workflow';

/** Options that keep a call from being placed at the wrong time, or twice. */

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** In the order in which one thinks of them, not of the alphabet. */
const windowFields: INodeProperties[] = [
	{
		displayName: 'Days',
		name: 'days',
		type: 'multiOptions',
		options: WEEKDAYS.map((name, index) => ({ name, value: index + 1 })),
		default: [1, 2, 3, 4, 5],
		description: 'Days of the week with calls',
	},
	{
		displayName: 'From',
		name: 'from',
		type: 'string',
		default: '09:00',
		placeholder: 'e.g. 09:00',
		description: 'Time of day of the first call, in the time zone below',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		default: '18:00',
		placeholder: 'e.g. 18:00',
		description: 'Time of day from which no call begins any more; 24:00 for midnight',
	},
	{
		displayName: 'Time Zone',
		name: 'timeZone',
		type: 'string',
		default: '',
		placeholder: 'e.g. Europe/Berlin',
		description: 'IANA name of the callee\'s time zone; an expression can give each item its own. Empty: the workflow\'s.',
	},
	{
		displayName: 'Excluded Dates',
		name: 'excludedDates',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2026-12-25, 2026-12-26',
		description: 'Dates without calls, separated by commas',
	},
	{
		displayName: 'Outside the Window',
		name: 'outside',
		type: 'options',
		options: [
			{ name: 'Error', value: 'error', description: 'The item fails' },
			{
				name: 'Skip',
				value: 'skip',
				description: 'The item comes out with outcome "skipped" and the time of the next window',
			},
		],
		default: 'skip',
		description: 'What happens to a call outside the window',
	},
];

export const callingWindow: INodeProperties = {
	displayName: 'Calling Window',
	name: 'callingWindow',
	type: 'fixedCollection',
	placeholder: 'Set Window',
	default: {},
	description: 'When the callee may be called. Checked at the moment of dialling.',
	options: [
		{
			displayName: 'Window',
			name: 'window',
			values: windowFields,
		},
	],
};

export const doNotCallAgain: INodeProperties = {
	displayName: 'Do Not Call Again',
	name: 'doNotCallAgain',
	type: 'fixedCollection',
	placeholder: 'Set Protection',
	default: {},
	description: 'Skip whoever was called before, by earlier executions too. A duplicate is no error: its outcome is "skipped".',
	options: [
		{
			displayName: 'Settings',
			name: 'settings',
			values: [
				{
					displayName: 'Key',
					name: 'key',
					type: 'string',
					default: '',
					placeholder: 'e.g. {{ $json.contactId }}',
					description: 'What must not be called twice. Empty: the called number.',
				},
				{
					displayName: 'For (Hours)',
					name: 'period',
					type: 'number',
					typeOptions: { minValue: 0, numberPrecision: 2 },
					default: 24,
					description: 'How long a call is remembered',
				},
				{
					displayName: 'Remembered For',
					name: 'scope',
					type: 'options',
					options: [
						{ name: 'This Node', value: 'node', description: 'Other nodes may call the same number' },
						{ name: 'This Workflow', value: 'workflow', description: 'Shared by all nodes of the workflow with this setting' },
					],
					default: 'node',
					description: 'Who shares the memory',
				},
			],
		},
	],
};
