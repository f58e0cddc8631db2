/** A value that must not be used, with the reason and the remedy. */
export class UnusableValueError extends Error {
	/** @param field display name of the node's field */
	constructor(
		readonly field: string,
		message: string,
	) {
		super(message);
		this.name = 'UnusableValueError';
	}
}
