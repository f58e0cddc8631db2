import type { IDataObject } from 'n8n-workflow';

import { withMaskedSecrets } from '../../gateway/mask';

/** A phone number as the gateway keeps it, without a plus sign, and as it is dialled. */
export function phoneNumberRecord(row: IDataObject): IDataObject {
	const digits = String(row.number ?? '').replace(/^\+/, '');
	// A name or an extension can stand in the place of a number.
	return { ...withMaskedSecrets(row), number_e164: /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null };
}
