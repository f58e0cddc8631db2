/** What Voice Gateway sends and receives, in its own names. Source: Cognigy, "Create Outbound Calls", and the recordings in test/recordings. */

/** The person or device to call. */
export type CallTarget =
	| { type: 'phone'; number: string; trunk?: string }
	| { type: 'sip'; sipUri: string; auth?: { username: string; password: string } }
	| { type: 'user'; name: string };

/** Answering machine detection (AMD) as part of a create request; the timers are in milliseconds. */
export interface AnsweringMachineDetection {
	actionHook: string;
	thresholdWordCount?: number;
	recognizer?: { vendor?: string; language?: string };
	timers?: {
		noSpeechTimeoutMs?: number;
		decisionTimeoutMs?: number;
		toneTimeoutMs?: number;
		greetingCompletionTimeoutMs?: number;
	};
}

/** Body of `POST /v1/Accounts/:account_sid/Calls`. */
export interface CreateCallRequest {
	application_sid: string;
	from: string;
	to: CallTarget;
	callerName?: string;
	fromHost?: string;
	/** Ring timeout in seconds. */
	timeout?: number;
	/** Maximum duration of the answered call in seconds. */
	timeLimit?: number;
	/** Metadata; comes back as `customerData` in every webhook. */
	tag?: Record<string, unknown>;
	/** Custom SIP headers of the INVITE. */
	headers?: Record<string, string>;
	speech_synthesis_vendor?: string;
	speech_synthesis_voice?: string;
	speech_synthesis_language?: string;
	amd?: AnsweringMachineDetection;
	notifyUrl?: string;
	[field: string]: unknown;
}

/** The part of an application that the nodes use. */
export interface Application {
	application_sid: string;
	name: string;
	/** What the gateway asks when a call begins. */
	call_hook?: CallHook | null;
}

/** Where an application is to be found, and how to get in. */
export interface CallHook {
	url: string;
	method?: string | null;
	username?: string | null;
	password?: string | null;
}

/** A webhook of an application. */
export interface ApplicationHook {
	webhook_sid?: string | null;
	url: string;
	method: string;
	username?: string | null;
	password?: string | null;
}

/** An application with its webhooks; null: it has none. */
export interface ApplicationWithHooks extends Application {
	account_sid?: string | null;
	call_hook: ApplicationHook | null;
	call_status_hook: ApplicationHook | null;
}

/** The part of a phone number that the nodes use; `number` has no plus sign. */
export interface PhoneNumber {
	phone_number_sid: string;
	number: string;
	application_sid: string | null;
	account_sid?: string | null;
}

/** The part of a carrier (trunk) that the nodes use. */
export interface Carrier {
	voip_carrier_sid: string;
	name: string;
}

/** The part of a listed call that the nodes use; a call that has just expired is listed as {}. */
export interface ListedCall {
	call_sid?: string;
	call_status?: string;
	from?: string;
	to?: string;
}

/** The statuses after which the gateway sends no other. */
const FINAL_STATUSES = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

/** Whether a call with this status has ended. */
export const isFinalStatus = (status: string | null): boolean => status !== null && FINAL_STATUSES.has(status);
