import { UnusableValueError } from '../gateway/unusable';

/** When people may be called: days, hours and dates, in the callee's own time zone. */

/** Calling Window as the node's fields hold it. */
export interface CallingWindowOptions {
	/** Days of the week, 1 for Monday to 7 for Sunday. */
	days?: Array<number | string>;
	/** First time of day, HH:mm. */
	from?: string;
	/** End of the window, HH:mm, not included; 24:00 is midnight. A window may not cross midnight. */
	to?: string;
	/** IANA name. */
	timeZone?: string;
	/** Dates without calls, YYYY-MM-DD; several are separated by commas or line breaks. */
	excludedDates?: unknown;
	/** What happens to a call outside the window. */
	outside?: 'skip' | 'error';
}

/** A point in time as a clock in some time zone shows it. Luxon's DateTime, which n8n hands to its nodes, is one. */
export interface LocalTime {
	isValid: boolean;
	invalidExplanation?: string | null;
	weekday: number;
	toISODate(): string | null;
	toISO(): string | null;
	toMillis(): number;
	plus(duration: { days: number }): LocalTime;
	startOf(unit: 'day'): LocalTime;
	set(values: { hour: number; minute: number; second: number; millisecond: number }): LocalTime;
}

export type ClockIn = (now: number, timeZone: string) => LocalTime;

const FIELD = 'Calling Window';
const refuse = (reason: string) => new UnusableValueError(FIELD, `${FIELD}: ${reason}`);

interface TimeOfDay {
	hour: number;
	minute: number;
}

function timeOfDay(value: unknown, standard: string, title: string): TimeOfDay {
	const text = String(value ?? '').trim() || standard;
	const match = /^(\d{1,2}):(\d{2})(?::\d{2})?$/.exec(text);
	const [hour, minute] = match === null ? [99, 99] : [Number(match[1]), Number(match[2])];
	if (minute > 59 || hour > 24 || (hour === 24 && minute > 0)) throw refuse(`${title} "${text}" is not a time of day such as 09:00.`);
	return { hour, minute };
}

const minutes = ({ hour, minute }: TimeOfDay): number => hour * 60 + minute;

function dates(value: unknown): Set<string> {
	const list = Array.isArray(value) ? value.map(String) : String(value ?? '').split(/[\s,;]+/);
	const given = list.map((date) => date.trim().slice(0, 10)).filter((date) => date !== '');
	const wrong = given.find((date) => !/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(date));
	if (wrong !== undefined) throw refuse(`"${wrong}" under Excluded Dates is not a date such as 2026-12-25.`);
	return new Set(given);
}

/** A checked calling window. */
export class CallingWindow {
	private constructor(
		private readonly days: Set<number>,
		private readonly from: TimeOfDay,
		private readonly to: TimeOfDay,
		private readonly excluded: Set<string>,
		private readonly local: (now: number) => LocalTime,
	) {}

	/**
	 * @param standardTimeZone for a window without a time zone of its own: the workflow's
	 * @throws {UnusableValueError} naming what cannot be used
	 */
	static from(options: CallingWindowOptions, standardTimeZone: string, clock: ClockIn): CallingWindow {
		const timeZone = String(options.timeZone ?? '').trim() || standardTimeZone;
		if (!clock(Date.now(), timeZone).isValid) {
			throw refuse(`"${timeZone}" is not a time zone. Use an IANA name, e.g. Europe/Berlin.`);
		}
		const chosen: unknown = options.days ?? [1, 2, 3, 4, 5];
		const days = (Array.isArray(chosen) ? chosen : String(chosen).split(',')).map(Number);
		if (days.length === 0 || days.some((day) => !Number.isInteger(day) || day < 1 || day > 7)) {
			throw refuse('choose at least one day of the week.');
		}
		const from = timeOfDay(options.from, '09:00', 'From');
		const to = timeOfDay(options.to, '18:00', 'To');
		if (minutes(from) >= minutes(to)) throw refuse('From must be earlier than To, on the same day.');
		return new CallingWindow(new Set(days), from, to, dates(options.excludedDates), (now) => clock(now, timeZone));
	}

	/** Begin and end of a day's window; undefined on a day without calls. */
	private hours(day: LocalTime): { begin: number; end: number; beginTime: LocalTime } | undefined {
		if (!this.days.has(day.weekday) || this.excluded.has(day.toISODate() ?? '')) return undefined;
		// set() speaks the zone's wall clock, so a day with a change of the clock has its window at the usual hours.
		const at = ({ hour, minute }: TimeOfDay): LocalTime =>
			hour === 24 ? day.plus({ days: 1 }).startOf('day') : day.set({ hour, minute, second: 0, millisecond: 0 });
		const beginTime = at(this.from);
		return { begin: beginTime.toMillis(), end: at(this.to).toMillis(), beginTime };
	}

	/** Whether a call may be dialled now. */
	isOpen(now: number): boolean {
		const hours = this.hours(this.local(now).startOf('day'));
		return hours !== undefined && now >= hours.begin && now < hours.end;
	}

	/** When the window opens next, ISO 8601 with the zone's offset; null if it does not within the next year. */
	nextOpening(now: number): string | null {
		const today = this.local(now).startOf('day');
		for (let offset = 0; offset <= 366; offset++) {
			const hours = this.hours(today.plus({ days: offset }));
			if (hours !== undefined && hours.begin > now) return hours.beginTime.toISO();
		}
		return null;
	}
}
