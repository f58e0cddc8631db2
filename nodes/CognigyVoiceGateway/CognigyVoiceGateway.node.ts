import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { cognigyVoiceGatewayApiTest } from './gateway/credentialTest';
import { operationProperties, runOperation } from './operations';
import { searchApplications, searchCarriers, searchPhoneNumbers } from './operations/pickers';

export class CognigyVoiceGateway implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Cognigy Voice Gateway',
		name: 'cognigyVoiceGateway',
		icon: { light: 'file:cognigyVoiceGateway.svg', dark: 'file:cognigyVoiceGateway.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Place phone calls through Cognigy Voice Gateway and know how they ended',
		defaults: { name: 'Cognigy Voice Gateway' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [
			{ name: 'cognigyVoiceGatewayApi', required: true, testedBy: 'cognigyVoiceGatewayApiTest' },
		],
		properties: operationProperties(),
	};

	methods = {
		credentialTest: { cognigyVoiceGatewayApiTest },
		listSearch: { searchApplications, searchCarriers, searchPhoneNumbers },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this);
	}
}
