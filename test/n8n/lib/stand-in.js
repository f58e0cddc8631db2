'use strict';

const { once } = require('node:events');

const express = require('express');

/**
 * An HTTP endpoint that stands for the user's own systems (CRM, team chat): it accepts everything and remembers it.
 *
 * @param {(request: { method: string, path: string, body: any }) => unknown} [hold] the answer waits for what it gives back
 * @returns {Promise<{ origin: string, received: Array<{ method: string, path: string, body: any }>, close: () => Promise<void> }>}
 */
async function startStandIn(hold = () => {}) {
	const received = [];
	const app = express();
	app.use(express.json());
	app.use(async ({ method, path, body }, response) => {
		const request = { method, path, body };
		received.push(request);
		await hold(request);
		response.json({ ok: true });
	});
	const server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		origin: `http://127.0.0.1:${server.address().port}`,
		received,
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

module.exports = { startStandIn };
