'use strict';

const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

/**
 * An HTTP proxy that leads to a port of this machine whoever asks for one certain server, and refuses everybody else.
 *
 * @param {string} server host and port
 * @param {number} port where it leads to
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
async function startDetour(server, port) {
	const sockets = new Set();
	const keep = (socket) => {
		sockets.add(socket);
		socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
		return socket;
	};
	const proxy = http.createServer((_request, response) => response.writeHead(403).end());
	proxy.on('connection', keep);
	proxy.on('connect', ({ url }, socket, head) => {
		if (url !== server) return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
		const there = keep(net.connect(port, '127.0.0.1'));
		there.on('connect', () => {
			socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			there.write(head);
			socket.pipe(there).pipe(socket);
		});
		there.on('close', () => socket.destroy());
		return socket.on('close', () => there.destroy());
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
	return {
		url: `http://127.0.0.1:${proxy.address().port}`,
		async close() {
			for (const socket of sockets) socket.destroy();
			proxy.close();
			await once(proxy, 'close');
		},
	};
}

module.exports = { startDetour };
