'use strict';

const path = require('node:path');

const axios = require('axios');

const { freePort } = require('../lib/ports');

/**
 * What is in the memory of an n8n because something still uses it. The size of the process would not tell: it follows
 * the collector's mood, by a hundred megabytes up or down.
 *
 * @returns {Promise<{ environment: Record<string, string>, megabytes: () => Promise<number> }>} `environment`: with which n8n has to be started
 */
async function heapProbe() {
	const port = await freePort();
	return {
		environment: { NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, 'heap-probe.js'))}`, HEAP_PROBE_PORT: String(port) },
		async megabytes() {
			const { data } = await axios.get(`http://127.0.0.1:${port}`, { proxy: false });
			return data / 1024 / 1024;
		},
	};
}

module.exports = { heapProbe };
