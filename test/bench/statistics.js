'use strict';

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures several contestants several times, in turn, and each round in another order: what slows the machine
 * down for a while hits all of them.
 *
 * @param {number} rounds
 * @param {Record<string, () => Promise<number>>} contestants
 * @param {(name: string, value: number) => void} [onValue]
 * @returns {Promise<Record<string, number[]>>}
 */
async function inTurn(rounds, contestants, onValue = () => {}) {
	const names = Object.keys(contestants);
	const values = Object.fromEntries(names.map((name) => [name, []]));
	for (let round = 0; round < rounds; round++) {
		const shift = (round * Math.max(1, Math.floor(names.length / rounds))) % names.length;
		for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
			const value = await contestants[name]();
			values[name].push(value);
			onValue(name, value);
		}
	}
	return values;
}

module.exports = { inTurn, median };
