'use strict';

const { compiled } = require('./compiled');
const { NODE, strict } = require('./strictContext');

const { StatusUpdates } = compiled('dialling/statusUpdates.js');

const APPLICATION = 'a9900000-0000-4000-8000-000000000001';
const ANOTHER = 'a9900000-0000-4000-8000-000000000002';
const URL_OF_TRIGGER = 'https://n8n.example.com/webhook/hook-id/call-status';
const RETRY = '#rc=5&rp=ct,4xx,5xx';
const TRIGGER = { id: 't', name: 'Call events', type: 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGatewayTrigger', parameters: {}, webhookId: 'hook-id', disabled: undefined };
const OF_APPLICATION = { ...TRIGGER, parameters: { calls: 'application' } };

/** What an action node reports to; `fields` are those of the item, `stored` the workflow's data. */
function updates({ fields = {}, stored = {}, triggers = [TRIGGER], worker = false, mode = 'trigger', workflow = 'workflow-id' }) {
	const context = strict({
		getNode: () => NODE,
		getNodeParameter: (name, index, fallback, options) => {
			if (index !== 4) throw new Error(`item ${index}`);
			if (name === 'application' && options?.extractValue !== true) throw new Error('the value alone was not asked for');
			return name in fields ? fields[name] : fallback;
		},
		getWorkflowStaticData: () => stored,
		getMode: () => mode,
		getWorkflow: () => ({ id: workflow }),
		instanceSettings: { instanceType: worker ? 'worker' : 'main' },
		additionalData: { webhookBaseUrl: 'https://n8n.example.com/webhook' },
		// A class of its own, so that the strictness does not reach into what is n8n's.
		workflow: { nodes: Object.assign(new (class Nodes {})(), Object.fromEntries(triggers.map((trigger) => [trigger.name, trigger]))) },
	});
	return new StatusUpdates(context, { baseUrl: 'https://gateway.example.com', cloud: false });
}
const registered = { cognigyVoiceGatewayApplications: { [APPLICATION]: { node: 't', url: URL_OF_TRIGGER, before: null } } };
const announced = { cognigyVoiceGatewayTriggers: { t: URL_OF_TRIGGER } };

test('to nobody, unless told', () => {
	for (const fields of [{}, { statusUpdates: 'none' }, { statusUpdates: undefined }]) {
		const status = updates({ fields, stored: announced });
		expect([status.urlOf(4), status.detectionUrlOf(4), status.unheard, status.elsewhere, status.perhaps]).toEqual([undefined, undefined, 0, 0, undefined]);
	}
});

test('to a URL', () => {
	const status = updates({ fields: { statusUpdates: 'url', statusUrl: 'https://x.example/y' }, stored: registered, triggers: [OF_APPLICATION] });
	expect([status.urlOf(4), status.detectionUrlOf(4)]).toEqual([`https://x.example/y${RETRY}`, undefined]);
	expect(() => updates({ fields: { statusUpdates: 'url' } }).urlOf(4)).toThrow(/^Status URL: the URL is empty/);
	expect(() => updates({ fields: { statusUpdates: 'url', statusUrl: 'nonsense' } }).urlOf(4)).toThrow(/^Status URL: "nonsense"/);
});

describe('to the trigger', () => {
	const fields = { statusUpdates: 'trigger' };

	test('that listens', () => {
		const status = updates({ fields, stored: announced });
		expect([status.urlOf(4), status.detectionUrlOf(4), status.perhaps]).toEqual([`${URL_OF_TRIGGER}${RETRY}`, undefined, undefined]);
	});

	test('that may listen, on a worker: its name is kept for the hint', () => {
		const status = updates({ fields, worker: true, mode: 'manual' });
		expect([status.urlOf(4), status.perhaps]).toEqual([`${URL_OF_TRIGGER}${RETRY}`, 'Call events']);
	});

	test('that does not listen: refused, naming the field', () => {
		expect(() => updates({ fields }).urlOf(4)).toThrow(expect.objectContaining({ field: 'Status Updates', message: expect.stringMatching(/^Status Updates: the trigger "Call events" is not listening/) }));
	});

	test('that is not there: counted, call by call', () => {
		const status = updates({ fields, triggers: [] });
		expect([status.urlOf(4), status.urlOf(4), status.unheard]).toEqual([undefined, undefined, 2]);
	});

	test('whose URL the gateway cannot reach: refused under the name of the field', () => {
		const stored = { cognigyVoiceGatewayTriggers: { t: 'ftp://n8n.example.com/x' } };
		expect(() => updates({ fields, stored }).urlOf(4)).toThrow(/^Status Updates: /);
		const ofApplication = { cognigyVoiceGatewayApplications: { [APPLICATION]: { node: 't', url: 'ftp://n8n.example.com/x', before: null } } };
		expect(() => updates({ fields, stored: ofApplication, triggers: [OF_APPLICATION] }).detectionUrlOf(4)).toThrow(/^Status Updates: /);
	});

	test.each([
		['its own application', APPLICATION, 0], ['in another case, with blanks', ` ${APPLICATION.toUpperCase()} `, 0], ['another application', ANOTHER, 1], ['another one with blanks', ` ${ANOTHER.toUpperCase()} `, 1],
		['the one that is assigned to the number', 'assigned', 0], ['nothing', '', 0], ['null', null, 0], ['no field', undefined, 0],
	])('of an application, with calls to %s: no URL, because the application reports, but detection goes there', (_what, application, elsewhere) => {
		const status = updates({ fields: { ...fields, application }, stored: registered, triggers: [OF_APPLICATION] });
		expect([status.urlOf(4), status.detectionUrlOf(4), status.elsewhere, status.unheard]).toEqual([undefined, `${URL_OF_TRIGGER}${RETRY}`, elsewhere, 0]);
	});
});
