'use strict';

const path = require('node:path');

const NPM_SHIM_DIR = path.join(__dirname, 'npm-shim');

/** Nobody listens here: what n8n sends to anywhere but this machine fails at once. */
const NO_WAY_OUT = 'http://127.0.0.1:9';
const THIS_MACHINE = '127.0.0.1,localhost,::1';

/** Nothing is sent, looked up or advertised; modules that are not needed stay unloaded. */
const SILENT = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_AI_ENABLED: 'false',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
	N8N_PYTHON_ENABLED: 'false',
	GENERIC_TIMEZONE: 'UTC',
	N8N_LOG_LEVEL: 'warn',
	N8N_SECURE_COOKIE: 'false',
	HTTP_PROXY: NO_WAY_OUT,
	HTTPS_PROXY: NO_WAY_OUT,
	NO_PROXY: THIS_MACHINE,
	http_proxy: NO_WAY_OUT,
	https_proxy: NO_WAY_OUT,
	no_proxy: THIS_MACHINE,
};

/** Further settings for where nobody looks at the editor: n8n rewrites all of its files at each start, which takes seconds. */
const WITHOUT_EDITOR = { N8N_DISABLE_UI: 'true' };

/** What one release needs and the other does not know. */
const PER_RELEASE = {
	1: { N8N_DISABLED_MODULES: 'insights', N8N_EXPRESSION_ENGINE: 'legacy', N8N_RUNNERS_ENABLED: 'true' },
	2: {
		N8N_DISABLED_MODULES:
			'mcp-registry,instance-ai,mcp,chat-hub,agents,insights,breaking-changes,source-control,external-secrets,quick-connect',
	},
};

/**
 * The whole environment of an n8n process: what is set in the shell of the caller does not reach it.
 *
 * @param {object} options
 * @param {import('../install').InstalledN8n} options.n8n
 * @param {string} options.userFolder
 * @param {number} options.port
 * @param {number} options.brokerPort
 * @param {{ tarball: string, name: string, version: string }} [options.communityPackage] answered by the npm stand-in
 * @param {Record<string, string>} [options.environment] further settings of n8n
 */
function n8nEnvironment({ n8n, userFolder, port, brokerPort, communityPackage, environment }) {
	const url = `http://127.0.0.1:${port}/`;
	const searchPath = [path.dirname(n8n.nodeBinary), process.env.PATH];
	const env = {
		HOME: process.env.HOME,
		LANG: process.env.LANG ?? 'C.UTF-8',
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_PROTOCOL: 'http',
		[n8n.major < 2 ? 'WEBHOOK_URL' : 'N8N_WEBHOOK_URL']: url,
		N8N_EDITOR_BASE_URL: url,
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		...SILENT,
		...PER_RELEASE[n8n.major],
		...environment,
	};
	if (communityPackage) {
		searchPath.unshift(NPM_SHIM_DIR);
		env.LOCAL_PACKAGE_TARBALL = communityPackage.tarball;
		env.LOCAL_PACKAGE_NAME = communityPackage.name;
		env.LOCAL_PACKAGE_VERSION = communityPackage.version;
	}
	env.PATH = searchPath.join(path.delimiter);
	return env;
}

module.exports = { NO_WAY_OUT, WITHOUT_EDITOR, n8nEnvironment };
