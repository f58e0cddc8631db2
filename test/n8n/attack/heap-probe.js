'use strict';

const http = require('node:http');
const { setImmediate } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');
const { isMainThread } = require('node:worker_threads');

/**
 * Loaded into n8n before its own code: tells on a port of this machine what n8n's memory holds, in bytes, once everything
 * that is no longer used has been thrown away. Other processes and threads that inherit the setting stay as they are.
 */
if (isMainThread && /[\\/]bin[\\/]n8n$/.test(process.argv[1] ?? '')) {
	v8.setFlagsFromString('--expose-gc');
	const collect = vm.runInNewContext('gc');
	const server = http.createServer(async (request, response) => {
		// What lies outside of the heap is let go after the first one.
		collect();
		await setImmediate();
		collect();
		const { heapUsed, external } = process.memoryUsage();
		response.end(JSON.stringify(heapUsed + external));
	});
	server.listen(Number(process.env.HEAP_PROBE_PORT), '127.0.0.1').unref();
}
