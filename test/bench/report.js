'use strict';

const { ENGINE_NAMES, goalsOf, ratioByRound } = require('./goals');
const { median } = require('./statistics');

const ratio = (value) => `${value.toFixed(2)} x`;
const thousands = (value) => value.toLocaleString('en');
const spread = (values, digits, scale = 1) =>
	`${(median(values) / scale).toFixed(digits)} (${(Math.min(...values) / scale).toFixed(digits)} to ${(Math.max(...values) / scale).toFixed(digits)})`;

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function goalsSection(results) {
	const rows = goalsOf(results).map(({ goal, result, met }) => [goal, result, met ? 'met' : '**not met**']);
	return ['## Goals', table(['Goal', 'Result', ''], rows)];
}

function diallingSection({ dialling, size, latencyMs }) {
	if (!dialling) return [];
	const { times, peaks, parallel } = dialling;
	const { calls, callsOneByOne, rounds } = size.dialling;
	const ms = (name) => median(times[name]);
	const faster = (name) => ratio(ms('one by one') / ms(name));
	const who = [
		['ours', 'this node'],
		['http', 'HTTP Request, so many in flight'],
		['loop', "bare loop through n8n's HTTP helper"],
		['axios', 'plain axios, outside n8n'],
	];
	const columns = parallel.map((n) => `${n} in parallel`);
	return [
		'## Dialling',
		`${thousands(calls)} calls, ${latencyMs} ms latency. How many times faster than one at a time, the way of n8n's nodes that await each request:`,
		table(['', ...columns], who.map(([key, name]) => [name, ...parallel.map((n) => faster(`${key} ${n}`))])),
		`HTTP Request without batching has all requests in flight at once and is ${faster('http at once')} faster than one at a time; it took ${ratio(ms('http at once') / ms('ours 50'))} the time of this node with 50 in parallel.`,
		"This node's time, as a multiple of the other's:",
		table(['', ...columns], who.slice(1).map(([key, name]) => [name, ...parallel.map((n) => ratio(ms(`ours ${n}`) / ms(`${key} ${n}`)))])),
		[
			`Median of ${rounds} rounds; every round runs all contestants in another order. Time is what n8n notes for the node (executionTime), and for axios the loop alone.`,
			`One at a time: the bare loop with ${callsOneByOne} calls, times ${calls / callsOneByOne}.`,
			'All contestants place the same calls with the same body and credential; every call was counted at the gateway, once.',
			"HTTP Request's batching does not wait for answers: its batch of N goes out every " + `${latencyMs} ms, the latency, which comes closest to N in flight. With a batch interval of 0 it does not batch at all.`,
			'The gateway is a small HTTP server in a process of its own, which answers 201 after the latency and nothing else, so that it takes next to no processor time from the contestants.',
		].join(' '),
		'<details><summary>Seconds and peaks</summary>',
		table(
			['Contestant', 'Seconds: median (least to most)', 'Most requests under way at once'],
			Object.keys(times).map((name) => [name, spread(times[name], 2, 1000), peaks[name]]),
		),
		'</details>',
	];
}

function receivingSection({ receiving, size }) {
	if (!receiving) return [];
	const { rates, answers, parallel } = receiving;
	const others = ['bare', 'bare with credential', 'webhook'];
	const rows = Object.entries(rates).map(([engine, measured]) => [
		ENGINE_NAMES[engine],
		...others.map((name) => ratio(ratioByRound(measured.ours, measured[name]))),
		ratio(ratioByRound(measured['bare with credential'], measured.bare)),
	]);
	return [
		'## Trigger',
		`Webhooks per second that lead to a finished run of a workflow with one more step; ${parallel} webhooks under way at once, signed, each the end of another call; executions are not saved. The trigger checks signatures and drops repeats; the bare trigger, a community node too, checks nothing. "With credential" is the bare trigger with the same credential set, which it does not use.`,
		table(['', 'this trigger : bare', 'this trigger : bare with credential', "this trigger : n8n's Webhook node", 'bare with credential : bare'], rows),
		`Median of the ratios of ${size.receiving.rounds} rounds. The last column is what n8n does at every run about a credential that is set; a trigger that checks signatures needs one, for the secret.`,
		'<details><summary>Webhooks per second</summary>',
		table(
			['Engine', 'Contestant', 'Median (least to most)'],
			Object.entries(rates).flatMap(([engine, contestants]) => Object.entries(contestants).map(([name, values]) => [engine, name, spread(values, 1)])),
		),
		'</details>',
		'### How long the gateway waits for its answer',
		"Webhooks one at a time, on an n8n that does nothing else; milliseconds until the answer, and how much of it is n8n's own: the bare trigger checks nothing.",
		table(
			['Engine', 'Webhook', 'Milliseconds, median (least to most)', 'of the bare trigger'],
			Object.entries(answers).flatMap(([engine, contestants]) =>
				Object.entries(contestants).map(([name, values]) => [engine, name === 'bare' ? 'to the bare trigger' : name, spread(values, 1), ratio(ratioByRound(values, contestants.bare))]),
			),
		),
	];
}

function memorySection({ memory, size }) {
	if (!memory) return [];
	const { peaks, parallel } = memory;
	const above = (name) => Math.max(1, median(peaks[name]) - median(peaks.idle));
	const other = 'http batches';
	const rows = [[`HTTP Request, ${parallel} in flight`, ratio(median(peaks.ours) / median(peaks[other])), ratio(above('ours') / above(other))]];
	return [
		'## Memory',
		`The most memory (VmHWM) of a fresh n8n process that dials ${thousands(size.memory.items)} items once, this node with ${parallel} in parallel, the execution saved. This node's, as a multiple of the other's:`,
		table(['', 'whole process', 'above an n8n that does nothing'], rows),
		'<details><summary>MiB</summary>',
		table(['Contestant', 'Median (least to most)'], Object.entries(peaks).map(([name, values]) => [name, spread(values, 0)])),
		'</details>',
	];
}

function joiningSection({ joining }) {
	if (!joining) return [];
	return [
		'## Joining with Create and Wait',
		'Requests to the gateway in a run that waits for several calls together, from dialling to the one resume; calls of 0 to 8 seconds in the emulated gateway with mixed ends. One request per call is the create itself.',
		table(
			['Calls', 'Requests per call', 'of these, questions', 'Webhooks per call', 'of these, not answered 200', 'Outcomes known'],
			joining.joins.map(({ calls, requests, creates, webhooks, refused, known }) => [
				calls,
				(requests / calls).toFixed(2),
				((requests - creates) / calls).toFixed(2),
				(webhooks / calls).toFixed(2),
				(refused / calls).toFixed(2),
				`${known} of ${calls}`,
			]),
		),
	];
}

function loadingSection({ start, load, tarball }) {
	if (!start) return [];
	return [
		'## Loading',
		table(
			['', ''],
			[
				["n8n's start with the package, as a multiple of its start without", ratio(median(start.with) / median(start.without))],
				["Loading the package's code, as a part of n8n's start", `${((100 * median(load.load)) / median(start.without)).toFixed(2)} %`],
				['Tarball', `${(tarball.bytes / 1024).toFixed(1)} KiB, ${tarball.files.length} files`],
			],
		),
		'<details><summary>Seconds</summary>',
		table(
			['', 'Median (least to most)'],
			[
				['start with', spread(start.with, 2, 1000)],
				['start without', spread(start.without, 2, 1000)],
				["loading the package's code alone", spread(load.load, 3, 1000)],
			],
		),
		'</details>',
	];
}

/** The whole document. */
function reportOf(results) {
	const { machine, minutes } = results;
	return [
		'# Benchmarks',
		`Written by \`npm run bench\` in one run of ${minutes.toFixed(0)} minutes; do not edit. Compare ratios only, and only within one run. n8n ${machine.n8n}, Node.js ${machine.node}, package ${machine.package}, ${machine.cores} cores, ${machine.memoryGiB.toFixed(0)} GiB of memory; n8n, the gateway and the sender of webhooks share them.`,
		...goalsSection(results),
		...diallingSection(results),
		...receivingSection(results),
		...memorySection(results),
		...joiningSection(results),
		...loadingSection(results),
	].join('\n\n').concat('\n');
}

module.exports = { reportOf };
