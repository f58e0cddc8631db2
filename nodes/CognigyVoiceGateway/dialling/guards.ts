import type { IExecuteFunctions } from 'n8n-workflow';

import type { CallOptions } from './callRequest';
import { NoRepeat, type NoRepeatOptions } from './noRepeat';
import { CallingWindow, type CallingWindowOptions, type ClockIn } from './window';

/** What is asked at the moment of dialling, item by item. */
export interface Guards {
	window?: CallingWindow;
	/** What happens to a call outside the window; it is left out unless told. */
	outside?: 'skip' | 'error';
	noRepeat?: NoRepeat;
}

/** The options of a call that guard it. */
export interface GuardOptions extends CallOptions {
	callingWindow?: { window?: CallingWindowOptions };
	doNotCallAgain?: { settings?: NoRepeatOptions };
}

/**
 * Reads the guards of one item.
 *
 * @param callee who would be called, in the form in which it is dialled
 * @throws {UnusableValueError} naming what cannot be used
 */
export function guardsOf(context: IExecuteFunctions, options: GuardOptions, callee: string): Guards {
	const guards: Guards = {};
	const window = options.callingWindow?.window;
	if (window !== undefined) {
		// n8n brings Luxon along; a package of its own may not depend on it.
		const { DateTime } = context.getWorkflowDataProxy(0) as unknown as {
			DateTime: { fromMillis(ms: number, options: { zone: string }): ReturnType<ClockIn> };
		};
		const clock: ClockIn = (now, zone) => DateTime.fromMillis(now, { zone });
		guards.outside = window.outside;
		guards.window = CallingWindow.from(window, context.getTimezone(), clock);
	}
	if (options.doNotCallAgain?.settings !== undefined) {
		guards.noRepeat = NoRepeat.from(context, options.doNotCallAgain.settings, callee);
	}
	return guards;
}
