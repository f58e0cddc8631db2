import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * Whether this is a worker of n8n's queue mode. n8n has no function for it; its contexts know all the same. Where they
 * do not, the answer is no.
 */
export function isWorker(context: IExecuteFunctions): boolean {
	const { instanceSettings } = context as unknown as { instanceSettings?: { instanceType?: string } };
	return instanceSettings?.instanceType === 'worker';
}
