'use strict';

/**
 * Makes the pictures of README and docs from the real editor: `npm run screenshots`.
 * Needs a Chromium; CHROMIUM names another path than /usr/bin/chromium.
 */

const fs = require('node:fs');
const path = require('node:path');

const { startGateway } = require('../gateway');
const { installN8n } = require('./install');
const { openEditor, openNode, openWorkflow } = require('./lib/editor');
const { createCrmKey, createGatewayCredential, startN8nWithPackage } = require('./lib/n8n-with-package');
const { buildPackage, packPackage } = require('./lib/package-tarball');
const { userFolderOf } = require('./lib/places');
const { printProgress } = require('./lib/progress');
const { startStandIn } = require('./lib/stand-in');
const { EXAMPLES, readWorkflow } = require('./lib/workflow-files');

const IMAGES = path.join(__dirname, '..', '..', 'docs', 'images');

async function main() {
	const progress = printProgress({ steps: 4 });
	progress.step('Building and packing the package');
	await buildPackage();
	const communityPackage = await packPackage();
	progress.step('Starting n8n and the emulated gateway');
	const n8n = await installN8n('2', { onProgress: progress.install });
	const gateway = await startGateway({ port: 0, world: 'demo', quiet: true });
	const crm = await startStandIn();
	const userFolder = userFolderOf('screenshots');
	const { server, client } = await startN8nWithPackage({ n8n, communityPackage, userFolder });
	let browser;
	try {
		await createGatewayCredential(client, gateway);
		await createCrmKey(client);
		const workflow = await client.createWorkflow(readWorkflow(EXAMPLES.crmEvent, { origin: crm.origin }));
		fs.mkdirSync(IMAGES, { recursive: true });

		progress.step('Opening the editor');
		const editor = await openEditor(client.url);
		browser = editor.browser;
		const { page } = editor;
		await openWorkflow(page, client.url, workflow.id);

		progress.step('Taking pictures');
		const shoot = async (name) => {
			await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
			progress.note(`docs/images/${name}.png`);
		};
		await shoot('editor');
		for (const [type, name] of [
			['cognigyVoiceGateway', 'create-call'],
			['cognigyVoiceGatewayTrigger', 'trigger'],
		]) {
			const node = workflow.nodes.find((each) => each.type.endsWith(`.${type}`));
			await openNode(page, node.name);
			// n8n opens a node before it has all of its fields.
			await page.getByText('Loading fields').waitFor({ state: 'hidden' });
			await shoot(name);
			await page.click('[data-test-id=ndv-close-button]');
		}
	} finally {
		await browser?.close();
		await server.stop();
		await crm.close();
		await gateway.close();
	}
}

main().then(
	() => process.exit(0),
	(error) => {
		process.stderr.write(`${error.stack}\n`);
		process.exit(1);
	},
);
