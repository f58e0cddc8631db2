/** What may be dialled: telephone numbers in E.164, SIP URIs, registered users. Pure functions; a refusal says why. */

import { UnusableValueError } from '../gateway/unusable';

/** Invisible marks that come along when a number is copied. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Separators that people and address books put into numbers; they carry no meaning. */
const SEPARATORS = /[\s\u00a0\u2010-\u2015().\-/]/g;

/** E.164: a plus sign, a country code that does not start with 0, at most 15 digits in all; the shortest in use have 7. */
const E164 = /^\+[1-9]\d{6,14}$/;

/** The gateway's own limit for a caller; a callee longer than this is no number either. Characters. */
const MAX_LENGTH = 256;

const CONTROL = /\p{Cc}/u;

/**
 * Brings a telephone number into E.164: removes harmless separators, turns 00 into +.
 *
 * @param field display name of the node's field, for the message
 * @throws {UnusableValueError} for anything that would have to be guessed
 */
export function e164(value: unknown, field: string): string {
	const given = String(value ?? '').replace(INVISIBLE, '').trim();
	const refuse = (reason: string) => new UnusableValueError(field, `${field}: ${reason}`);
	if (given === '') throw refuse('the phone number is empty.');
	if (/\(\s*0\s*\)/.test(given)) {
		throw refuse(`"${given}" holds "(0)", which is not dialled from abroad. Remove it.`);
	}
	if (/\/[^/\d]*(?:\d[^/\d]*){0,3}$/.test(given)) {
		throw refuse(`"${given}" ends in a short group after a slash: these may be two numbers. Write one number, without the slash.`);
	}
	const number = given.replace(/^tel:/i, '').replace(SEPARATORS, '').replace(/^00/, '+');
	if (E164.test(number)) return number;
	if (number === '') throw refuse(`"${given}" holds no digits. A phone number looks like +14155550123.`);
	const other = /[^+\d]/.exec(number);
	if (other !== null) {
		throw refuse(`"${given}" holds "${other[0]}". A phone number has digits only, e.g. +14155550123.`);
	}
	if (!number.startsWith('+')) {
		throw refuse(
			`"${given}" has no country code. Write it as in +14155550123, or choose the option Number Format: Any for extensions and local formats.`,
		);
	}
	throw refuse(`"${given}" is not a phone number in E.164: a plus sign, the country code and 7 to 15 digits in all.`);
}

/** A number in any format, for extensions and trunks with formats of their own. */
export function anyNumber(value: unknown, field: string): string {
	const number = String(value ?? '').trim();
	if (number === '') throw new UnusableValueError(field, `${field}: the phone number is empty.`);
	if (number.length > MAX_LENGTH || CONTROL.test(number) || /[@;<>"]/.test(number)) {
		throw new UnusableValueError(
			field,
			`${field}: the number is longer than ${MAX_LENGTH} characters, or holds line breaks or one of @ ; < > ", which would change the SIP address.`,
		);
	}
	return number;
}

/**
 * The caller: a number of the account, or the name of a SIP user. What looks like a number loses its separators.
 *
 * @throws {UnusableValueError} when it is empty or cannot stand in a From header
 */
export function caller(value: unknown): string {
	const field = 'From';
	const given = String(value ?? '').replace(INVISIBLE, '').trim();
	if (given === '') {
		throw new UnusableValueError(field, 'From is empty. Choose one of your numbers from the list, or type a number or SIP user.');
	}
	if (/^[+(]?[\d][^A-Za-z@]*$/.test(given)) {
		const number = given.replace(SEPARATORS, '').replace(/^00(?=\d{7})/, '+');
		if (!/^\+?\d+$/.test(number)) {
			throw new UnusableValueError(field, `From: "${given}" is neither a phone number nor the name of a SIP user.`);
		}
		return number;
	}
	if (given.length > MAX_LENGTH || CONTROL.test(given) || /[\s<>"]/.test(given)) {
		throw new UnusableValueError(
			field,
			`From: "${given.slice(0, 80)}" cannot be a SIP user: no blanks, quotes or angle brackets, at most ${MAX_LENGTH} characters.`,
		);
	}
	return given;
}

/** A SIP URI such as sip:alice@example.com. */
export function sipUri(value: unknown): string {
	const field = 'SIP URI';
	const uri = String(value ?? '').trim();
	if (uri === '') throw new UnusableValueError(field, 'SIP URI is empty. Enter one, e.g. sip:alice@example.com.');
	if (!/^sips?:[^\s<>"@]+(?:@[^\s<>"@]+)?$/i.test(uri) || CONTROL.test(uri) || uri.length > MAX_LENGTH) {
		throw new UnusableValueError(
			field,
			`SIP URI: "${uri.slice(0, 80)}" is not one. It starts with sip: or sips: and holds no blanks, e.g. sip:alice@example.com.`,
		);
	}
	return uri;
}

/** The name of a registered user, with or without its SIP realm. */
export function registeredUser(value: unknown): string {
	const field = 'User';
	const name = String(value ?? '').trim();
	if (name === '') throw new UnusableValueError(field, 'User is empty. Enter the name of a registered user, e.g. alice@acme.sip.example.com.');
	if (/[\s<>"]/.test(name) || CONTROL.test(name) || name.length > MAX_LENGTH) {
		throw new UnusableValueError(field, `User: "${name.slice(0, 80)}" holds blanks, quotes, angle brackets or control characters, or is too long.`);
	}
	return name;
}
