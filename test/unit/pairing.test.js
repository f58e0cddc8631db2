'use strict';

const { compiled } = require('./compiled');
const { strict } = require('./strictContext');

const { announceTrigger, isAnnounced, pairedTrigger, withdrawTrigger } = compiled('events/pairing.js');

const TRIGGER = 'n8n-nodes-cognigy-voice-gateway.cognigyVoiceGatewayTrigger';
const trigger = (id, fields) => ({ id, name: `Trigger ${id}`, type: TRIGGER, disabled: undefined, parameters: { calls: 'workflow' }, ...fields });
const OTHER = { id: 'x', name: 'x', type: 'n8n-nodes-base.webhook', disabled: undefined };

function find(stored, nodes) {
	return pairedTrigger(
		strict({
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
