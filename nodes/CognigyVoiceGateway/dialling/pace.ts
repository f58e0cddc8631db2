import { pause, type Canceled } from '../gateway/pause';

/**
 * The gateway's clock sees requests a little closer together or further apart than they were sent;
 * this much room keeps any of its seconds within the limit. Part of a second.
 */
const ROOM = 0.04;

/** Keeps the calls of a run to a rate: never more than `perSecond` of them begin in any second. */
export class Pace {
	private nextSlot = 0;
	/** When the latest calls began, oldest first; as many as may begin in one second. */
	private readonly begun: number[] = [];

	/** @param perSecond calls per second; a part of one is allowed, e.g. 0.5 for one call every two seconds */
	constructor(private readonly perSecond: number) {}

	/** Waits for this call's turn. Returns early when the workflow is stopped. */
	async turn(canceled: Canceled): Promise<void> {
		const spacing = (1000 / this.perSecond) * (1 + ROOM);
		// Slots follow each other without regard to late wake-ups, so that these do not add up.
		const slot = Math.max(this.nextSlot, Date.now());
		this.nextSlot = slot + spacing;
		await pause(slot - Date.now(), canceled);

		// After a stall of the process several slots are due at once: the second must still hold.
		const limit = Math.max(1, Math.floor(this.perSecond));
		const window = limit * spacing;
		for (;;) {
			const earliest = this.begun.length < limit ? 0 : this.begun[0] + window * (1 - ROOM / 2);
			const wait = earliest - Date.now();
			if (wait <= 0 || canceled()) break;
			await pause(wait, canceled);
		}
		this.begun.push(Date.now());
		if (this.begun.length > limit) this.begun.shift();
	}
}
