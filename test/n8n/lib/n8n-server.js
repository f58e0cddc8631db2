'use strict';

const fs = require('node:fs');
const path = require('node:path');

const axios = require('axios');

const { ClearError } = require('./clear-error');
const { GuardedProcess } = require('./guarded-process');
const { n8nEnvironment } = require('./n8n-environment');
const { checkPortIsFree, freePort } = require('./ports');
const { until } = require('./until');

const READY_WITHIN_MS = 120_000;

/**
 * A running n8n process: loopback only, with a user folder of its own; SQLite unless its environment says otherwise.
 */
class N8nServer {
	/**
	 * @param {GuardedProcess} child
	 * @param {string} url
	 */
	constructor(child, url) {
		this.child = child;
		this.url = url;
	}

	/**
	 * Starts n8n and waits until it answers, its REST routes included.
	 *
	 * @param {object} options
	 * @param {import('../install').InstalledN8n} options.n8n
	 * @param {string[]} [options.command] of n8n: all of it in one process, unless told otherwise
	 * @param {string} options.userFolder  emptied first, unless its data are kept
	 * @param {boolean} [options.keepData] for a start after a stop: goes on with what is in the user folder
	 * @param {number} [options.port]      any free one where it is left out
	 * @param {{ tarball: string, name: string, version: string }} [options.communityPackage]
	 * @param {Record<string, string>} [options.environment] further settings of n8n
	 * @param {string} [options.portRemedy] what to do when the port is taken
	 */
	static async start({ n8n, command = ['start'], userFolder, keepData = false, port, communityPackage, environment, portRemedy = 'choose another one' }) {
		const ownPort = port ?? (await freePort());
		await checkPortIsFree(ownPort, portRemedy);
		if (!keepData) fs.rmSync(userFolder, { recursive: true, force: true });
		fs.mkdirSync(userFolder, { recursive: true });

		const env = n8nEnvironment({ n8n, userFolder, port: ownPort, brokerPort: await freePort(), communityPackage, environment });
		const child = new GuardedProcess(n8n.nodeBinary, [path.join(n8n.dir, 'node_modules', 'n8n', 'bin', 'n8n'), ...command], {
			cwd: userFolder,
			env,
			logFile: path.join(userFolder, 'n8n.log'),
		});
		const server = new N8nServer(child, `http://127.0.0.1:${ownPort}`);
		try {
			await server.#ready(command[0] === 'start' ? { '/healthz/readiness': 200, '/types/nodes.json': 401 } : { '/healthz/readiness': 200 });
		} catch (error) {
			await server.stop();
			throw error;
		}
		return server;
	}

	/**
	 * n8n says "ready" before its REST routes are there, and before it has looked through the runs of the process
	 * before: each that waits stands as "crashed" for a moment then. The list of node types comes after both.
	 */
	async #ready(routes) {
		const answers = async ([route, status]) => {
			const response = await axios
				.get(this.url + route, { validateStatus: () => true, timeout: 2_000, proxy: false })
				.catch(() => undefined);
			return response?.status === status;
		};
		await until(
			`n8n at ${this.url}`,
			async () => {
				if (this.child.exitCode !== null) {
					throw new ClearError(
						`n8n stopped by itself with code ${this.child.exitCode}; its last words in ${this.child.logFile} were: ${this.child.logTail(800)}`,
					);
				}
				for (const route of Object.entries(routes)) if (!(await answers(route))) return false;
				return true;
			},
			{ timeoutMs: READY_WITHIN_MS, everyMs: 100 },
		);
	}

	/** Ends n8n and everything it started. */
	async stop() {
		return await this.child.stop();
	}

	/** Ends n8n as a crash of the machine would. */
	async kill() {
		return await this.child.kill();
	}
}

module.exports = { N8nServer };
