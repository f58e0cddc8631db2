'use strict';

const { median } = require('./statistics');

const times = (ratio) => `${ratio.toFixed(2)} x`;

/** A goal with what was measured. `actual` and `bound` are ratios. */
const atMost = (goal, actual, bound) => ({ goal, result: times(actual), met: actual <= bound });
const atLeast = (goal, actual, bound) => ({ goal, result: times(actual), met: actual >= bound });

function diallingGoals({ times: measured, parallel }) {
	const ms = (name) => median(measured[name]);
	const rows = [];
	for (const n of parallel) {
		rows.push(atMost(`Dialling, ${n} in parallel: never slower than HTTP Request with as many in flight`, ms(`ours ${n}`) / ms(`http ${n}`), 1));
	}
	for (const n of parallel) {
		rows.push(atMost(`Dialling, ${n} in parallel: time at most 1.1 x the bare loop's`, ms(`ours ${n}`) / ms(`loop ${n}`), 1.1));
	}
	rows.push(atMost("Dialling, 10 in parallel: time at most 1.3 x plain axios' outside n8n", ms('ours 10') / ms('axios 10'), 1.3));
	rows.push(atLeast('Dialling, 5 in parallel (the default): at least 4 x faster than one at a time', ms('one by one') / ms('ours 5'), 4));
	rows.push(atLeast('Dialling, 50 in parallel: at least 18 x faster than one at a time', ms('one by one') / ms('ours 50'), 18));
	return rows;
}

/** A round's contestants follow each other at once: the median of the rounds' ratios is steadier than a ratio of medians. */
const ratioByRound = (mine, others) => median(mine.map((value, round) => value / others[round]));

const ENGINE_NAMES = { default: "n8n's default expression engine", legacy: 'the legacy expression engine' };

const receivingGoals = ({ rates }) =>
	Object.entries(rates).flatMap(([engine, { ours, ...others }]) =>
		['bare', 'bare with credential'].map((name) => {
			const goal = `Trigger, ${ENGINE_NAMES[engine]}: at least 0.95 x the webhooks per second of a bare trigger${name === 'bare' ? '' : ' with the same credential set'}`;
			return atLeast(goal, ratioByRound(ours, others[name]), 0.95);
		}),
	);

const memoryGoals = ({ peaks }, { items }) => [
	atMost(
		`Peak memory, ${items.toLocaleString('en')} items: not above that of HTTP Request with as many in flight`,
		median(peaks.ours) / median(peaks['http batches']),
		1,
	),
];

/** All goals that were measured. */
function goalsOf({ dialling, receiving, memory, size }) {
	return [
		...(dialling ? diallingGoals(dialling) : []),
		...(receiving ? receivingGoals(receiving) : []),
		...(memory ? memoryGoals(memory, size.memory) : []),
	];
}

module.exports = { ENGINE_NAMES, goalsOf, ratioByRound };
