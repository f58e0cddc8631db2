'use strict';

const http = require('node:http');
const net = require('node:net');

/** Sends requests as no client of good manners would. */

/** How long an answer may take; a request that is never finished gets none. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * One connection per request unless told otherwise.
 *
 * @param {string} url
 * @param {{ body?: string | Buffer, headers?: http.OutgoingHttpHeaders, method?: string, agent?: http.Agent }} options
 * @returns {Promise<number>} the status; 0 when none came in time
 */
function send(url, { body = '', headers = {}, method = 'POST', agent } = {}) {
	return new Promise((resolve, reject) => {
		const request = http.request(url, { method, headers: { 'Content-Length': Buffer.byteLength(body), ...headers }, agent }, (response) => {
			response.resume();
			response.on('end', () => resolve(response.statusCode));
			response.on('error', reject);
		});
		request.setTimeout(ANSWER_WITHIN_MS, () => {
			resolve(0);
			request.destroy();
		});
		request.on('error', reject);
		request.end(body);
	});
}

/**
 * Sends bytes as they are.
 *
 * @param {string} url where to; the bytes say the rest
 * @param {string | Buffer} bytes
 * @param {{ hangUp?: boolean }} [options] `hangUp`: closes the connection right after
 * @returns {Promise<number[]>} the statuses of all answers that came; none if the connection was closed without
 */
function sendRaw(url, bytes, { hangUp = false } = {}) {
	const { hostname, port } = new URL(url);
	return new Promise((resolve) => {
		const socket = net.connect(Number(port), hostname);
		let text = '';
		const done = () => {
			socket.destroy();
			resolve([...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status)));
		};
		socket.on('data', (chunk) => (text += chunk.toString('latin1')));
		socket.on('error', done);
		socket.on('close', done);
		socket.setTimeout(ANSWER_WITHIN_MS, done);
		socket.write(bytes, () => {
			if (hangUp) socket.destroy();
		});
	});
}

/** The text of a request; `Connection: close` ends the conversation after it. */
const rawRequest = (url, headers, body = '', method = 'POST') => {
	const { pathname, search, host } = new URL(url);
	return [`${method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, '', body].join('\r\n');
};

module.exports = { rawRequest, send, sendRaw };
