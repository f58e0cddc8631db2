'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { compiled } = require('./compiled');

const folder = path.join(__dirname, '../../dist/nodes/CognigyVoiceGateway');
const { CognigyVoiceGateway } = compiled('CognigyVoiceGateway.node.js');
const { CognigyVoiceGatewayTrigger } = compiled('CognigyVoiceGatewayTrigger.node.js');
const { CognigyVoiceGatewayApi } = require('../../dist/credentials/CognigyVoiceGatewayApi.credentials.js');
const { operationProperties, RESOURCES } = compiled('operations/index.js');
const manifest = require('../../package.json');

const action = new CognigyVoiceGateway();
const trigger = new CognigyVoiceGatewayTrigger();
const credential = new CognigyVoiceGatewayApi();

/** A property and all properties inside it, each with the path to it. */
function walk(property, where) {
	const here = `${where}.${property.name}`;
	const inside = [...(property.options ?? []), ...(property.modes ?? []), ...(property.values ?? [])];
	return [{ where: here, property }, ...inside.filter((entry) => typeof entry === 'object').flatMap((entry) => walk(entry, here))];
}

const everything = [
	...action.description.properties.flatMap((property) => walk(property, 'action')),
	...trigger.description.properties.flatMap((property) => walk(property, 'trigger')),
	...credential.properties.flatMap((property) => walk(property, 'credential')),
];
const having = (test) => everything.filter(({ property }) => test(property)).map(({ where, property }) => [where, property]);

describe('the operation table', () => {
	const operations = RESOURCES.flatMap((resource) => resource.operations.map((operation) => [`${resource.value}:${operation.value}`, resource, operation]));

	test.each(operations)('%s has its texts and its function', (_name, resource, operation) => {
		expect(operation.action).toMatch(new RegExp(`^[A-Z][A-Za-z ]+ ${resource.name.toLowerCase()}`));
		expect(operation.description.length).toBeGreaterThan(20);
		expect(operation.name).toMatch(/^[A-Z]/);
		expect(operation.run).toBeInstanceOf(Function);
	});

	test.each(operations)('%s has an output preview', (_name, resource, operation) => {
		const schema = JSON.parse(fs.readFileSync(path.join(folder, '__schema__/v1.0.0', resource.value, `${operation.value}.json`), 'utf8'));
		expect(schema).toMatchObject({ type: 'object', version: 1 });
	});

	test('every preview belongs to an operation', () => {
		const previews = fs.readdirSync(path.join(folder, '__schema__/v1.0.0'), { recursive: true }).filter((file) => file.endsWith('.json'));
		expect(previews.map((file) => file.replace('.json', '').replace(path.sep, ':')).sort()).toEqual(operations.map(([name]) => name).sort());
	});

	test('its fields are shown for it only, and keep the conditions of their own', () => {
		const properties = operationProperties();
		expect(action.description.properties).toEqual(properties);
		for (const [, resource, operation] of operations) {
			for (const { name } of operation.fields) {
				const shown = properties.filter((property) => property.name === name).map(({ displayOptions }) => displayOptions.show);
				expect(shown).toContainEqual(expect.objectContaining({ resource: [resource.value], operation: [operation.value] }));
			}
		}
		expect(properties.find(({ name }) => name === 'toNumber').displayOptions.show.toType).toEqual(['phone']);
	});

	test('an operation that does not exist is refused in plain words', async () => {
		const { runOperation } = compiled('operations/index.js');
		const { NODE, strict } = require('./strictContext');
		const context = strict({ getNodeParameter: (name) => (name === 'resource' ? 'call' : 'fax'), getNode: () => NODE });
		await expect(runOperation(context)).rejects.toThrow('This node does not know the operation "fax" of "call".');
	});
});

describe('texts', () => {
	test('there are many of them', () => expect(everything.length).toBeGreaterThan(80));

	test.each(having(({ placeholder }) => placeholder !== undefined))('the placeholder of %s is an example, or asks to choose, add or set', (_where, { placeholder, type }) => {
		const prompt = ['list', 'collection', 'fixedCollection'].includes(type);
		expect(placeholder).toMatch(prompt ? /^(?:Choose an? .+\.\.\.|(?:Add|Set) .+)$/ : /^e\.g\. /);
	});

	test.each(having(({ type }) => type === 'boolean'))('the description of the switch %s starts with "Whether"', (_where, { description }) => {
		expect(description).toMatch(/^Whether /);
	});

	test.each(having(({ type, displayOptions, name }) => type !== undefined && !['notice', 'list'].includes(type) && !['resource', 'operation'].includes(name) && displayOptions?.hide === undefined))(
		'%s has a title',
		(_where, { displayName }) => {
			expect(displayName).toMatch(/^[A-Z]/);
		},
	);

	test.each(having(({ description }) => description !== undefined))('the description of %s holds no HTML, no text of a missing value, no mark of unfinished work and no blank at its end', (_where, { description }) => {
		expect(description).not.toMatch(/undefined|\b(?:TO.?DO|FIX.?ME|X{3}|TBD)\b|<(?!company|region)|\s$/);
	});

	test('no secret is shown while it is typed', () => {
		const secrets = having(({ name, type }) => type === 'string' && /password|secret|apikey|^token$/i.test(name));
		expect(secrets.length).toBeGreaterThanOrEqual(4);
		for (const [, { typeOptions }] of secrets) expect(typeOptions).toMatchObject({ password: true });
	});
});

describe.each([
	['action', action, 'CognigyVoiceGateway.node.json'],
	['trigger', trigger, 'CognigyVoiceGatewayTrigger.node.json'],
])('the %s node', (_name, node, codexFile) => {
	const { description } = node;

	test('has a light and a dark icon that exist and are drawings of their own', () => {
		const files = [description.icon.light, description.icon.dark].map((file) => path.join(folder, file.replace('file:', '')));
		expect(new Set(files).size).toBe(2);
		for (const file of files) expect(fs.readFileSync(file, 'utf8')).toMatch(/<svg[^>]*viewBox/);
	});

	test('is found by the words people look for', () => {
		const codex = JSON.parse(fs.readFileSync(path.join(folder, codexFile), 'utf8'));
		expect(codex.node).toBe(`${manifest.name}.${description.name}`);
		expect(codex.alias).toEqual(expect.arrayContaining(['phone', 'call', 'voice', 'dial']));
		for (const alias of codex.alias) expect(alias.trim()).not.toBe('');
	});

	test('asks for the credential, has a subtitle, and its pickers exist', () => {
		expect(description.credentials).toEqual([{ name: credential.name, required: true, testedBy: 'cognigyVoiceGatewayApiTest' }]);
		expect(node.methods.credentialTest.cognigyVoiceGatewayApiTest).toBeInstanceOf(Function);
		expect(description.subtitle).toMatch(/^=\{\{/);
		const pickers = everything.map(({ property }) => property.typeOptions?.searchListMethod).filter(Boolean);
		const known = { ...action.methods.listSearch, ...trigger.methods.listSearch };
		for (const picker of pickers) expect(known[picker]).toBeInstanceOf(Function);
	});
});

test('the action node is a tool for agents, the trigger is none', () => {
	expect(action.description.usableAsTool).toBe(true);
	expect(trigger.description.usableAsTool).not.toBe(true);
});

test('the trigger\'s panel tells test URL and production URL apart', () => {
	const { executionsHelp, activationHint } = trigger.description.triggerPanel;
	for (const text of [executionsHelp.inactive, executionsHelp.active]) {
		expect(text).toMatch(/<b>Test URL<\/b>/);
		expect(text).toMatch(/<b>Production URL<\/b>/);
	}
	expect(activationHint).toMatch(/Publish/);
});

test('everything that the manifest names was built', () => {
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) expect(fs.existsSync(path.join(__dirname, '../..', file))).toBe(true);
	for (const file of [credential.icon.light, credential.icon.dark]) {
		expect(fs.existsSync(path.join(__dirname, '../../dist/credentials', file.replace('file:', '')))).toBe(true);
	}
});
