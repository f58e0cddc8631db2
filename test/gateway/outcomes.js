'use strict';

/**
 * What happens to a called number: ONE table, keyed by its last three digits. Times are seconds before the time scale.
 *
 * @typedef {object} Outcome
 * @property {string} name       short name of the scenario, also `scenario` in the log of placed calls
 * @property {string} note       what it shows, for the README
 * @property {{after: number, status: 180|183}[]} provisional provisional answers, counted from the INVITE
 * @property {number} [answer]   seconds from the INVITE until it is answered
 * @property {number} [talk]     seconds from the answer until it ends
 * @property {'caller'|'jambonz'} [endedBy] who hangs up (`caller` is the far end)
 * @property {[number, string]} [final] SIP status and reason of a call that is not answered
 * @property {number} [finalAfter] seconds from the INVITE until that final answer
 * @property {string} [amd]      what answering machine detection finds (see amd.js); `human` unless told
 * @property {object} [byeHeaders] SIP headers of the far end's BYE
 * @property {boolean} [silent]  no webhook is sent for this call
 * @property {string} [transferTo] number of the child leg that is dialled during the call
 * @property {boolean} [unsendable] the INVITE cannot be sent: create answers 500 and nothing rings
 */

const RING = [{ after: 0.3, status: 180 }];

/** @returns {Outcome} */
const answered = (name, note, more = {}) => ({
	name,
	note,
	provisional: RING,
	answer: 1.5,
	talk: 3,
	endedBy: 'jambonz',
	...more,
});

/** @returns {Outcome} */
const refused = (status, reason, note, { rings = false } = {}) => ({
	name: `sip-${status}`,
	note,
	provisional: rings ? RING : [],
	final: [status, reason],
	finalAfter: rings ? 1.5 : 0.5,
});

/** Rings (or not) until the ring timeout of the call, then 487. */
const unanswered = (name, note, provisional) => ({ name, note, provisional });

/** @type {Record<string, Outcome>} */
const outcomes = {
	'001': answered('answered-8s', 'answered, 8 s long, the platform hangs up', { talk: 8 }),
	100: unanswered('no-provisional', 'never rings; no-answer (487) when the ring timeout is over', []),
	180: unanswered('rings-out', 'rings until the ring timeout is over, then no-answer (487)', RING),
	183: answered('early-media', 'early media instead of ringing, then answered, 8 s long', {
		provisional: [{ after: 0.3, status: 183 }],
		talk: 8,
	}),
	200: answered('far-end-hangs-up', 'answered, the far end hangs up after 2 s', { talk: 2, endedBy: 'caller' }),
	202: answered('bye-headers', "as 200, and the far end's BYE carries a custom header", {
		talk: 2,
		endedBy: 'caller',
		byeHeaders: { 'X-Fake-Bye-Header': 'Käse' },
	}),
	210: answered('slow-to-answer', 'rings for 20 s, then answered', { answer: 20 }),
	220: answered('long-call', 'answered, 10 minutes long unless somebody hangs up or timeLimit ends it', { talk: 600 }),
	230: answered('no-webhook', 'answered, but not one webhook is sent', { silent: true }),
	240: answered('transferred', 'answered, then transferred: a child leg with a life of its own inside the call', {
		talk: 6,
		transferTo: '+12025550199',
	}),
	291: answered('machine-with-beep', 'answered by a machine, with a beep', { talk: 6, amd: 'machine-beep' }),
	292: answered('human', 'answered by a human', { talk: 4, amd: 'human' }),
	293: answered('machine-no-beep', 'answered by a machine, without a beep', { talk: 6, amd: 'machine' }),
	294: answered('silence', 'answered, but nobody speaks', { talk: 8, amd: 'no-speech', endedBy: 'caller' }),
	295: answered('undecided', 'answered, detection cannot decide in time', { talk: 18, amd: 'undecided' }),
	296: answered('amd-error', 'answered, detection itself fails', { amd: 'error' }),
	404: refused(404, 'Not Found', 'failed: number does not exist'),
	408: refused(408, 'Request Timeout', 'failed: the carrier does not answer'),
	480: refused(480, 'Temporarily Unavailable', 'failed: phone is off', { rings: true }),
	486: refused(486, 'Busy Here', 'busy', { rings: true }),
	487: refused(487, 'Request Terminated', 'no-answer: the carrier gave up ringing', { rings: true }),
	488: refused(488, 'Not Acceptable Here', 'failed: no common codec'),
	500: refused(500, 'Server Internal Error', 'failed: carrier error'),
	503: refused(503, 'Service Unavailable', 'failed: carrier out of service'),
	600: refused(600, 'Busy Everywhere', 'failed (not busy) with 600', { rings: true }),
	603: refused(603, 'Decline', 'busy: the called person declined', { rings: true }),
	999: {
		name: 'unsendable',
		note: 'create answers 500 and the phone does not ring',
		provisional: [],
		unsendable: true,
	},
};

/** Every number that is not in the table. */
const defaultOutcome = answered('answered', 'answered, 3 s long, the platform hangs up');

/** What happens when all licensed sessions of the account are in use. */
const overLimit = { ...refused(503, 'Maximum Calls In Progress', ''), name: 'over-session-limit', finalAfter: 0.1 };

/**
 * @param {string} number as dialled
 * @returns {Outcome}
 */
function outcomeFor(number) {
	const digits = String(number).split('@')[0].replace(/\D/g, '');
	return outcomes[digits.slice(-3)] || defaultOutcome;
}

module.exports = { outcomes, defaultOutcome, overLimit, outcomeFor };
