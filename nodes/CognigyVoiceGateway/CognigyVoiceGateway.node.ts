import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { cognigyVoiceGatewayApiTest } from './gateway/credentialTest';
import { operationProperties, runOperation, runWebhook } from './operations';
import { listSearch } from './pickers';

/** Where the gateway reports to while a run waits; n8n gives each waiting execution an address of its own. */
const resumeWebhook: IWebhookDescription[] = [
	{
		name: 'default',
		path: '',
		restartWebhook: true,
		httpMethod: 'POST',
		responseMode: 'onReceived',
		// Left out, n8n answers with a text of its own.
		responseData: '',
	},
];

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
		webhooks: resumeWebhook,
		waitingNodeTooltip:
			'={{ $parameter["resumeWhen"] === "answered" ? "Waiting until the call is answered or fails" : $parameter["resumeWhen"] === "verdict" ? "Waiting for the answering machine verdict" : "Waiting for the call to end" }}',
		properties: operationProperties(),
	};

	methods = {
		credentialTest: { cognigyVoiceGatewayApiTest },
		listSearch,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await runWebhook(this);
	}
}
