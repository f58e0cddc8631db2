'use strict';

/**
 * The benchmarks: all in one run, in a real n8n. Writes docs/benchmarks.md.
 *
 *   npm run bench                            everything
 *   npm run bench -- --quick                 a few calls, to see that it works; writes nothing
 *   npm run bench -- --only dialling,memory  some of it; writes nothing
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { installN8n } = require('../n8n/install');
const { packPackage } = require('../n8n/lib/package-tarball');
const { projectDir } = require('../n8n/lib/places');
const { printProgress } = require('../n8n/lib/progress');
const { BenchN8n } = require('./bench-n8n');
const { measureDialling } = require('./dialling');
const { startSlowGateway } = require('./helper-process');
const { measureJoining } = require('./joining');
const { measureLoad, measureStart } = require('./loading');
const { measureMemory } = require('./memory');
const { measureReceiving } = require('./receiving');
const { reportOf } = require('./report');

const LATENCY_MS = 50;
const DOCUMENT = path.join(projectDir, 'docs', 'benchmarks.md');

const FULL = {
	start: { rounds: 2 },
	load: { rounds: 7 },
	dialling: { calls: 1000, callsOneByOne: 100, rounds: 3 },
	joining: { sizes: [10, 50, 100] },
	memory: { items: 10_000, rounds: 1 },
	receiving: { webhooks: { default: 80, legacy: 300 }, rounds: 4 },
};
const QUICK = {
	start: { rounds: 1 },
	load: { rounds: 3 },
	dialling: { calls: 50, callsOneByOne: 10, rounds: 1 },
	joining: { sizes: [3, 10] },
	memory: { items: 200, rounds: 1 },
	receiving: { webhooks: { default: 20, legacy: 40 }, rounds: 1 },
};

/** What all contestants work with. */
const ACCOUNT = {
	applicationSid: 'a9900000-0000-4000-8000-000000000001',
	accountSid: 'ac3e0000-0000-4000-8000-00000000d301',
	apiKey: 'demo0000-acme-4000-8000-notarealkey01',
	webhookSecret: 'wh_secret_BenchNotARealSecret',
};

/** An n8n without the package, and one with it; both stopped. */
async function setUpBoth(n8n, communityPackage) {
	const withPackage = new BenchN8n(n8n, 'bench');
	await withPackage.setUp();
	await withPackage.stop();
	const without = withPackage.copy('bench-without');
	await withPackage.start({ communityPackage });
	await withPackage.client.installCommunityPackage(communityPackage);
	await withPackage.stop();
	return { withPackage, without };
}

async function settingOf({ client }, gateway) {
	const { accountSid, apiKey } = ACCOUNT;
	const data = { environment: 'onPremises', baseUrl: gateway.url, accountSid, apiKey };
	const { id } = await client.createCredential('cognigyVoiceGatewayApi', 'Bench', data);
	return {
		...ACCOUNT,
		credentials: { cognigyVoiceGatewayApi: { id, name: 'Bench' } },
		callsUrl: `${gateway.url}/v1/Accounts/${accountSid}/Calls`,
	};
}

async function measure(size, wanted, progress) {
	const started = Date.now();
	const communityPackage = await packPackage();
	const n8n = await installN8n('2', { onProgress: progress.install });
	const { nodeBinary } = n8n;
	const report = progress.note;
	const results = { size, latencyMs: LATENCY_MS, tarball: communityPackage };

	progress.step('setting up n8n, with the package and without');
	const { withPackage, without } = await setUpBoth(n8n, communityPackage);
	const gateway = await startSlowGateway({ latencyMs: LATENCY_MS, webhookSecret: ACCOUNT.webhookSecret, nodeBinary });
	try {
		if (wanted('loading')) {
			progress.step('loading the package');
			results.start = await measureStart({ withPackage, without, report }, size.start);
			results.load = await measureLoad({ nodeBinary }, size.load);
		}
		await withPackage.start();
		const { client } = withPackage;
		const setting = await settingOf(withPackage, gateway);
		const bench = { n8n: withPackage, client, gateway, setting, nodeBinary, latencyMs: LATENCY_MS, report };
		const parts = { dialling: measureDialling, memory: measureMemory, joining: measureJoining, receiving: measureReceiving };
		for (const [name, part] of Object.entries(parts)) {
			if (!wanted(name)) continue;
			progress.step(name);
			results[name] = await part(bench, size[name]);
		}
		results.machine = {
			cores: os.cpus().length,
			memoryGiB: os.totalmem() / 1024 ** 3,
			n8n: n8n.version,
			node: await versionOf(withPackage.client),
			package: communityPackage.version,
		};
	} finally {
		await withPackage.stop();
		await gateway.close();
	}
	results.minutes = (Date.now() - started) / 60_000;
	return results;
}

/** The Node.js that runs n8n. */
async function versionOf(client) {
	const { nodeJsVersion } = await client.request('GET', '/settings');
	return nodeJsVersion ?? 'unknown';
}

async function main() {
	const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1].split(',') : undefined;
	const quick = process.argv.includes('--quick');
	const wanted = (name) => only === undefined || only.includes(name);
	const progress = printProgress();
	const results = await measure(quick ? QUICK : FULL, wanted, progress);
	const text = reportOf(results);
	if (quick || only !== undefined) return process.stdout.write(`\n${text}`);
	fs.writeFileSync(DOCUMENT, text);
	progress.line(`\nWritten to ${path.relative(process.cwd(), DOCUMENT)}.`);
	return undefined;
}

main().catch((error) => {
	process.stderr.write(`${error.name === 'ClearError' ? error.message : error.stack}\n`);
	process.exitCode = 1;
});
