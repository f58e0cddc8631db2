'use strict';

const { setMaxListeners } = require('events');
const axios = require('axios');
const { sign } = require('./sign');
const { hex } = require('./sids');

const SUCCESS = [200, 202, 204];
const RETRY_WAITS = [0.5, 1, 2, 4, 6];
const CONNECT_ERRORS = ['ECONNREFUSED', 'ETIMEDOUT', 'ECONNRESET', 'ECONNABORTED'];

/**
 * @typedef {{url: string, method?: string, username?: string|null, password?: string|null}} Hook
 * @typedef {{call_sid: string, account_sid: string, event: string, hook: Hook, body: object, secret: string, traceId: string}} Job
 */

/**
 * Split a hook URL into what goes on the wire and the retry rule of its fragment (`#rc=N&rp=ct,4xx,5xx`).
 * @param {string} url
 */
function retryRule(url) {
	const [wireUrl, fragment = ''] = url.split(/#(.*)/s);
	const params = new URLSearchParams(fragment);
	const count = fragment ? Math.min(Math.abs(parseInt(params.get('rc') || '0', 10)) || 0, 5) : 0;
	return { wireUrl, count, policies: (params.get('rp') || 'ct').split(',').map((p) => p.trim()) };
}

function isRetryable(failure, policies) {
	if (policies.includes('all')) return true;
	if (CONNECT_ERRORS.includes(failure.code)) return policies.includes('ct');
	if (failure.status >= 400 && failure.status < 500) return policies.includes('4xx');
	return failure.status >= 500 && failure.status < 600 && policies.includes('5xx');
}

/** Delivers webhooks: signed, in order for each call and hook, retried when the hook's fragment asks for it. */
class Webhooks {
	/**
	 * @param {{clock: import('./clock').Clock, scale: () => number, retryScale: () => number, faults: import('./faults').Faults, emit: Function, onFailure: Function, timeoutMs?: number}} options
	 */
	constructor({ clock, scale, retryScale, faults, emit, onFailure, timeoutMs = 10000 }) {
		Object.assign(this, { clock, scale, retryScale, faults, emit, onFailure, timeoutMs });
		/** @type {object[]} one entry for each attempt */
		this.deliveries = [];
		this.queues = new Map();
		this.held = new Map();
		this.pending = 0;
		/** Settled when further tries may go on, see `holdRetries`. */
		this.retriesHeld = undefined;
		this.abort = new AbortController();
		// Each attempt under way listens for the end of the gateway.
		setMaxListeners(0, this.abort.signal);
	}

	/** @param {Job} job */
	send(job) {
		const fault = this.faults.forWebhook(job);
		const kind = fault && fault.kind;
		if (kind === 'webhook-drop') return this.enqueue(job, 0);
		if (kind === 'webhook-wrong-secret') job = { ...job, secret: `not-${job.secret}` };
		if (kind === 'webhook-forged') this.enqueue(this.forge(job, fault));
		if (kind === 'webhook-late') return this.late(job, fault.ms ?? 1000);
		if (kind === 'webhook-reorder') return this.hold(job);
		this.enqueue(job, kind === 'webhook-duplicate' ? fault.times || 2 : 1);
		this.release(job);
	}

	/** An event that nobody with the secret has sent: an invented end of the call. */
	forge(job, fault) {
		const body = { ...job.body, call_status: 'completed', duration: 4242, ...fault.body };
		return { ...job, body, event: fault.event || 'completed', secret: 'not-the-secret', forged: true };
	}

	/** Keep an event back until the next one for the same call and hook has been sent, or half a minute is over. */
	hold(job) {
		const key = `${job.call_sid} ${job.hook.url}`;
		this.release(job);
		this.pending += 1;
		const timer = this.clock.after(30000 * this.scale(), () => this.release(job));
		this.held.set(key, { job, timer });
	}

	release(job) {
		const key = `${job.call_sid} ${job.hook.url}`;
		const kept = this.held.get(key);
		if (!kept) return;
		this.clock.cancel(kept.timer);
		this.held.delete(key);
		this.enqueue(kept.job);
		this.settle();
	}

	/** After the last event of a call nothing can overtake a held one any more. */
	releaseCall(callSid) {
		for (const { job } of [...this.held.values()]) if (job.call_sid === callSid) this.release(job);
	}

	enqueue(job, times = 1) {
		const key = `${job.call_sid} ${job.hook.url}`;
		const t = Math.floor(Date.now() / 1000);
		const signature = sign(job.secret, JSON.stringify(job.body), t);
		const before = this.queues.get(key) || Promise.resolve();
		this.pending += 1;
		const turn = before.then(async () => {
			// Its place among the others is that of an event that is sent.
			if (times === 0) this.log(job, { attempt: 0, error: 'dropped by a fault' });
			let firstId;
			for (let i = 0; i < times; i++) {
				const id = await this.attempt({ ...job, signature, duplicateOf: firstId }, 1);
				firstId = firstId ?? id;
			}
		});
		this.queues.set(key, turn);
		turn.finally(() => {
			if (this.queues.get(key) === turn) this.queues.delete(key);
			this.settle();
		});
	}

	/** One attempt; a retry waits outside the queue, so that it does not hold up the events behind it. */
	async attempt(job, number) {
		const { wireUrl, count, policies } = retryRule(job.hook.url);
		const sentAt = Date.now();
		const result = await this.request(job, wireUrl);
		if (this.abort.signal.aborted) return undefined;
		const entry = this.log(job, { url: wireUrl, sent_at: sentAt, attempt: number, ...result });
		if (SUCCESS.includes(result.status)) return entry.id;
		if (number <= count && isRetryable({ code: result.error, status: result.status }, policies)) {
			this.again(job, number + 1, RETRY_WAITS[number - 1] * 1000 * this.retryScale());
		} else {
			this.onFailure(job, result);
		}
		return entry.id;
	}

	async request(job, url) {
		const method = (job.hook.method || 'POST').toUpperCase();
		const { username, password } = job.hook;
		const headers = {
			'Jambonz-Signature': job.signature,
			...(username &&
				password && { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }),
			b3: `${job.traceId}-${hex(8)}-1`,
			'User-Agent': 'jambonz',
			...(method === 'POST' && { 'Content-Type': 'application/json' }),
		};
		try {
			const answer = await axios.request({
				url,
				method,
				headers,
				data: method === 'POST' ? JSON.stringify(job.body) : undefined,
				proxy: false,
				maxRedirects: 0,
				timeout: this.timeoutMs,
				signal: this.abort.signal,
				validateStatus: () => true,
				responseType: 'text',
				transformRequest: [(d) => d],
			});
			return { status: answer.status, ...(answer.data && { answer: String(answer.data).slice(0, 200) }) };
		} catch (err) {
			return { error: err.code || err.message };
		}
	}

	log(job, more) {
		const entry = {
			id: this.deliveries.length + 1,
			at: Date.now(),
			url: job.hook.url,
			call_sid: job.call_sid,
			event: job.event,
			...more,
			signature: job.signature,
			body: job.body,
			...(job.duplicateOf && { duplicateOf: job.duplicateOf }),
			...(job.forged && { forged: true }),
		};
		this.deliveries.push(entry);
		this.emit('delivered', entry);
		return entry;
	}

	late(job, ms) {
		this.pending += 1;
		this.clock.after(ms, () => {
			this.enqueue(job);
			this.settle();
		});
	}

	/** Keep every further try back, once its time has come. @returns {() => void} lets them all go */
	holdRetries() {
		let letGo;
		this.retriesHeld = new Promise((resolve) => (letGo = resolve));
		return () => {
			this.retriesHeld = undefined;
			letGo();
		};
	}

	/** Counts from an answer, so it waits in real time, also while the gateway's own time stands still. */
	again(job, number, ms) {
		this.pending += 1;
		setTimeout(async () => {
			await this.retriesHeld;
			if (!this.abort.signal.aborted) await this.attempt(job, number);
			this.settle();
		}, ms).unref();
	}

	settle() {
		this.pending -= 1;
		this.emit('quiet');
	}

	close() {
		this.abort.abort();
		for (const { timer } of this.held.values()) this.clock.cancel(timer);
		this.held.clear();
	}
}

module.exports = { Webhooks, retryRule, isRetryable };
