'use strict';

const { EventEmitter } = require('events');
const { loadWorld } = require('./world');
const { Clock } = require('./clock');
const { Records } = require('./records');
const { Calls } = require('./calls');
const { Webhooks } = require('./webhooks');
const { Faults } = require('./faults');
const { recentCallOf } = require('./recent-calls');
const { outcomeFor } = require('./outcomes');
const { buildApp } = require('./app');

/** The emulated Voice Gateway: one world, its calls, its webhooks and its log. */
class Gateway extends EventEmitter {
	constructor({ world = 'demo', timeScale = 1, retryTimeScale, webhookTimeoutMs } = {}) {
		super();
		this.setMaxListeners(0);
		this.options = { world };
		this.world = loadWorld(world);
		this.timeScale = timeScale;
		/** of the waits between two tries of a webhook; as `timeScale` unless told */
		this.retryTimeScale = retryTimeScale;
		this.clock = new Clock();
		/** @type {object[]} every placed call */
		this.placed = [];
		/** @type {object[]} every API request */
		this.requests = [];
		/** live call control that was accepted: {at, call_sid, body} */
		this.updates = [];
		this.faults = new Faults();
		this.records = new Records();
		this.webhookOptions = { webhookTimeoutMs };
		this.webhooks = this.newWebhooks();
		this.calls = new Calls(this);
		this.url = '';
	}

	newWebhooks() {
		return new Webhooks({
			clock: this.clock,
			scale: () => this.timeScale,
			retryScale: () => this.retryTimeScale ?? this.timeScale,
			faults: this.faults,
			emit: (...args) => this.emit(...args),
			onFailure: (job, { status, error }) => this.webhookFailed(job, status, error),
			timeoutMs: this.webhookOptions.webhookTimeoutMs,
		});
	}

	get deliveries() {
		return this.webhooks.deliveries;
	}

	/** Let somebody call a number of the account, which an application answers. */
	receiveCall(party) {
		return this.calls.receive(party);
	}

	/** How often a number was called, however it is written. A call that never got beyond the API does not count. */
	rang(number) {
		const plain = (party) => (/[a-z@]/i.test(party) ? party : party.replace(/\D/g, ''));
		return this.placed.filter((p) => plain(p.number) === plain(number)).length;
	}

	setFaults(faults) {
		return this.faults.set(faults);
	}

	clearFaults() {
		this.faults.clear();
	}

	/** Let call records expire now: one call, or all. */
	expireRecords(sid) {
		this.records.expire(sid);
	}

	get isIdle() {
		return this.calls.live.size === 0 && this.webhooks.pending === 0;
	}

	/** Resolves when no call is live and no webhook is on its way. */
	idle() {
		return new Promise((resolve) => {
			const check = () => {
				if (!this.isIdle) return;
				this.off('quiet', check);
				resolve();
			};
			this.on('quiet', check);
			check();
		});
	}

	/** Forget all calls, logs and faults, and go back to the world as it was at the start. */
	reset() {
		this.clock.clear();
		this.clock.go();
		this.calls.clear();
		this.webhooks.close();
		this.records.clear();
		this.faults.clear();
		this.webhooks = this.newWebhooks();
		this.placed.length = 0;
		this.requests.length = 0;
		this.updates.length = 0;
		const fresh = loadWorld(this.options.world);
		for (const key of Object.keys(this.world)) delete this.world[key];
		Object.assign(this.world, fresh);
		this.emit('quiet');
	}

	/** Where the status events of a call go. */
	hooksOf(body) {
		const notify = typeof body.notifyUrl === 'string' ? { url: body.notifyUrl, method: 'POST' } : body.notifyUrl;
		return [body.call_status_hook, notify].filter((hook) => hook && hook.url && /^https?:/.test(hook.url));
	}

	/** A hook inside a call may be a string or an object, and relative to the application's call_hook. */
	resolveHook(given, call) {
		const hook = typeof given === 'string' ? { url: given, method: 'POST' } : { method: 'POST', ...given };
		const base = call.body && call.body.call_hook && call.body.call_hook.url.replace(/^ws/, 'http');
		return { ...hook, url: base && hook.url.startsWith('/') ? new URL(base).origin + hook.url : hook.url };
	}

	/** The name of the carrier a call goes out through. */
	trunkFor(account, body) {
		if (body.to.type !== 'phone') return body.to.type;
		const carriers = this.world.voip_carriers.filter(
			(c) => c.account_sid === account.account_sid || c.account_sid === null,
		);
		const own = this.world.phone_numbers.find((n) => n.number === String(body.from).replace(/^\+/, ''));
		const carrier =
			carriers.find((c) => c.name === body.to.trunk) ||
			carriers.find((c) => own && c.voip_carrier_sid === own.voip_carrier_sid) ||
			carriers[0];
		return carrier ? carrier.name : null;
	}

	addRecentCall(call) {
		this.world.recent_calls.unshift(recentCallOf(call, this.world));
	}

	addAlert(accountSid, type, message, detail = null) {
		if (!this.world.grow_alerts) return;
		const account = this.world.accounts.find((a) => a.account_sid === accountSid);
		this.world.alerts.unshift({
			time: new Date(this.world.now()).toISOString().replace('Z', '000000Z'),
			account_sid: accountSid,
			alert_type: type,
			detail,
			message,
			service_provider_sid: account.service_provider_sid,
			target_sid: null,
		});
	}

	webhookFailed(job, status, error) {
		const url = job.hook.url;
		if (status) this.addAlert(job.account_sid, 'webhook-failure', `${url} returned ${status}`);
		else
			this.addAlert(
				job.account_sid,
				'webhook-connection-failure',
				`failed to connect to ${url}`,
				error === 'ECONNREFUSED' ? null : error,
			);
	}

	outcomeFor(number) {
		return outcomeFor(number);
	}

	/** @returns {Promise<void>} */
	async close() {
		this.clock.clear();
		this.calls.clear();
		this.webhooks.close();
		if (!this.server) return;
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.server.closeAllConnections();
		await closed;
		this.rateLimitStore.shutdown();
	}
}

/**
 * Start an emulated Voice Gateway.
 * @param {{port?: number, host?: string, world?: string|object, timeScale?: number, retryTimeScale?: number, quiet?: boolean, webhookTimeoutMs?: number}} [options]
 * @returns {Promise<Gateway>}
 */
async function startGateway({ port = 0, host = '127.0.0.1', quiet = true, ...options } = {}) {
	const gateway = new Gateway(options);
	const app = buildApp(gateway);
	await new Promise((resolve, reject) => {
		gateway.server = app.listen(port, host, (err) => (err ? reject(err) : resolve()));
	});
	const address = gateway.server.address();
	gateway.url = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
	if (!quiet) {
		gateway.on('placed', (p) => process.stderr.write(`call ${p.sid} ${p.from} -> ${p.to} (${p.scenario})\n`));
		gateway.on('ended', (p) => process.stderr.write(`call ${p.sid} ended: ${p.final_status} ${p.final_sip_status}\n`));
	}
	return gateway;
}

module.exports = { startGateway, Gateway };
