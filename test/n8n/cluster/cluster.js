'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { installN8n } = require('../install');
const { WITHOUT_EDITOR } = require('../lib/n8n-environment');
const { N8nServer } = require('../lib/n8n-server');
const { startN8nWithPackage } = require('../lib/n8n-with-package');
const { packPackage } = require('../lib/package-tarball');
const { userFolderOf } = require('../lib/places');
const { freePort } = require('../lib/ports');
const { printProgress } = require('../lib/progress');
const { startServices } = require('./services');

/** What every process of the cluster has in common. */
const QUEUE_MODE = {
	...WITHOUT_EDITOR,
	EXECUTIONS_MODE: 'queue',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
	// A killed worker is noticed after seconds, not after a minute.
	QUEUE_WORKER_LOCK_DURATION: '5000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '3000',
	// Every process installs what the first one installed, before it is ready.
	N8N_REINSTALL_MISSING_PACKAGES: 'true',
	// So that expressions can tell which process evaluates them (see PROCESS).
	N8N_BLOCK_ENV_ACCESS_IN_NODE: 'false',
};

/** An expression: the name of the process that evaluates it. */
const PROCESS = '$env.CLUSTER_PROCESS';

const WORKERS = ['worker-1', 'worker-2'];

/** n8n 2 in queue mode: a main process, workers, a webhook process, PostgreSQL and Redis. */
class Cluster {
	/** @type {Map<string, { server?: N8nServer, settings: object }>} */
	#processes = new Map();
	#services;
	#common;
	#environment;

	/** @param {{ concurrency?: number }} [options] how many executions a worker runs at once */
	static async start({ concurrency = 5 } = {}) {
		const cluster = new Cluster();
		try {
			await cluster.#start(concurrency);
		} catch (error) {
			await cluster.stop();
			throw error;
		}
		return cluster;
	}

	async #start(concurrency) {
		const n8n = await installN8n('2', { onProgress: printProgress().install });
		const folder = userFolderOf('cluster');
		fs.rmSync(folder, { recursive: true, force: true });
		const communityPackage = await packPackage(path.join(folder, 'package'));
		this.#services = await startServices(folder);
		const webhookPort = await freePort();
		this.webhookUrl = `http://127.0.0.1:${webhookPort}`;
		this.#common = { n8n, communityPackage };
		this.#environment = {
			...this.#services.environment,
			...QUEUE_MODE,
			N8N_ENCRYPTION_KEY: crypto.randomBytes(24).toString('hex'),
			N8N_WEBHOOK_URL: `${this.webhookUrl}/`,
		};

		const main = await this.#settings('main', ['start']);
		const { server, client } = await startN8nWithPackage({ ...main, webhookUrl: this.webhookUrl });
		this.#processes.set('main', { server, settings: main });
		this.client = client;
		await Promise.all([
			this.add('webhook', ['webhook'], webhookPort),
			...WORKERS.map(async (name) => await this.add(name, ['worker', `--concurrency=${concurrency}`])),
		]);
	}

	async #settings(name, command, port) {
		const ownPort = port ?? (await freePort());
		const worker = { QUEUE_HEALTH_CHECK_ACTIVE: 'true', QUEUE_HEALTH_CHECK_PORT: String(ownPort), N8N_WORKER_SERVER_ADDRESS: '127.0.0.1' };
		return {
			...this.#common,
			command,
			port: ownPort,
			userFolder: userFolderOf('cluster', name),
			environment: { ...this.#environment, CLUSTER_PROCESS: name, ...(command[0] === 'worker' ? worker : {}) },
		};
	}

	/**
	 * Starts one more process.
	 *
	 * @param {string} name
	 * @param {string[]} command of n8n
	 * @returns {Promise<string>} its address
	 */
	async add(name, command, port) {
		const settings = await this.#settings(name, command, port);
		this.#processes.set(name, { settings });
		return await this.#run(name, false);
	}

	async #run(name, keepData) {
		const one = this.#processes.get(name);
		one.server = await N8nServer.start({ ...one.settings, keepData });
		return one.server.url;
	}

	urlOf(name) {
		return this.#processes.get(name).server.url;
	}

	/** Ends processes the hard way, all at the same moment. */
	async kill(...names) {
		await Promise.all(names.map(async (name) => await this.#processes.get(name).server.kill()));
	}

	/** Starts processes again that were ended, with their data and on their ports. */
	async startAgain(...names) {
		await Promise.all(names.map(async (name) => await this.#run(name, true)));
	}

	async stop() {
		await Promise.all([...this.#processes.values()].map(async ({ server }) => await server?.stop()));
		await this.#services?.stop();
	}
}

module.exports = { Cluster, PROCESS, WORKERS };
