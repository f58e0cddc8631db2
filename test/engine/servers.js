'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');

const running = new Set();

/**
 * A server that answers as a test says, and keeps what it was asked.
 *
 * @param {(request: http.IncomingMessage & {text: string}, response: http.ServerResponse) => void} answer
 * @param {object} [tls] key and certificate, for https
 */
async function startServer(answer, tls) {
	const requests = [];
	const take = (request, response) => {
		const chunks = [];
		request.on('data', (chunk) => chunks.push(chunk));
		request.on('end', () => {
			const text = Buffer.concat(chunks).toString();
			requests.push({ method: request.method, url: request.url, headers: request.headers, text });
			answer(Object.assign(request, { text }), response);
		});
	};
	const server = tls === undefined ? http.createServer(take) : https.createServer(tls, take);
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const close = () =>
		new Promise((resolve) => {
			running.delete(close);
			server.close(resolve);
			server.closeAllConnections();
		});
	running.add(close);
	return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.address().port}`, requests, close };
}

/** Answers with a status, a body and perhaps headers. */
const answering = (status, body = '', headers = {}) => (_request, response) => {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	response.writeHead(status, { 'Content-Type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers }).end(text);
};

/** A certificate that nobody but its owner vouches for: made for these tests, and secret to nobody. */
const selfSigned = () => {
	const [key, cert] = ['key.pem', 'cert.pem'].map((file) => fs.readFileSync(path.join(__dirname, 'self-signed', file)));
	return { key, cert };
};

/** An address at which nothing listens. */
async function deadUrl() {
	const { url, close } = await startServer(() => {});
	await close();
	return url;
}

const closeServers = async () => await Promise.all([...running].map(async (close) => await close()));

const HTML_PAGE = '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works</h1></body></html>';

module.exports = { HTML_PAGE, answering, closeServers, deadUrl, selfSigned, startServer };
