'use strict';

const { openEditor } = require('../lib/editor');
const { User } = require('../browser/user');
const { PackagesPage } = require('./packages-page');
const { current, listed, name, previous, upgradable } = require('./session');

/** The same by mouse, in n8n's editor: installed, found, offered the newer version, upgraded. */

const NODE = 'Cognigy Voice Gateway';

const stage = upgradable('editor');
let browser;
let user;
let packages;
beforeAll(async () => {
	const { url } = stage.client;
	const editor = await openEditor(url);
	browser = editor.browser;
	editor.page.setDefaultTimeout(60_000);
	user = new User(editor.page, url);
	packages = new PackagesPage(editor.page, url);
});
afterAll(async () => await browser?.close());

test('installed under Settings > Community nodes by its name', async () => {
	await packages.open();
	await packages.install(name);
	expect(await packages.card(previous.version)).toContain(NODE);
	expect((await listed(stage.client)).installedVersion).toBe(previous.version);
});

test('found in the list of nodes', async () => {
	await user.newWorkflow();
	expect(await user.searchNodes('phone')).toContain(NODE);
});

test('the newer version is offered on the card, and upgraded to', async () => {
	await stage.registry.publish(current.tarball);
	await packages.open();
	await packages.upgrade();
	expect(await packages.card(current.version)).toContain(NODE);
	expect((await listed(stage.client)).installedVersion).toBe(current.version);
});
