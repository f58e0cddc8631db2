'use strict';

const { DateTime } = require('luxon');

const { compiled } = require('./compiled');

const { CallingWindow } = compiled('dialling/window.js');

const clock = (now, zone) => DateTime.fromMillis(now, { zone });
const make = (options, standard = 'Europe/Berlin') => CallingWindow.from(options, standard, clock);
const ALL = [1, 2, 3, 4, 5, 6, 7];
const at = (iso) => Date.parse(iso);

function refusal(options, standard) {
	try {
		make(options, standard);
	} catch (error) {
		expect(error.name).toBe('UnusableValueError');
		return error.message;
	}
	throw new Error('was not refused');
}

describe('days and hours', () => {
	// 2026-11-23 is a Monday.
	test.each([
		['2026-11-23T08:59:59.999+01:00', false], ['2026-11-23T09:00:00+01:00', true], ['2026-11-23T17:59:59.999+01:00', true], ['2026-11-23T18:00:00+01:00', false],
		['2026-11-27T12:00:00+01:00', true], ['2026-11-28T12:00:00+01:00', false], ['2026-11-29T12:00:00+01:00', false],
	])('the standard window (Monday to Friday, 9 to 18) at %s: %p', (now, open) => {
		expect(make({}).isOpen(at(now))).toBe(open);
	});

	test.each([
		['24:00 is midnight', { days: [1], from: '20:00', to: '24:00' }, '2026-11-23T23:59:59.999+01:00', true],
		['and the next day begins there', { days: [1], from: '20:00', to: '24:00' }, '2026-11-24T00:00:00+01:00', false],
		['the whole day', { days: [7], from: '00:00', to: '24:00' }, '2026-11-29T00:00:00+01:00', true],
		['one digit for the hour, and seconds', { days: ALL, from: '9:05', to: '9:06:00' }, '2026-11-23T09:05:30+01:00', true],
		['days as text', { days: ['1'] }, '2026-11-23T10:00:00+01:00', true],
		['days in one text', { days: '1,2' }, '2026-11-24T10:00:00+01:00', true],
		['the last minute of an hour', { days: ALL, to: '17:59' }, '2026-11-23T17:58:59+01:00', true],
		['blanks around the zone', { days: ALL, timeZone: ' Europe/Berlin ' }, '2026-11-23T10:30:00+01:00', true],
		['blanks', { days: ALL, from: ' 10:00 ', to: ' 11:00' }, '2026-11-23T10:30:00+01:00', true],
		['empty fields have their standard', { days: ALL, from: '', to: '', timeZone: '', excludedDates: '' }, '2026-11-23T09:00:00+01:00', true],
	])('%s', (_what, options, now, open) => {
		expect(make(options).isOpen(at(now))).toBe(open);
	});

	test('the zone of the window counts, not that of the workflow; and its own day', () => {
		const tokyo = make({ days: [2], from: '08:00', to: '10:00', timeZone: 'Asia/Tokyo' });
		expect(tokyo.isOpen(at('2026-11-24T08:30:00+09:00'))).toBe(true);
		expect(tokyo.isOpen(at('2026-11-24T08:30:00+01:00'))).toBe(false);
		expect(make({ days: [1] }, 'America/New_York').isOpen(at('2026-11-23T14:00:00Z'))).toBe(true);
		expect(make({ days: [1], timeZone: 'Pacific/Kiritimati' }).isOpen(at('2026-11-23T12:00:00Z'))).toBe(false);
		expect(make({ timeZone: 'Asia/Kathmandu', from: '09:00', to: '09:10' }).isOpen(at('2026-11-23T03:20:00Z'))).toBe(true);
	});
});

describe('dates to leave out', () => {
	const noon = (day) => at(`${day}T12:00:00+01:00`);
	test.each([
		['by commas', '2026-12-24, 2026-12-25'], ['by line breaks', '2026-12-24\n2026-12-25\n'], ['by semicolons', '2026-12-24;2026-12-25'], ['as a list', ['2026-12-24', ' 2026-12-25 ']],
		['with a time of day', '2026-12-24T00:00:00,2026-12-25T00:00:00.000+01:00'],
	])('%s', (_what, excludedDates) => {
		const window = make({ excludedDates });
		expect(['2026-12-23', '2026-12-24', '2026-12-25', '2026-12-28'].map((day) => window.isOpen(noon(day)))).toEqual([true, false, false, true]);
		expect(window.nextOpening(noon('2026-12-24'))).toBe('2026-12-28T09:00:00.000+01:00');
	});

	test('count in the callee\'s zone', () => {
		const window = make({ days: ALL, from: '00:00', to: '24:00', timeZone: 'America/New_York', excludedDates: '2026-12-25' });
		expect(window.isOpen(at('2026-12-25T04:59:59Z'))).toBe(true);
		expect(window.isOpen(at('2026-12-25T05:00:00Z'))).toBe(false);
		expect(window.isOpen(at('2026-12-26T04:59:59Z'))).toBe(false);
		expect(window.isOpen(at('2026-12-26T05:00:00Z'))).toBe(true);
	});
});

describe('daylight saving', () => {
	// Name, window, zone, moments with what is expected.
	test.each([
		['Berlin, forward: 9 o\'clock is an hour earlier', { days: ALL }, 'Europe/Berlin', [['2026-03-28T08:00:00Z', true], ['2026-03-28T07:59:59Z', false], ['2026-03-29T07:00:00Z', true], ['2026-03-29T06:59:59Z', false], ['2026-03-29T15:59:59Z', true], ['2026-03-29T16:00:00Z', false]]],
		['Berlin, back: 9 o\'clock is an hour later', { days: ALL }, 'Europe/Berlin', [['2026-10-25T07:30:00Z', false], ['2026-10-25T08:00:00Z', true], ['2026-10-25T16:59:59Z', true], ['2026-10-25T17:00:00Z', false]]],
		['Berlin, the hour that exists twice is open twice', { days: ALL, from: '01:30', to: '03:00' }, 'Europe/Berlin', [['2026-10-24T23:29:59Z', false], ['2026-10-24T23:30:00Z', true], ['2026-10-25T00:30:00Z', true], ['2026-10-25T01:30:00Z', true], ['2026-10-25T02:00:00Z', false]]],
		['Berlin, the hour that does not exist', { days: ALL, from: '02:00', to: '03:00' }, 'Europe/Berlin', [['2026-03-29T00:59:59Z', false], ['2026-03-29T01:00:00Z', false], ['2026-03-29T01:30:00Z', false]]],
		['Berlin, until midnight of a 23-hour and of a 25-hour day', { days: [7], from: '20:00', to: '24:00' }, 'Europe/Berlin', [['2026-03-29T21:59:59Z', true], ['2026-03-29T22:00:00Z', false], ['2026-10-25T22:59:59Z', true], ['2026-10-25T23:00:00Z', false]]],
		['New York, forward', { days: ALL }, 'America/New_York', [['2026-03-07T14:00:00Z', true], ['2026-03-08T12:59:59Z', false], ['2026-03-08T13:00:00Z', true], ['2026-03-08T22:00:00Z', false]]],
		['New York, back', { days: ALL }, 'America/New_York', [['2026-11-01T13:59:59Z', false], ['2026-11-01T14:00:00Z', true], ['2026-11-01T22:59:59Z', true], ['2026-11-01T23:00:00Z', false]]],
		['a zone whose day begins at one o\'clock that day', { days: ALL, from: '00:00', to: '02:00', timeZone: 'Africa/Cairo' }, 'UTC', [['2026-04-23T21:59:59Z', false], ['2026-04-23T22:00:00Z', true], ['2026-04-23T22:59:59Z', true], ['2026-04-23T23:00:00Z', false]]],
	])('%s', (_what, options, zone, moments) => {
		const window = make(options, zone);
		expect(moments.map(([moment]) => [moment, window.isOpen(at(moment))])).toEqual(moments);
	});

	test.each([
		['2026-03-28T20:00:00Z', '2026-03-29T09:00:00.000+02:00'], ['2026-10-24T20:00:00Z', '2026-10-25T09:00:00.000+01:00'], ['2026-03-27T20:00:00Z', '2026-03-28T09:00:00.000+01:00'],
	])('the next window after %s is at %s', (now, next) => {
		expect(make({ days: ALL }).nextOpening(at(now))).toBe(next);
	});
});

describe('the next window', () => {
	test.each([
		['later today', {}, '2026-11-23T05:00:00+01:00', '2026-11-23T09:00:00.000+01:00'],
		['tomorrow', {}, '2026-11-23T18:00:00+01:00', '2026-11-24T09:00:00.000+01:00'],
		['after the weekend', {}, '2026-11-27T18:30:00+01:00', '2026-11-30T09:00:00.000+01:00'],
		['not the one that opens now', {}, '2026-11-23T09:00:00+01:00', '2026-11-24T09:00:00.000+01:00'],
		['in a week, when today\'s is over', { days: [1] }, '2026-11-23T18:00:00+01:00', '2026-11-30T09:00:00.000+01:00'],
		['in the callee\'s zone and offset', { days: ALL, timeZone: 'Asia/Kolkata' }, '2026-11-23T18:00:00+01:00', '2026-11-24T09:00:00.000+05:30'],
		['after the year\'s end', { excludedDates: '2026-12-31,2027-01-01' }, '2026-12-30T19:00:00+01:00', '2027-01-04T09:00:00.000+01:00'],
	])('%s', (_what, options, now, next) => {
		const window = make(options);
		expect(window.nextOpening(at(now))).toBe(next);
		expect(window.isOpen(at(next))).toBe(true);
		expect(window.isOpen(at(next) - 1)).toBe(false);
	});

	test('a year and a day ahead is looked for, and no further', () => {
		const wednesdays = Array.from({ length: 52 }, (_, index) => DateTime.fromISO('2026-11-25').plus({ weeks: index }).toISODate());
		const window = make({ days: [3], excludedDates: wednesdays });
		expect(window.nextOpening(at('2026-11-23T08:00:00Z'))).toBe('2027-11-24T09:00:00.000+01:00');
		expect(window.nextOpening(at('2026-11-22T08:00:00Z'))).toBeNull();
	});

	test('is null when there is none within a year', () => {
		const days = Array.from({ length: 60 }, (_, index) => DateTime.fromISO('2026-11-23').plus({ weeks: index }).toISODate());
		expect(make({ days: [1], excludedDates: days }).nextOpening(at('2026-11-23T08:00:00Z'))).toBeNull();
	});
});

describe('what cannot be used is refused in plain words', () => {
	test.each([
		['a zone', { timeZone: 'Berlin' }, /"Berlin" is not a time zone.*IANA.*Europe\/Berlin/], ['another zone', { timeZone: 'Mars/Olympus' }, /"Mars\/Olympus"/],
		['a time', { from: 'nine' }, /From "nine" is not a time of day such as 09:00/], ['an hour', { from: '25:00' }, /From "25:00"/], ['a minute', { to: '18:60' }, /To "18:60"/], ['past midnight', { to: '24:01' }, /To "24:01"/],
		['a time without minutes', { from: '9' }, /From "9"/], ['words before a time', { from: 'at 09:00' }, /From "at 09:00"/], ['and after it', { to: '18:00 h' }, /To "18:00 h"/], ['a window that ends before it begins', { from: '18:00', to: '09:00' }, /From must be earlier than To/], ['an empty window', { from: '09:00', to: '09:00' }, /earlier/],
		['no day', { days: [] }, /at least one day/], ['day 0', { days: [0] }, /day/], ['day 8', { days: [1, 8] }, /day/], ['a name for a day', { days: ['Monday'] }, /day/],
		['a date', { excludedDates: '25.12.2026' }, /"25\.12\.2026" under Excluded Dates.*2026-12-25/], ['a month', { excludedDates: '2026-13-01' }, /2026-13-01/],
		['a time that is a number', { from: 9 }, /From "9" is not a time of day/], ['a zone that is a number', { timeZone: 2 }, /"2" is not a time zone/], ['days that are a text', { days: 'Monday' }, /day/],
	])('%s', (_what, options, message) => {
		expect(refusal(options)).toMatch(/^Calling Window: /);
		expect(refusal(options)).toMatch(message);
	});
});
