import type { IExecuteFunctions } from 'n8n-workflow';

import type { Result } from './session';

/** How often a long run says how far it is. Milliseconds. */
const EVERY_MS = 5_000;

/** Tells the execution log, and the browser of whoever runs the workflow by hand, how far a long run is. */
export class Progress {
	private last = Date.now();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly count: number,
	) {}

	report(results: Result[]): void {
		if (Date.now() - this.last < EVERY_MS) return;
		this.last = Date.now();
		const done = results.filter(({ placement, skipped, error }) => placement ?? skipped ?? error).length;
		const message = `${this.context.getNode().name}: ${done} of ${this.count} calls handled`;
		this.context.logger.info(message);
		if (this.context.getMode() === 'manual') this.context.sendMessageToUI(message);
	}
}
