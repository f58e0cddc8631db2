'use strict';

const { once } = require('node:events');
const net = require('node:net');

const { ClearError } = require('./clear-error');

/** A port of this machine that nobody listens on now. */
async function freePort() {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

/**
 * Throws a clear error where the port is taken.
 *
 * @param {number} port
 * @param {string} remedy what to do then
 */
async function checkPortIsFree(port, remedy) {
	const server = net.createServer().listen(port, '127.0.0.1');
	try {
		await once(server, 'listening');
	} catch (error) {
		if (error.code === 'EADDRINUSE') throw new ClearError(`Port ${port} is taken by another program: ${remedy}.`);
		if (error.code === 'EACCES') throw new ClearError(`Port ${port} may not be used by this user: ${remedy}.`);
		throw error;
	}
	server.close();
	await once(server, 'close');
}

module.exports = { checkPortIsFree, freePort };
