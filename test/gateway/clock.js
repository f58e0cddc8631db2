'use strict';

const { EventEmitter } = require('events');
const { performance } = require('perf_hooks');

/**
 * The gateway's own time, in milliseconds: what is to happen at a moment happens in the order of the moments, each
 * counted from the moment of what caused it. So a busy machine makes the gateway late, but never changes what it does.
 *
 * A test may let the time stand still, so that a call stays as it is while the test looks at it, and move it on by hand.
 */
class Clock extends EventEmitter {
	constructor() {
		super();
		/** @type {{ due: number, fn: Function }[]} in the order of the moments */
		this.entries = [];
		/** real time minus gateway time */
		this.behind = 0;
		/** the moment at which the time stands still; also that of what is happening right now */
		this.stopped = undefined;
		this.happening = undefined;
	}

	now() {
		return this.happening ?? this.stopped ?? performance.now() - this.behind;
	}

	/**
	 * Let something happen so many milliseconds from now.
	 * @returns {object} for `cancel`
	 */
	after(ms, fn) {
		const entry = { due: this.now() + ms, fn };
		// Behind everything that is due at the same moment and was asked for before.
		const index = this.entries.findIndex(({ due }) => due > entry.due);
		this.entries.splice(index === -1 ? this.entries.length : index, 0, entry);
		this.arm();
		this.emit('after', ms);
		return entry;
	}

	cancel(entry) {
		const index = this.entries.indexOf(entry);
		if (index !== -1) this.entries.splice(index, 1);
	}

	/** Let the time stand still. */
	stop() {
		this.stopped ??= this.now();
		clearTimeout(this.timer);
	}

	/** Let the time go on. */
	go() {
		if (this.stopped === undefined) return;
		this.behind = performance.now() - this.stopped;
		this.stopped = undefined;
		this.arm();
	}

	/** Move the time on by hand, while it stands still. */
	advance(ms) {
		if (this.stopped === undefined) throw new Error('the clock is not stopped');
		this.moveTo(this.stopped + ms);
	}

	/** Move the time on by hand, while it stands still, to the moment at which something has become so. */
	advanceTo(isSo) {
		while (!isSo()) {
			if (this.entries.length === 0) throw new Error('nothing more is going to happen');
			this.moveTo(this.entries[0].due);
		}
	}

	moveTo(moment) {
		while (this.entries.length > 0 && this.entries[0].due <= moment) this.next();
		this.stopped = moment;
	}

	clear() {
		this.entries.length = 0;
		clearTimeout(this.timer);
	}

	next() {
		const { due, fn } = this.entries.shift();
		this.happening = due;
		try {
			fn();
		} finally {
			this.happening = undefined;
		}
	}

	/** One timer, for the earliest moment. The gateway's server keeps the process alive, the clock alone does not. */
	arm() {
		clearTimeout(this.timer);
		if (this.stopped !== undefined || this.happening !== undefined || this.entries.length === 0) return;
		const wait = Math.min(this.entries[0].due - this.now(), 2 ** 31 - 1);
		this.timer = setTimeout(() => this.run(), Math.max(0, wait)).unref();
	}

	run() {
		const until = this.now();
		try {
			while (this.stopped === undefined && this.entries.length > 0 && this.entries[0].due <= until) this.next();
		} finally {
			this.arm();
		}
	}
}

module.exports = { Clock };
