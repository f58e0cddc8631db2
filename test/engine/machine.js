'use strict';

/**
 * What a busy machine takes from this process: time in which it wanted to run and did not get a processor. Gateway, node
 * and test share the process, so that what is measured in it can be judged without that time. Nothing on an idle machine.
 *
 * @returns {{ total: () => number, longest: () => number, between: (from: number, to: number) => number, stop: () => void }}
 *   milliseconds, since the start, or between two moments of Date.now()
 */
function watchMachine() {
	const EVERY_MS = 5;
	/** A timer is late by this much on an idle machine too. */
	const USUAL_MS = 3;
	let [at, used] = [performance.now(), process.cpuUsage()];
	let [total, longest] = [0, 0];
	const losses = [];
	const look = () => {
		const { user, system } = process.cpuUsage(used);
		// What the process itself has worked in the meantime is its own fault, and stays counted.
		const taken = performance.now() - at - EVERY_MS - USUAL_MS - (user + system) / 1000;
		if (taken > 0) {
			total += taken;
			losses.push({ taken, until: Date.now() });
			longest = Math.max(longest, taken);
		}
		[at, used] = [performance.now(), process.cpuUsage()];
	};
	const timer = setInterval(look, EVERY_MS);
	const upToNow = (read) => () => {
		look();
		return read();
	};
	const between = (from, to) => {
		look();
		return losses.filter(({ taken, until }) => until >= from && until - taken <= to).reduce((sum, { taken }) => sum + taken, 0);
	};
	return { total: upToNow(() => total), longest: upToNow(() => longest), between, stop: () => clearInterval(timer) };
}

/**
 * The most that began within any second, less what a busy machine took just before it and in it: that moves calls together.
 *
 * @param {number[]} times moments of Date.now()
 * @param {{ between: Function }} machine watched since before the first of them
 * @param {number} [jitterMs] how much longer than others a request may take to the gateway
 */
const mostInASecond = (times, machine, jitterMs = 0) =>
	Math.max(
		...times.map((from) => {
			const window = 1000 - jitterMs - machine.between(from - 250, from + 1000);
			return times.filter((at) => at >= from && at < from + window).length;
		}),
	);

module.exports = { mostInASecond, watchMachine };
