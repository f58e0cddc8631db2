import type {
	IDataObject,
	IHookFunctions,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { isListening, startListening, stopListening } from './events/listening';
import { WEBHOOK_PATH } from './events/pairing';
import { receiveWebhook } from './events/webhook';
import { cognigyVoiceGatewayApiTest } from './gateway/credentialTest';
import { triggerFields } from './events/triggerFields';
import { searchApplications } from './pickers/applications';

export class CognigyVoiceGatewayTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Cognigy Voice Gateway Trigger',
		name: 'cognigyVoiceGatewayTrigger',
		icon: { light: 'file:cognigyVoiceGateway.svg', dark: 'file:cognigyVoiceGateway.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{($parameter["calls"] === "application" ? "all calls: " : "") + ($parameter["listenFor"] === "final" ? "final outcome" : $parameter["listenFor"] === "selected" ? $parameter["events"].join(", ") : "every call status")}}',
		description: 'Starts the workflow when a phone call rings, is answered or ends',
		eventTriggerDescription: 'Waiting for the gateway to call the Test URL',
		activationMessage:
			'The gateway now reports calls to this trigger: those that the action node of this workflow places, or all calls of the application that you chose.',
		defaults: { name: 'Cognigy Voice Gateway Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'cognigyVoiceGatewayApi', required: true, testedBy: 'cognigyVoiceGatewayApiTest' },
		],
		triggerPanel: {
			header: 'Listen for one test event',
			executionsHelp: {
				inactive:
					'<b>Test URL</b>: works only while you listen here, for one event. Paste it as the Status URL of a call that you place in another workflow; no application is changed for a test. <br /><br /><b>Production URL</b>: works once this workflow is published, for every event. The action node of this workflow uses it by itself, and so does the application with Calls set to All Calls of an Application.',
				active:
					'<b>Production URL</b>: in use, because this workflow is published; its runs appear under Executions, not here. The action node of this workflow uses it by itself, and so does the application with Calls set to All Calls of an Application. <br /><br /><b>Test URL</b>: works only while you listen here, for one event, and never for published runs.',
			},
			activationHint:
				'Publish the workflow to receive every event. Until then, calls of this workflow are not reported to it.',
		},
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				path: WEBHOOK_PATH,
			},
		],
		properties: triggerFields,
	};

	methods = {
		credentialTest: { cognigyVoiceGatewayApiTest },
		listSearch: { searchApplications },
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await isListening(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await startListening(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await stopListening(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { status, reason, item } = await receiveWebhook(this);
		if (status !== 200) {
			this.getResponseObject().status(status).send(reason).end();
			return { noWebhookResponse: true };
		}
		if (item === undefined) return { webhookResponse: reason };
		return { workflowData: [this.helpers.returnJsonArray(item as IDataObject)] };
	}
}
