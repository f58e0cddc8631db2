'use strict';

/** What the soak does: which numbers are called in which executions, and what goes wrong with them. All of it from one seed. */

/** A small random generator (mulberry32): the same seed gives the same plan. */
function randomFrom(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Fates of calls (last three digits), with the gateway's final event. */
const FATES = [
	['200', 'completed'],
	['001', 'completed'],
	['183', 'completed'],
	['240', 'completed'],
	['486', 'busy'],
	['603', 'busy'],
	['487', 'no-answer'],
	['180', 'no-answer'],
	['404', 'failed'],
	['480', 'failed'],
	['503', 'failed'],
];

/** Items per execution, drawn at random. */
const SIZES = [1, 1, 1, 5, 10, 15];

/** What goes wrong, in parts of all calls; for each call at most one of them. `number` is filled in. */
const TROUBLES = [
	{ name: 'final webhook lost', share: 0.03, faults: (final) => [{ kind: 'webhook-drop', event: final }] },
	{ name: 'all webhooks lost', share: 0.02, faults: () => [{ kind: 'webhook-drop' }] },
	{ name: 'every webhook twice', share: 0.06, faults: () => [{ kind: 'webhook-duplicate' }] },
	{ name: 'final webhook three times', share: 0.04, faults: (final) => [{ kind: 'webhook-duplicate', times: 3, event: final }] },
	{ name: 'final webhook late', share: 0.04, faults: (final) => [{ kind: 'webhook-late', ms: 2_500, event: final }] },
	{ name: 'webhooks out of order', share: 0.06, faults: () => [{ kind: 'webhook-reorder', event: 'ringing' }] },
	{ name: 'forged end', share: 0.04, faults: () => [{ kind: 'webhook-forged', event: 'ringing', count: 1 }] },
	{ name: 'rate limit (429)', share: 0.04, faults: () => [{ kind: '429', count: 1 }] },
	{ name: 'no capacity (480)', share: 0.04, faults: () => [{ kind: '480', count: 1 }] },
	{ name: 'reset after placing', share: 0.03, faults: () => [{ kind: 'reset-after-placing', count: 1 }] },
	{ name: '500 after placing', share: 0.02, faults: () => [{ kind: '500-after-placing', count: 1 }] },
	{
		name: 'reset after placing, webhooks lost',
		share: 0.01,
		faults: () => [{ kind: 'reset-after-placing', count: 1 }, { kind: 'webhook-drop' }],
	},
];

/** Troubles after which the run does not know the call's sid. */
const WITHOUT_SID = new Set(['reset after placing', '500 after placing', 'reset after placing, webhooks lost']);

/**
 * @typedef {{ number: string, trouble?: string }} PlannedCall
 * @param {{ seed: number, calls: number }} options
 * @returns {{ executions: PlannedCall[][], faults: object[], signal: 'SIGTERM' | 'SIGKILL' }}
 */
function planSoak({ seed, calls }) {
	const random = randomFrom(seed);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const faults = [];

	const plannedCall = (index) => {
		const [digits, final] = pick(FATES);
		const plain = `12${String(1_000_000 + index).slice(1)}${digits}`;
		let left = random();
		const trouble = TROUBLES.find(({ share }) => (left -= share) < 0);
		for (const fault of trouble?.faults(final) ?? []) faults.push({ ...fault, number: plain });
		return { number: `+${plain}`, trouble: trouble?.name };
	};

	const executions = [];
	for (let planned = 0; planned < calls; planned += executions.at(-1).length) {
		const size = Math.min(pick(SIZES), calls - planned);
		executions.push(Array.from({ length: size }, (_, index) => plannedCall(planned + index)));
	}
	return { executions, faults, signal: pick(['SIGTERM', 'SIGKILL']) };
}

module.exports = { WITHOUT_SID, planSoak };
