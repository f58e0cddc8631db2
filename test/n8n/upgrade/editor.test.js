'use strict';

const { openEditor } = require('../lib/editor');
const { User } = require('../browser/user');
const { PackagesPage } = require('./packages-page');
const { current, listed, name, previous, startUpgradable } = require('./session');

/** The same by mouse, in n8n's editor: installed, found, offered the newer version, upgraded. */

const NODE = 'Cognigy Voice Gateway';

let registry;
let n8n;
let browser;
let user;
let packages;
beforeAll(async () => {
	({ registry, n8n } = await startUpgradable('editor'));
	const editor = await openEditor(n8n.client.url);
	browser = editor.browser;
	editor.page.setDefaultTimeout(60_000);
	user = new User(editor.page, n8n.client.url);
	packages = new PackagesPage(editor.page, n8n.client.url);
});
afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await registry?.close();
});

test('installed under Settings > Community nodes by its name', async () => {
	await packages.open();
	await packages.install(name);
	expect(await packages.card(previous.version)).toContain(NODE);
	expect((await listed(n8n.client)).installedVersion).toBe(previous.version);
});

test('found in the list of nodes', async () => {
	await user.newWorkflow();
	expect(await user.searchNodes('phone')).toContain(NODE);
});

test('the newer version is offered on the card, and upgraded to', async () => {
	await registry.publish(current.tarball);
	await packages.open();
	await packages.upgrade();
	expect(await packages.card(current.version)).toContain(NODE);
	expect((await listed(n8n.client)).installedVersion).toBe(current.version);
});
