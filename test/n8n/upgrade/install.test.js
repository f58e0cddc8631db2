'use strict';

const { ACTION, TRIGGER } = require('../suite/workflows');
const { current, listed, name, previous, upgradable } = require('./session');

/** Installing, by name and by version, and uninstalling. */

const stage = upgradable('install');

const nodeTypes = async () => (await stage.client.types('nodes')).map((type) => type.name).filter((type) => type.startsWith(name));

test('installed by its name, it is the newest version, loaded, with both nodes', async () => {
	await stage.client.installCommunityPackage({ name });
	const found = await listed(stage.client);
	expect(found.installedVersion).toBe(previous.version);
	expect(found.failedLoading ?? false).toBe(false);
	expect(found.updateAvailable).toBeUndefined();
	expect(found.installedNodes.map(({ type }) => type).sort()).toEqual([ACTION, TRIGGER]);
	expect(await nodeTypes()).toEqual(expect.arrayContaining([ACTION, TRIGGER]));
});

test('uninstalled, nothing of it is left, and n8n goes on', async () => {
	await stage.client.uninstallCommunityPackage(name);
	expect(await stage.client.communityPackages()).toEqual([]);
	expect(await nodeTypes()).toEqual([]);
	expect((await stage.client.open.get('/healthz')).status).toBe(200);
});

test('once a newer version is published, its name brings that one', async () => {
	await stage.registry.publish(current.tarball);
	const { installedVersion } = await stage.client.installCommunityPackage({ name });
	expect(installedVersion).toBe(current.version);
	expect((await listed(stage.client)).installedVersion).toBe(current.version);
	await stage.client.uninstallCommunityPackage(name);
});

test('the version can be chosen, and n8n then tells of the newer one', async () => {
	const { installedVersion } = await stage.client.installCommunityPackage({ name, version: previous.version });
	expect(installedVersion).toBe(previous.version);
	expect(await listed(stage.client)).toMatchObject({ installedVersion: previous.version, updateAvailable: current.version });
});

test('a version that does not exist is refused, and what is installed stays', async () => {
	await expect(stage.client.upgradeCommunityPackage({ name, version: '9.9.9' })).rejects.toThrow(/Package version does not exist/);
	expect(await listed(stage.client)).toMatchObject({ installedVersion: previous.version });
	expect(await nodeTypes()).toEqual(expect.arrayContaining([ACTION, TRIGGER]));
	await stage.client.uninstallCommunityPackage(name);
	await expect(stage.client.installCommunityPackage({ name, version: '9.9.9' })).rejects.toThrow(/Package version does not exist/);
	expect(await stage.client.communityPackages()).toEqual([]);
});
