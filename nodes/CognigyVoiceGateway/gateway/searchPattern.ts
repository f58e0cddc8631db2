/**
 * What is sought, as the gateway takes it: it puts the text into a regular expression between slashes, and compares
 * it with the call's sid as it stands.
 */
export function searchPattern(text: string): string {
	const plain = text.replace(/\s+/g, ' ').trim();
	// The history keeps numbers as digits only, however people write them.
	if (/^\+?[\d\s().\-/]+$/.test(plain) && /\d/.test(plain)) return plain.replace(/\D/g, '');
	return plain.replace(/^\+/, '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
