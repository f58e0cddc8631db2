'use strict';

const { client, communityPackage } = require('./suite/session');
const { ACTION, TRIGGER } = require('./suite/workflows');

describe('the package in n8n', () => {
	test('is listed as an installed community package, loaded, with both nodes', async () => {
		const packages = await client.communityPackages();
		expect(packages).toHaveLength(1);
		const [{ packageName, installedVersion, installedNodes, failedLoading = false }] = packages;
		expect({ packageName, installedVersion, failedLoading }).toEqual({
			packageName: 'n8n-nodes-cognigy-voice-gateway',
			installedVersion: communityPackage.version,
			failedLoading: false,
		});
		expect(Object.fromEntries(installedNodes.map(({ name, type }) => [name, type]))).toEqual({
			'Cognigy Voice Gateway': ACTION,
			'Cognigy Voice Gateway Trigger': TRIGGER,
		});
	});

	test.each([
		['the action node', ACTION],
		['the trigger node', TRIGGER],
	])('%s is served with description, icons and catalogue entry', async (_, type) => {
		const description = (await client.types('nodes')).find(({ name }) => name === type);
		expect(description).toMatchObject({ name: type, version: 1 });
		expect(description.codex.categories).toContain('Communication');
		for (const url of [description.iconUrl.light, description.iconUrl.dark]) {
			const { status, headers, data } = await client.open.get(`/${url}`);
			expect(status).toBe(200);
			expect(headers['content-type']).toContain('image/svg+xml');
			expect(String(data)).toContain('<svg');
		}
	});

	test('the action node is also an AI agent\'s tool, the trigger is not', async () => {
		const names = (await client.types('nodes')).map(({ name }) => name);
		expect(names).toContain(`${ACTION}Tool`);
		expect(names).not.toContain(`${TRIGGER}Tool`);
	});

	test('the credential type is served, its secrets marked as such', async () => {
		const type = (await client.types('credentials')).find(({ name }) => name === 'cognigyVoiceGatewayApi');
		expect(type.displayName).toBe('Cognigy Voice Gateway API');
		const secrets = type.properties.filter(({ typeOptions }) => typeOptions?.password).map(({ name }) => name);
		expect(secrets).toEqual(['apiKey', 'webhookSecret']);
	});
});
