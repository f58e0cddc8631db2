'use strict';

const http = require('node:http');

const running = new Set();

/**
 * A server that answers as a test says, and keeps what it was asked.
 *
 * @param {(request: http.IncomingMessage & {text: string}, response: http.ServerResponse) => void} answer
 */
async function startServer(answer) {
	const requests = [];
	const server = http.createServer((request, response) => {
		const chunks = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const text = Buffer.concat(chunks).toString();
			requests.push({ method: request.method, url: request.url, headers: request.headers, text });
			answer(Object.assign(request, { text }), response);
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const close = () =>
		new Promise((resolve) => {
			running.delete(close);
			server.close(resolve);
			server.closeAllConnections();
		});
	running.add(close);
	return { url: `http://127.0.0.1:${server.address().port}`, requests, close };
}

/** Answers with a status, a body and perhaps headers. */
const answering = (status, body = '', headers = {}) => (_request, response) => {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	response.writeHead(status, { 'Content-Type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers }).end(text);
};

/** An address at which nothing listens. */
async function deadUrl() {
	const { url, close } = await startServer(() => {});
	await close();
	return url;
}

const closeServers = async () => await Promise.all([...running].map(async (close) => await close()));

const HTML_PAGE = '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works</h1></body></html>';

module.exports = { HTML_PAGE, answering, closeServers, deadUrl, startServer };
