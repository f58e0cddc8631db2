'use strict';

/** Answering machine detection: which events follow the answer, and when. Times are seconds before the time scale. */

const LANGUAGE = 'en-us';
const GREETING = 'hi you have reached the voicemail of alice please leave a message after the tone';
const STOPPED = { type: 'amd_stopped' };

const ms = (timers, name, fallback) => (timers && timers[name] !== undefined ? timers[name] : fallback) / 1000;

const scripts = {
	human: () => [
		{
			after: 1,
			events: [
				{ type: 'amd_human_detected', reason: 'short greeting', greeting: 'hello', language: LANGUAGE },
				STOPPED,
			],
		},
	],
	'machine-beep': () => [
		{
			after: 2,
			events: [{ type: 'amd_machine_detected', reason: 'long greeting', greeting: GREETING, language: LANGUAGE }],
		},
		{ after: 3, events: [{ type: 'amd_tone_detected', frequency: 1400, variance: 0 }] },
		{ after: 4, events: [{ type: 'amd_machine_stopped_speaking' }, STOPPED] },
	],
	machine: (timers) => [
		{
			after: 2,
			events: [{ type: 'amd_machine_detected', reason: 'hint', hint: 'call has been forwarded', language: LANGUAGE }],
		},
		{
			after: 2 + ms(timers, 'greetingCompletionTimeoutMs', 2000),
			events: [{ type: 'amd_machine_stopped_speaking' }, STOPPED],
		},
	],
	'no-speech': (timers) => [
		{ after: ms(timers, 'noSpeechTimeoutMs', 5000), events: [{ type: 'amd_no_speech_detected' }, STOPPED] },
	],
	undecided: (timers) => [
		{ after: ms(timers, 'decisionTimeoutMs', 15000), events: [{ type: 'amd_decision_timeout' }, STOPPED] },
	],
	error: () => [{ after: 0.2, events: [{ type: 'amd_error' }, STOPPED] }],
};

/**
 * @param {string} [name] what the outcome table says, `human` unless told
 * @param {object} [timers] `amd.timers` of the create body
 */
const amdScript = (name = 'human', timers) => scripts[name](timers);

module.exports = { amdScript };
