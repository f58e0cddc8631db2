'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { N8nClient } = require('../n8n/lib/n8n-client');
const { N8nServer } = require('../n8n/lib/n8n-server');
const { OWNER } = require('../n8n/lib/n8n-with-package');
const { userFolderOf } = require('../n8n/lib/places');

/**
 * The n8n of the benchmarks: a user folder that is kept from start to start, with the bench's own nodes in it.
 */
class BenchN8n {
	/** @param {string} name of the user folder */
	constructor(n8n, name) {
		this.n8n = n8n;
		this.userFolder = userFolderOf(name);
	}

	/** Begins with an empty user folder, the bench's nodes and an owner. */
	async setUp() {
		fs.rmSync(this.userFolder, { recursive: true, force: true });
		// n8n loads every node that it finds in this folder.
		fs.cpSync(path.join(__dirname, 'nodes'), path.join(this.userFolder, '.n8n', 'custom'), { recursive: true });
		await this.start();
		this.client = new N8nClient({ url: this.server.url, version: this.n8n.version });
		await this.client.setUpOwner(OWNER);
	}

	/**
	 * @param {{ env?: Record<string, string>, communityPackage?: object }} [options] `env`: settings, which n8n reads from a
	 *   file in the folder that it starts in
	 * @returns {Promise<number>} milliseconds until it was ready
	 */
	async start({ env = {}, communityPackage } = {}) {
		const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
		fs.mkdirSync(this.userFolder, { recursive: true });
		fs.writeFileSync(path.join(this.userFolder, '.env'), lines.join(''));
		const { n8n, userFolder } = this;
		const started = performance.now();
		this.server = await N8nServer.start({ n8n, userFolder, keepData: true, communityPackage });
		const ms = performance.now() - started;
		// The login lives in the user folder too.
		if (this.client) this.client = N8nClient.resume({ ...this.client.session(), url: this.server.url });
		return ms;
	}

	async stop() {
		await this.server?.stop();
		this.server = undefined;
	}

	/** Another n8n with what this one has in its user folder; this one must be stopped. */
	copy(name) {
		const other = new BenchN8n(this.n8n, name);
		fs.rmSync(other.userFolder, { recursive: true, force: true });
		fs.cpSync(this.userFolder, other.userFolder, { recursive: true });
		other.client = this.client;
		return other;
	}

	/** The most memory that the n8n process has had in use so far, in MiB. */
	peakMemory() {
		const guardian = this.server.child.guardian.pid;
		const [pid] = fs.readFileSync(`/proc/${guardian}/task/${guardian}/children`, 'utf8').trim().split(' ');
		const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
		return Number(kib) / 1024;
	}
}

module.exports = { BenchN8n };
