'use strict';

const QUIET_SECONDS = 5;

/**
 * Says on the terminal what is going on: numbered steps with the time since the start, and for a long step a line
 * that is rewritten (or, where the output is a file, repeated every few seconds).
 */
function printProgress({ out = process.stdout, steps } = {}) {
	const started = Date.now();
	let step = 0;
	let rewriting = false;
	let lastText = '';
	let lastPrinted = 0;

	const clock = () => `${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s`;

	function line(text) {
		if (rewriting) out.write('\n');
		rewriting = false;
		out.write(`${text}\n`);
	}

	/** A line about something that is still going on. */
	function ongoing(text) {
		if (out.isTTY) {
			out.write(`\r\x1b[2K${clock()}  ${text}`);
			rewriting = true;
			return;
		}
		const now = Date.now();
		const phaseIsNew = text.replace(/[\d.%()]+/g, '') !== lastText.replace(/[\d.%()]+/g, '');
		if (!phaseIsNew && now - lastPrinted < QUIET_SECONDS * 1000) return;
		lastText = text;
		lastPrinted = now;
		line(`${clock()}  ${text}`);
	}

	return {
		line,
		ongoing,
		/** Starts the next numbered step. */
		step(text) {
			step += 1;
			line(`${clock()}  ${steps ? `${step}/${steps} ` : ''}${text}`);
		},
		/** Something found out within a step. */
		note: (text) => line(`${' '.repeat(10)}${text}`),
		/** Progress of installN8n. */
		install({ phase, phases, text, done, total }) {
			const share = total ? `: ${done} of ${total} (${Math.floor((100 * done) / total)} %)` : '';
			ongoing(`     n8n install ${phase}/${phases}, ${text}${share}`);
		},
	};
}

module.exports = { printProgress };
