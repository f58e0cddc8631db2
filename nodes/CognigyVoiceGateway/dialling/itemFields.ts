import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** An expression that only names a field of the item, e.g. `={{ $json.contact.phone }}`. */
const FIELD_OF_ITEM = /^=\{\{\s*\$json((?:\.[A-Za-z_]\w*)+)\s*\}\}$/;

/**
 * Reads the node's fields for many items. n8n evaluates every expression in a sandbox, which takes most of a millisecond;
 * a run of a hundred calls reads some fifteen fields of each. What is the same for all items is read once, and what
 * only names a text or a number of the item is taken from there; everything else is n8n's.
 */
export class ItemFields {
	private readonly same = new Map<string, unknown>();

	constructor(private readonly context: IExecuteFunctions) {}

	/** @param extractValue for a field with a list to choose from: its value alone */
	get(name: string, itemIndex: number, extractValue = false): unknown {
		if (this.same.has(name)) return this.same.get(name);
		const raw: unknown = this.context.getNode().parameters[name];
		const ofItem = typeof raw === 'string' ? this.fieldOfItem(raw, itemIndex) : undefined;
		if (ofItem !== undefined) return ofItem;
		const value: unknown = this.context.getNodeParameter(name, itemIndex, '', extractValue ? { extractValue } : undefined);
		// An expression is a text that begins with an equals sign, wherever in the field it stands.
		if (!JSON.stringify(raw ?? '').includes('"=')) this.same.set(name, value);
		return value;
	}

	private fieldOfItem(raw: string, itemIndex: number): string | number | undefined {
		const path = FIELD_OF_ITEM.exec(raw)?.[1].slice(1).split('.');
		if (path === undefined) return undefined;
		let at: unknown = this.context.getInputData()[itemIndex]?.json;
		for (const key of path) {
			if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
			at = (at as IDataObject)[key];
		}
		return typeof at === 'string' || typeof at === 'number' ? at : undefined;
	}
}
