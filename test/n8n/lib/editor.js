'use strict';

const { chromium } = require('playwright-core');

const { NO_WAY_OUT } = require('./n8n-environment');
const { OWNER } = require('./n8n-with-package');

/**
 * Nothing may leave this machine: Chromium's own services stay silent, and what the editor looks up elsewhere meets a
 * proxy that is none (this machine itself is asked directly). Requests that the test would have to let through one by
 * one are never cached, and the editor loads hundreds of files with each page.
 */
const ARGUMENTS = [
	`--proxy-server=${NO_WAY_OUT}`,
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

async function login(page, url) {
	await page.goto(`${url}/signin`);
	await page.fill('input[name=emailOrLdapLoginId]', OWNER.email);
	await page.fill('input[name=password]', OWNER.password);
	await page.click('[data-test-id=form-submit-button]');
	await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
}

async function openWorkflow(page, url, id) {
	await page.goto(`${url}/workflow/${id}`);
	await page.waitForSelector('[data-test-id=canvas-node]');
	await page.keyboard.press('1');
	await page.waitForLoadState('networkidle');
}

async function openNode(page, name) {
	await page.dblclick(`[data-test-id=canvas-node][data-node-name="${name}"]`);
	await page.waitForSelector('[data-test-id=ndv]');
	await page.waitForLoadState('networkidle');
}

/**
 * Starts Chromium and logs in to a running n8n.
 *
 * @param {string} url of n8n
 * @returns {Promise<{ browser: import('playwright-core').Browser, page: import('playwright-core').Page }>}
 */
async function openEditor(url) {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	await login(page, url);
	return { browser, page };
}

module.exports = { openEditor, openNode, openWorkflow };
