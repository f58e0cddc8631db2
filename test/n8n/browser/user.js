'use strict';

/** What somebody does in n8n's editor, by what is to be seen there. Selectors of n8n 2. */

const id = (testId) => `[data-test-id="${testId}"]`;

class User {
	/**
	 * @param {import('playwright-core').Page} page logged in
	 * @param {string} url of n8n
	 */
	constructor(page, url) {
		this.page = page;
		this.url = url;
	}

	at = (testId) => this.page.locator(id(testId));

	/** Opens an empty workflow and its list of nodes. */
	async newWorkflow() {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.at('canvas-add-button').click();
		await this.at('node-creator-search-bar').waitFor();
	}

	/** The nodes that a search finds. */
	async searchNodes(words) {
		const before = await this.page.locator(id('node-creator')).innerText();
		await this.at('node-creator-search-bar').fill(words);
		await this.page.waitForFunction(
			([selector, text]) => document.querySelector(selector)?.innerText !== text,
			[id('node-creator'), before],
		);
		return await this.at('node-creator-item-name').allInnerTexts();
	}

	/** Adds what the list of a node offers, e.g. "Create a call", and opens it. */
	async addAction(node, section, action) {
		await this.at('node-creator-item-name').filter({ hasText: new RegExp(`^${node}$`) }).first().click();
		const wanted = this.page.locator(id('node-creator')).getByText(action, { exact: true });
		// One of the two sections is folded.
		if (!(await wanted.isVisible())) await this.page.getByText(new RegExp(`^${section} \\(\\d+\\)$`)).click();
		await wanted.click();
		await this.at('ndv').waitFor();
	}

	/** A further node, from the canvas. */
	async openCreator() {
		await this.at('node-creator-plus-button').first().click();
		await this.at('node-creator-search-bar').waitFor();
	}

	async fill(parameter, value) {
		const field = this.at(`parameter-input-${parameter}`).locator('input, textarea, .cm-content').first();
		await field.fill(value);
	}

	/** Chooses an entry of a select. */
	async choose(parameter, entry) {
		await this.at(`parameter-input-${parameter}`).locator('input').first().click();
		await this.page.locator('[role=option]:visible').filter({ hasText: entry }).first().click();
	}

	/** Opens a list to choose from, and gives its entries once the gateway has told them. */
	async openList(parameter) {
		const told = this.page.waitForResponse((response) => response.url().endsWith('/resource-locator-results'));
		await this.at(`resource-locator-${parameter}`).locator(id('rlc-input')).click();
		const { data } = await (await told).json();
		await this.page.locator(`${id('rlc-item')}:visible`).nth(data.results.length - 1).waitFor();
		return data.results.map(({ name }) => name);
	}

	async pick(entry) {
		await this.page.locator(`${id('rlc-item')}:visible`).filter({ hasText: entry }).first().click();
	}

	/** Begins a credential from an open node. */
	async newCredential() {
		await this.at('node-credentials-empty-state').getByRole('button').first().click();
		await this.at('editCredential-modal').waitFor();
	}

	/** Saves the credential, which tests it, and gives what n8n says of it. A good one closes by itself. */
	async saveCredential() {
		const tested = this.page.waitForResponse((response) => response.url().endsWith('/rest/credentials/test'));
		await this.at('credential-save-button').click();
		const { data } = await (await tested).json();
		if (data.status === 'OK') await this.at('editCredential-modal').waitFor({ state: 'hidden' });
		return data;
	}

	/** What the credential's banner says once its details are unfolded. */
	async credentialProblem() {
		const modal = this.at('editCredential-modal');
		const more = modal.getByText('More details');
		if (await more.isVisible()) await more.click();
		return await modal.innerText();
	}

	/** Runs the open node. */
	async execute() {
		await this.at('node-execute-button').click();
	}

	/** What the output panel shows, once this is there. */
	async output(text) {
		const panel = id('output-panel');
		await this.page.waitForFunction(([selector, wanted]) => document.querySelector(selector)?.innerText.includes(wanted), [panel, text]);
		return await this.page.locator(panel).innerText();
	}

	/** The address that a trigger's panel shows, `test` or `production`. */
	async webhookUrl(which) {
		const choice = this.at(`radio-button-${which}`);
		if (!(await choice.isVisible())) await this.page.getByText('Webhook URLs').click();
		await choice.click();
		const url = this.page.getByText(which === 'test' ? /\/webhook-test\// : /\/webhook\//).first();
		return /https?:\/\/\S+/.exec(await url.innerText())[0];
	}

	async publish() {
		await this.at('workflow-open-publish-modal-button').click();
		await this.at('workflow-publish-button').click();
		await this.page.getByText('Workflow published').waitFor();
		await this.page.getByRole('button', { name: 'Got it' }).click();
	}

	async closeNode() {
		await this.at('ndv-close-button').click();
		await this.at('ndv').waitFor({ state: 'hidden' });
	}
}

module.exports = { User, id };
