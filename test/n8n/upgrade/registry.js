'use strict';

const { execFile } = require('node:child_process');
const { X509Certificate } = require('node:crypto');
const fs = require('node:fs');
const { Agent } = require('node:https');
const path = require('node:path');
const { promisify } = require('node:util');

const axios = require('axios');

const { GuardedProcess } = require('../lib/guarded-process');
const { holdInstallLock } = require('../lib/install-lock');
const { npmCi, stampOf } = require('../lib/npm-ci');
const { installDirOf, runtimeDir, userFolderOf } = require('../lib/places');
const { freePort } = require('../lib/ports');
const { until } = require('../lib/until');
const { startDetour } = require('./detour');

/**
 * A package registry on this machine that n8n takes for the public one.
 *
 * n8n hands npm the address of the public registry as an argument (`npm pack … --registry=…`), which npm prefers to every
 * `registry=` of its settings, and asks that address itself, too. To name another one to n8n
 * takes a licence. What needs none is what a company with a mirror of its own does: npm's settings `https-proxy` and
 * `cafile`, and the same for n8n in HTTPS_PROXY and NODE_EXTRA_CA_CERTS. The proxy leads to Verdaccio whoever asks for
 * the public registry, and refuses everybody else. n8n, npm and the registry are the real ones; nothing stands in for them.
 *
 * n8n 1 asks for newer versions (`npm outdated`) with an environment that it has emptied, and without a home folder: npm's
 * settings must then lie where npm works, in the folder `nodes` of n8n's user folder.
 */

const run = promisify(execFile);

/** Of the registry: for its public name and for 127.0.0.1. Trusted by what is told to, which is only what is started here. */
const tls = (file) => path.join(__dirname, 'tls', file);
const CERTIFICATE = tls('cert.pem');
/** The public registry's host. */
const [, PUBLIC_REGISTRY] = /DNS:([^,\s]+)/.exec(new X509Certificate(fs.readFileSync(CERTIFICATE)).subjectAltName);
const sources = path.join(__dirname, 'registry');
const installation = installDirOf('registry');

/** Installs Verdaccio where that has not been done yet. */
async function installRegistry() {
	const stamp = path.join(installation, '.installed');
	const isInstalled = () => fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === stampOf(sources);
	if (isInstalled()) return;
	const unlock = await holdInstallLock(path.join(runtimeDir, 'registry.lock'), () => {});
	try {
		if (isInstalled()) return;
		await npmCi(sources, { dir: installation, logFile: path.join(runtimeDir, 'registry.install.log'), what: 'Verdaccio' });
		fs.writeFileSync(stamp, stampOf(sources));
	} finally {
		unlock();
	}
}

const settings = (lines) => lines.map(([name, value]) => `${name}=${value}\n`).join('');

/**
 * Starts an empty registry.
 *
 * @param {string} name of its folder
 */
async function startRegistry(name) {
	const folder = userFolderOf(name);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	const file = (each) => path.join(folder, each);

	const port = await freePort();
	const url = `https://127.0.0.1:${port}/`;
	// JSON is YAML. No uplinks: what was not published here does not exist.
	const config = {
		storage: file('storage'),
		auth: { htpasswd: { file: file('htpasswd'), max_users: 1 } },
		packages: { '**': { access: '$all', publish: '$authenticated' } },
		https: { key: tls('key.pem'), cert: CERTIFICATE },
		web: { enable: false },
		log: { type: 'stdout', format: 'json', level: 'http' },
	};
	fs.writeFileSync(file('config.yaml'), JSON.stringify(config));
	const verdaccio = path.join(installation, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
	const server = new GuardedProcess(process.execPath, [verdaccio, '--config', file('config.yaml'), '--listen', url], {
		cwd: folder,
		env: { PATH: process.env.PATH, HOME: folder },
		logFile: file('registry.log'),
	});
	const detour = await startDetour(`${PUBLIC_REGISTRY}:443`, port);
	const close = async () => {
		await detour.close();
		await server.stop();
	};

	const rest = axios.create({ baseURL: url, proxy: false, httpsAgent: new Agent({ ca: fs.readFileSync(CERTIFICATE) }) });
	try {
		await until('the registry', async () => {
			if (server.exitCode !== null) throw new Error(`The registry stopped by itself: ${server.logTail()}`);
			return await rest.get('-/ping').catch(() => false);
		});
		// What "npm adduser" does, which asks for the password at a terminal.
		const { data } = await rest.put('-/user/org.couchdb.user:releaser', { name: 'releaser', password: 'releaser-1' });

		const common = [['cafile', CERTIFICATE], ['cache', file('npm-cache')], ['update-notifier', false], ['fetch-retries', 0]];
		fs.writeFileSync(file('releaser.npmrc'), settings([...common, ['registry', url], [`//127.0.0.1:${port}/:_authToken`, data.token]]));
		fs.writeFileSync(file('user.npmrc'), settings([...common, ['https-proxy', detour.url], ['registry', `https://${PUBLIC_REGISTRY}/`]]));
	} catch (error) {
		await close();
		throw error;
	}

	return {
		/** The environment of an n8n that installs from here; it also wants `settle`. */
		environment: {
			HTTPS_PROXY: detour.url,
			https_proxy: detour.url,
			NODE_EXTRA_CA_CERTS: CERTIFICATE,
			npm_config_userconfig: file('user.npmrc'),
		},
		/**
		 * Puts npm's settings where n8n lets npm work.
		 *
		 * @param {string} userFolder of a running n8n
		 */
		settle(userFolder) {
			const nodes = path.join(userFolder, '.n8n', 'nodes');
			fs.mkdirSync(nodes, { recursive: true });
			fs.copyFileSync(file('user.npmrc'), path.join(nodes, '.npmrc'));
		},
		/** What "npm publish" does with a tarball. The address is named: nothing may ever go to the public registry. */
		async publish(tarball) {
			await run('npm', ['publish', tarball, `--registry=${url}`], {
				cwd: folder,
				env: { PATH: process.env.PATH, HOME: folder, npm_config_userconfig: file('releaser.npmrc') },
			});
		},
		close,
	};
}

module.exports = { installRegistry, startRegistry };
