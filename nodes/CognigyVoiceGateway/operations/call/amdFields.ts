import type { INodeProperties } from 'n8n-workflow';

/** How the answering machine detection (AMD) listens. */

const milliseconds = (displayName: string, name: string, standard: number, description: string): INodeProperties => ({
	displayName: displayName,
	name,
	type: 'number',
	typeOptions: { minValue: 1 },
	default: standard,
	description,
});

export const amdSettings: INodeProperties = {
	displayName: 'Answering Machine Settings',
	name: 'amdSettings',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	description: 'Take effect when Answering Machine Detection is on',
	options: [
		milliseconds('Decision Timeout (Ms)', 'decisionTimeoutMs', 15_000, 'How long to listen before giving up on a verdict'),
		{
			displayName: 'Events URL',
			name: 'eventsUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/...',
			description: 'Where the verdict goes. Leave empty to send it where the status updates go.',
		},
		milliseconds(
			'Greeting Completion Timeout (Ms)',
			'greetingCompletionTimeoutMs',
			2_000,
			'Silence after which a machine counts as having finished its greeting',
		),
		milliseconds('No Speech Timeout (Ms)', 'noSpeechTimeoutMs', 5_000, 'How long to wait for the first word'),
		{
			displayName: 'Recognizer Language',
			name: 'recognizerLanguage',
			type: 'string',
			default: '',
			placeholder: 'e.g. en-US',
			description: 'Language in which the callee is expected to answer. Leave empty for the application\'s own.',
		},
		{
			displayName: 'Recognizer Vendor',
			name: 'recognizerVendor',
			type: 'string',
			default: '',
			placeholder: 'e.g. google',
			description: 'Speech recognition service that listens. Leave empty for the application\'s own.',
		},
		milliseconds('Tone Timeout (Ms)', 'toneTimeoutMs', 20_000, 'How long to wait for the beep of a machine'),
		{
			displayName: 'Word Count',
			name: 'thresholdWordCount',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 9,
			description: 'A greeting with more words than this comes from a machine',
		},
	],
};
