'use strict';

/**
 * Shows a first call, end to end, in a real n8n: a CRM-like event places a call through the emulated gateway, and the
 * trigger in the same workflow receives the gateway's signed webhooks until the call has ended.
 *
 *   npm run demo [-- --once] [-- --port 5680] [-- --n8n 1] [-- --package <tarball>]
 */

const path = require('node:path');
const { parseArgs } = require('node:util');

const { startGateway } = require('../gateway');
const { installN8n } = require('./install');
const { followCall, missingIn } = require('./lib/call-timeline');
const { ClearError } = require('./lib/clear-error');
const { OWNER, createCrmKey, createGatewayCredential, startN8nWithPackage } = require('./lib/n8n-with-package');
const { buildPackage, packPackage, readPackage } = require('./lib/package-tarball');
const { tarballDir, userFolderOf } = require('./lib/places');
const { checkPortIsFree } = require('./lib/ports');
const { printProgress } = require('./lib/progress');
const { startStandIn } = require('./lib/stand-in');
const { EXAMPLES, readWorkflow } = require('./lib/workflow-files');

const DEFAULT_PORT = 5680;
const STEPS = 9;
const USE = `npm run demo [-- --once --port ${DEFAULT_PORT} --n8n 2 --package <tarball>]`;
const TIMELINE_WORKFLOW = path.join(__dirname, 'demo', 'call-timeline.json');
const TRIGGER = 'Every Status of the Call';
const EVENT = { contactId: 'C-1042', phone: '+12025550123', reason: 'contract-ends' };

/** What has been started and must be ended, last one first. */
const running = [];
/** The outcome has been shown, with nothing missing. */
let finished = false;
let ending = false;
const progress = printProgress({ steps: STEPS });

function readArguments() {
	const text = { type: 'string' };
	const options = { once: { type: 'boolean' }, port: text, n8n: text, package: text, help: { type: 'boolean' } };
	let values;
	try {
		({ values } = parseArgs({ options }));
	} catch (error) {
		throw new ClearError(`${error.message.split('.')[0]}. Use: ${USE}`);
	}
	const port = Number(values.port ?? DEFAULT_PORT);
	if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new ClearError(`"${values.port}" is no port: use 1 to 65535.`);
	return { once: values.once ?? false, release: values.n8n ?? '2', port, tarball: values.package, help: values.help ?? false };
}

/** The package as it stands here, or one that was packed before. */
async function findPackage(tarball) {
	progress.step(tarball === undefined ? 'Building and packing the package' : 'Reading the package');
	if (tarball !== undefined) return await readPackage(tarball);
	await buildPackage();
	return await packPackage(path.join(tarballDir, 'demo'));
}

async function runDemo({ once, release, port, tarball }) {
	const portRemedy = 'stop that program, or use another port with "npm run demo -- --port 5690"';
	await checkPortIsFree(port, portRemedy);

	const communityPackage = await findPackage(tarball);
	progress.note(`${path.basename(communityPackage.tarball)}, ${Math.round(communityPackage.bytes / 1000)} kB`);

	progress.step(`Preparing n8n ${release} (the first time it is downloaded, which takes minutes)`);
	const n8n = await installN8n(release, { onProgress: progress.install });
	progress.note(`n8n ${n8n.version}`);

	progress.step('Starting the emulated Voice Gateway');
	const gateway = await startGateway({ port: 0, world: 'demo', quiet: true });
	running.push(() => gateway.close());
	const crm = await startStandIn();
	running.push(() => crm.close());
	progress.note(gateway.url);

	progress.step(`Starting n8n on port ${port}`);
	const { server, client } = await startN8nWithPackage({
		n8n,
		communityPackage,
		port,
		portRemedy,
		userFolder: userFolderOf('demo', port),
		onStarted: () => progress.step(`Letting n8n install ${communityPackage.name} as a community package`),
	});
	running.push(() => server.stop());
	server.child.exited.then((code) => onN8nGone(code));
	const [installed] = await client.communityPackages();
	progress.note(`${installed.packageName} ${installed.installedVersion}: ${installed.installedNodes.map(({ name }) => name).join(', ')}`);

	progress.step('Creating and testing the credential');
	const credential = await createGatewayCredential(client, gateway);
	const { status, message } = await client.testCredential(credential);
	progress.note(`${status}: ${message}`);
	if (status !== 'OK') throw new ClearError(`The credential test failed: ${message}`);

	progress.step('Importing and publishing the workflows');
	const crmKey = await createCrmKey(client);
	let timelineWorkflow;
	for (const file of [...Object.values(EXAMPLES), TIMELINE_WORKFLOW]) {
		timelineWorkflow = await client.createWorkflow(readWorkflow(file, { origin: crm.origin }));
		await client.publish(timelineWorkflow.id);
		progress.note(timelineWorkflow.name);
	}

	progress.step(`Sending one event, as a CRM would: ${JSON.stringify(EVENT)}`);
	const answer = await client.callWebhook('demo-crm-event', EVENT, { headers: crmKey });
	if (answer.status !== 200) throw new ClearError(`n8n answered the event with ${answer.status}: ${JSON.stringify(answer.data)}`);

	progress.step('The call, as the trigger in n8n received it');
	const events = await followCall(client, { workflowId: timelineWorkflow.id, triggerName: TRIGGER, onEvent: printEvent });
	const { contactId, reason } = EVENT;
	const missing = missingIn(events, { contactId, reason });
	const rings = gateway.rang(EVENT.phone);
	if (rings !== 1) missing.push(`one ring exactly (the phone rang ${rings} times)`);
	const last = events[events.length - 1];
	progress.note(`outcome:   ${last.outcome}`);
	progress.note(`duration:  ${last.duration} s`);
	progress.note(`metadata:  ${JSON.stringify(last.tag)}`);
	if (missing.length > 0) throw new ClearError(`Missing in what the trigger received: ${missing.join(', ')}.`);
	finished = true;
	if (once) return;

	const [[headerName, headerValue]] = Object.entries(crmKey);
	progress.line(`
Editor:  ${client.url}
Login:   ${OWNER.email} / ${OWNER.password}

Another event (486 at the end of the number: busy):
  curl -X POST ${client.url}/webhook/demo-crm-event -H '${headerName}: ${headerValue}' \\
    -H 'Content-Type: application/json' -d '{"contactId":"C-7","phone":"+12025550486","reason":"again"}'

This n8n cannot reach anything but this machine: no real phone can ring. Ctrl-C ends it.`);
	await new Promise(() => {});
}

function printEvent({ call_status: status, sip_status: sipStatus, sip_reason: sipReason }, seconds) {
	progress.note(`+${seconds.toFixed(1).padStart(4)} s  ${status.padEnd(12)} ${sipStatus ?? ''} ${sipReason ?? ''}`.trimEnd());
}

/** Ends everything that was started, then this process. */
async function end(exitCode) {
	if (ending) return;
	ending = true;
	while (running.length > 0) {
		await Promise.resolve(running.pop()()).catch((error) => progress.line(error.message));
	}
	process.exit(exitCode);
}

function onN8nGone(code) {
	if (ending) return;
	progress.line(`n8n stopped by itself with code ${code}.`);
	void end(1);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => {
		if (!ending) progress.line('\nEnding n8n and the gateway ...');
		void end(finished ? 0 : 130);
	});
}
process.stdout.on('error', () => void end(1));
if (process.env.npm_lifecycle_event === 'demo') endWithNpm();

/** npm that is told to end leaves its scripts running: this one notices. */
function endWithNpm() {
	const npm = process.ppid;
	setInterval(() => {
		if (process.ppid !== npm) void end(1);
	}, 500).unref();
}

async function main() {
	const settings = readArguments();
	if (settings.help) return progress.line(`Use: ${USE}`);
	await runDemo(settings);
	progress.line('Everything arrived.');
}

main().then(
	() => end(0),
	(error) => {
		progress.line(error instanceof ClearError ? error.message : error.stack);
		void end(1);
	},
);
