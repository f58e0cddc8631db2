'use strict';

/** Settings > Community nodes, by what is to be seen there. Texts and selectors of n8n 2. */
class PackagesPage {
	/**
	 * @param {import('playwright-core').Page} page logged in
	 * @param {string} url of n8n
	 */
	constructor(page, url) {
		this.page = page;
		this.url = url;
	}

	async open() {
		await this.page.goto(`${this.url}/settings/community-nodes`);
	}

	async install(name) {
		await this.page.getByRole('button', { name: /Install/ }).first().click();
		const dialog = this.page.getByRole('dialog');
		await dialog.locator('input').first().fill(name);
		await dialog.getByRole('checkbox').click();
		await dialog.getByRole('button', { name: 'Install' }).click();
		await dialog.waitFor({ state: 'hidden' });
	}

	/** What the card of the one package says, once it shows this version. */
	async card(version) {
		const card = this.page.locator('[data-test-id=community-package-card]').filter({ hasText: `v${version}` });
		return await card.innerText();
	}

	/** The button of the card, and that of the question which follows. */
	async upgrade() {
		await this.page.getByRole('button', { name: 'Update' }).click();
		await this.page.getByRole('dialog').getByRole('button', { name: /update/i }).click();
	}
}

module.exports = { PackagesPage };
