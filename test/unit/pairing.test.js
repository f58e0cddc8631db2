'use strict';

const { compiled } = require('./compiled');
const { strict } = require('./strictContext');

const { announceTrigger, isAnnounced, pairedTrigger, withdrawTrigger } = compiled('events/pairing.js');

const TRIGGER = 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGatewayTrigger';
const trigger = (id, fields) => ({ id, name: `Trigger ${id}`, type: TRIGGER, disabled: undefined, parameters: { calls: 'workflow' }, ...fields });
const OTHER = { id: 'x', name: 'x', type: 'n8n-nodes-base.webhook', disabled: undefined };

function find(stored, nodes, more = {}) {
	return pairedTrigger(
		strict({
			instanceSettings: { instanceType: 'main' },
			getMode: () => 'trigger',
			...more,
			getWorkflowStaticData: (type) => {
				if (type !== 'global') throw new Error('pairing lives in the workflow\'s data');
				return stored;
			},
			...(nodes === undefined ? { workflow: undefined } : { workflow: { nodes: Object.fromEntries(nodes.map((node) => [node.name, node])) } }),
		}),
	);
}

test('announced, found, withdrawn; other data of the workflow stays', () => {
	const stored = { other: 1 };
	announceTrigger(stored, 'a', 'https://n8n.example.com/a');
	announceTrigger(stored, 'b', 'https://n8n.example.com/b');
	expect(isAnnounced(stored, 'a', 'https://n8n.example.com/a')).toBe(true);
	expect(isAnnounced(stored, 'a', 'https://n8n.example.com/other')).toBe(false);
	expect(isAnnounced(stored, 'c', 'https://n8n.example.com/a')).toBe(false);
	withdrawTrigger(stored, 'a');
	expect(isAnnounced(stored, 'a', 'https://n8n.example.com/a')).toBe(false);
	expect(isAnnounced(stored, 'b', 'https://n8n.example.com/b')).toBe(true);
	expect(stored.other).toBe(1);
	withdrawTrigger(stored, 'never there');
	withdrawTrigger({}, 'never there');
});

describe('the trigger of the workflow', () => {
	const OF_APPLICATION = { parameters: { calls: 'application' } };
	const registered = { cognigyVoiceGatewayApplications: { 'app-1': { node: 'c', url: 'https://n8n.example.com/c', before: null } } };
	const stored = { cognigyVoiceGatewayTriggers: { a: 'https://n8n.example.com/a', b: 'https://n8n.example.com/b' } };

	test.each([
		['listens', stored, [trigger('b')], { state: 'listening', url: 'https://n8n.example.com/b' }],
		['listens, under the name of a renamed package', stored, [trigger('a', { type: 'other-package.cognigyVoiceGatewayTrigger' })], { state: 'listening', url: 'https://n8n.example.com/a' }],
		['is inactive', {}, [trigger('a')], { state: 'inactive', name: 'Trigger a' }],
		['is inactive, while another of long ago is still announced', stored, [trigger('c')], { state: 'inactive', name: 'Trigger c' }],
		['is one of two that listens', { cognigyVoiceGatewayTriggers: { b: 'https://b/' } }, [trigger('a'), trigger('b')], { state: 'listening', url: 'https://b/' }],
		['is missing', {}, [], { state: 'none' }],
		['is missing among other nodes', {}, [OTHER], { state: 'none' }],
		['is disabled', {}, [trigger('a', { disabled: true })], { state: 'none' }],
		['cannot be seen, but is announced', stored, undefined, { state: 'listening', url: 'https://n8n.example.com/a' }],
		['hears of an application', registered, [trigger('c', OF_APPLICATION)], { state: 'application', name: 'Trigger c', applicationSid: 'app-1', url: 'https://n8n.example.com/c' }],
		['hears of an application, and its own URL of earlier does not count', { ...registered, cognigyVoiceGatewayTriggers: { c: 'https://c/' } }, [trigger('c', OF_APPLICATION)], { state: 'application', name: 'Trigger c', applicationSid: 'app-1', url: 'https://n8n.example.com/c' }],
		['hears of an application, but is not registered', {}, [trigger('c', OF_APPLICATION)], { state: 'inactive', name: 'Trigger c' }],
		['names an application, but is not registered', {}, [trigger('c', { parameters: { calls: 'application', application: 'app-1' } })], { state: 'inactive', name: 'Trigger c' }],
		['is the second of two that hear of applications', registered, [trigger('b', OF_APPLICATION), trigger('c', OF_APPLICATION)], { state: 'application', name: 'Trigger c', applicationSid: 'app-1', url: 'https://n8n.example.com/c' }],
		['is paired, beside one that hears of an application', { ...stored, ...registered }, [trigger('c', OF_APPLICATION), trigger('a')], { state: 'listening', url: 'https://n8n.example.com/a' }],
		['is paired but inactive, beside one that hears of an application', registered, [trigger('c', OF_APPLICATION), trigger('a')], { state: 'inactive', name: 'Trigger a' }],
		['cannot be seen', {}, undefined, { state: 'none' }],
	])('%s', (_what, data, nodes, expected) => {
		expect(find(data, nodes)).toEqual(expected);
	});

	test('a trigger that was deleted or disabled does not leave a dead URL behind', () => {
		expect(find(stored, [trigger('a', { disabled: true })])).toEqual({ state: 'none' });
		expect(find(stored, [OTHER])).toEqual({ state: 'none' });
	});
});

describe('on a worker, where the stored data do not get to', () => {
	const listener = trigger('a', { webhookId: 'hook-id' });
	const worker = (mode, more = {}) => ({
		instanceSettings: { instanceType: 'worker' },
		additionalData: { webhookBaseUrl: 'https://n8n.example.com/webhook' },
		getMode: () => mode,
		getWorkflow: () => ({ id: 'workflow-id' }),
		...more,
	});
	const url = 'https://n8n.example.com/webhook/hook-id/call-status';

	test.each([
		['webhook', { state: 'listening', url }],
		['trigger', { state: 'listening', url }],
		['manual', { state: 'perhaps', url, name: 'Trigger a' }],
		['retry', { state: 'perhaps', url, name: 'Trigger a' }],
		['integrated', { state: 'inactive', name: 'Trigger a' }],
	])('in a run of mode "%s"', (mode, expected) => {
		expect(find({}, [listener], worker(mode))).toEqual(expected);
	});

	test('what is announced counts, and a missing trigger is missing', () => {
		expect(find({ cognigyVoiceGatewayTriggers: { a: 'https://announced/' } }, [listener], worker('webhook'))).toEqual({ state: 'listening', url: 'https://announced/' });
		expect(find({}, [OTHER], worker('webhook'))).toEqual({ state: 'none' });
	});

	test('one that hears of every call of an application is known by its own fields, unless an expression names the application', () => {
		const ofApplication = (value) => ({ ...listener, parameters: { calls: 'application', application: { __rl: true, mode: 'id', value } } });
		expect(find({}, [ofApplication('APP-1')], worker('webhook'))).toEqual({ state: 'application', name: 'Trigger a', applicationSid: 'app-1', url });
		expect(find({}, [ofApplication('={{ $vars.app }}')], worker('webhook'))).toEqual({ state: 'inactive', name: 'Trigger a' });
		expect(find({}, [ofApplication('APP-1'), { ...listener, id: 'b', name: 'Trigger b' }], worker('webhook'))).toEqual({ state: 'listening', url });
	});

	test('a token comes along, from an expression too', () => {
		const withToken = (token) => ({ ...listener, parameters: { calls: 'workflow', verification: 'token', token } });
		expect(find({}, [withToken(' abc ')], worker('webhook')).url).toBe(`${url}?token=abc`);
		const more = { evaluateExpression: (expression) => (expression === '{{ $vars.token }}' ? 'def' : 'nothing') };
		expect(find({}, [withToken('={{ $vars.token }}')], worker('webhook', more)).url).toBe(`${url}?token=def`);
	});

	test('a context that does not tell where n8n is reached says what the main process says', () => {
		expect(find({}, [listener], worker('webhook', { additionalData: { webhookBaseUrl: undefined } }))).toEqual({ state: 'inactive', name: 'Trigger a' });
		expect(find({}, [listener], worker('webhook', { additionalData: undefined }))).toEqual({ state: 'inactive', name: 'Trigger a' });
		expect(find({}, [listener], worker('webhook', { getWorkflow: () => ({ id: undefined }) }))).toEqual({ state: 'inactive', name: 'Trigger a' });
		expect(find({}, [listener], worker('webhook', { instanceSettings: undefined }))).toEqual({ state: 'inactive', name: 'Trigger a' });
	});
});
