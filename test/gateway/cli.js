'use strict';

const { parseArgs } = require('util');
const { startGateway } = require('./index');

const USAGE = `Usage: npm run gateway -- [--world demo|recordings|path/to/world.json] [--port 4010] [--host 127.0.0.1] [--time-scale 1]`;

function fail(message) {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

function readOptions() {
	try {
		return parseArgs({
			options: {
				world: { type: 'string', default: 'demo' },
				port: { type: 'string', default: '4010' },
				host: { type: 'string', default: '127.0.0.1' },
				'time-scale': { type: 'string', default: '1' },
				quiet: { type: 'boolean', default: false },
				help: { type: 'boolean', short: 'h', default: false },
			},
		}).values;
	} catch (err) {
		return fail(`${err.message}\n${USAGE}`);
	}
}

/** npm runs this command in a shell that keeps signals to itself: when that shell has died, stop as well. */
function stopWithNpm(stop) {
	if (!process.env.npm_lifecycle_event) return;
	const { ppid } = process;
	const timer = setInterval(() => {
		if (process.ppid === ppid) return;
		clearInterval(timer);
		stop();
	}, 250);
	timer.unref();
}

async function main() {
	const { world, host, quiet, help, ...given } = readOptions();
	if (help) return process.stdout.write(`${USAGE}\n`);
	const port = Number(given.port);
	const timeScale = Number(given['time-scale']);
	if (!Number.isInteger(port) || port < 0 || port > 65535)
		fail(`--port must be a number from 0 to 65535, not "${given.port}"`);
	if (!(timeScale > 0)) fail(`--time-scale must be a number above 0, not "${given['time-scale']}"`);
	let gateway;
	try {
		gateway = await startGateway({ world, port, host, timeScale, quiet });
	} catch (err) {
		fail(err.code === 'EADDRINUSE' ? `Port ${port} is taken: choose another one with --port` : err.message);
	}
	const stop = async () => {
		await gateway.close();
		process.exit(0);
	};
	for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
	stopWithNpm(stop);
	// Said last: whoever reads it may tell this process to stop at once.
	process.stdout.write(`Emulated Voice Gateway ready at ${gateway.url}/v1 (world: ${gateway.world.name})\n`);
	return gateway;
}

main();
