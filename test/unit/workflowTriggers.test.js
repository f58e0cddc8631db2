'use strict';

const { compiled } = require('./compiled');

const { applicationIn, isOfApplication, triggersOf } = compiled('events/workflowTriggers.js');

const PACKAGE = 'n8n-nodes-cognigy-voice-gateway';
const trigger = (fields) => ({ type: `${PACKAGE}.cognigyVoiceGatewayTrigger`, ...fields });

test('the triggers of a workflow are those of this package, whatever it is called where it is installed, that are not disabled', () => {
	const nodes = {
		a: trigger({ id: 'a' }), b: trigger({ id: 'b', disabled: true }), c: trigger({ id: 'c', disabled: false }), d: { id: 'd', type: `${PACKAGE}.cognigyVoiceGateway` },
		e: { id: 'e', type: 'CUSTOM.cognigyVoiceGatewayTrigger' }, f: { id: 'f', type: 'n8n-nodes-base.cognigyVoiceGatewayTriggerOld' },
	};
	expect(triggersOf({ workflow: { nodes } }).map(({ id }) => id)).toEqual(['a', 'c', 'e']);
	expect(triggersOf({ workflow: { nodes: {} } })).toEqual([]);
});

test.each([[{}], [{ workflow: {} }], [{ workflow: undefined }]])('a context that does not show them (%j) says so', (context) => expect(triggersOf(context)).toBeUndefined());

test.each([[{ calls: 'application' }, true], [{ calls: 'workflow' }, false], [{}, false], [undefined, false]])('%j is of an application: %p', (parameters, expected) => {
	expect(isOfApplication({ parameters })).toBe(expected);
});

test.each([
	[' APP-1 ', 'app-1'], [{ __rl: true, mode: 'list', value: 'App-2' }, 'app-2'], ['', ''], ['={{ $env.X }}', undefined], [{ value: '=x' }, undefined], [{ mode: 'list' }, undefined],
	[null, undefined], [undefined, undefined], [7, undefined], [{ value: 7 }, undefined],
])('the application in %j is %p', (application, expected) => {
	expect(applicationIn({ parameters: { application } })).toBe(expected);
});

test('a node without parameters names none', () => expect(applicationIn({ parameters: undefined })).toBeUndefined());
