import type { INode } from 'n8n-workflow';

/** The triggers of this package in a workflow. */

const TRIGGER_TYPE = 'cognigyVoiceGatewayTrigger';

/** n8n offers no list of the workflow's nodes; its contexts carry the workflow all the same. Undefined: they do not. */
export function triggersOf(context: object): INode[] | undefined {
	const { workflow } = context as { workflow?: { nodes?: Record<string, INode> } };
	if (workflow?.nodes === undefined) return undefined;
	return Object.values(workflow.nodes).filter(
		({ type, disabled }) => disabled !== true && type.split('.').pop() === TRIGGER_TYPE,
	);
}

/** Whether a trigger listens to an application, and not to the calls of its workflow. */
export const isOfApplication = ({ parameters }: Pick<INode, 'parameters'>): boolean => parameters?.calls === 'application';

/** The application that a trigger node names; undefined when an expression names it. */
export function applicationIn({ parameters }: Pick<INode, 'parameters'>): string | undefined {
	const given = parameters?.application;
	const value = typeof given === 'object' && given !== null && 'value' in given ? given.value : given;
	return typeof value !== 'string' || value.startsWith('=') ? undefined : value.trim().toLowerCase();
}
