'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');

const { freePort } = require('./lib/ports');
const { projectDir } = require('./lib/places');
const { until } = require('./lib/until');
const { communityPackage, release } = require('./suite/session');

const A_WHOLE_DEMO_MS = 120_000;

const started = [];

/** Starts the demo and collects what it prints. */
function startDemo(demoArguments, { viaNpm = false } = {}) {
	const [command, ...before] = viaNpm
		? ['npm', 'run', 'demo', '--']
		: [process.execPath, path.join(__dirname, 'demo.js')];
	const child = spawn(command, [...before, '--n8n', release, ...demoArguments], { cwd: projectDir, detached: true });
	const demo = { child, output: '', exited: once(child, 'exit').then(([code]) => code) };
	started.push(child);
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (demo.output += text));
	return demo;
}

/** Whether anybody listens on a port of this machine. */
async function isOpen(port) {
	const socket = net.connect(port, '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

describe('the demo', () => {
	// After a failure too, nothing may stay behind.
	afterAll(() => {
		for (const { pid } of started) {
			try {
				process.kill(-pid, 'SIGKILL');
			} catch {
				// It has ended, as it should.
			}
		}
	});

	test('--once shows the whole call and ends with 0', async () => {
		const demo = startDemo(['--once', '--port', String(await freePort())]);
		const code = await demo.exited;
		for (const expected of [
			/OK: Connected to 127\.0\.0\.1/,
			/trying +100/,
			/ringing +180/,
			/in-progress +200/,
			/completed +200/,
			/outcome: +answered/,
			/duration: +3 s/,
			/metadata: +\{"contactId":"C-1042","reason":"contract-ends"\}/,
			/Everything arrived/,
		]) {
			expect(demo.output).toMatch(expected);
		}
		expect(code).toBe(0);
	}, A_WHOLE_DEMO_MS);

	test.each([
		['Ctrl-C at the terminal (the whole process group of npm)', { viaNpm: true, toGroup: true, signal: 'SIGINT' }],
		['SIGINT to the demo alone', { viaNpm: false, toGroup: false, signal: 'SIGINT' }],
		['SIGTERM to npm', { viaNpm: true, toGroup: false, signal: 'SIGTERM' }],
		['SIGKILL to the demo, which can say nothing any more', { viaNpm: false, toGroup: false, signal: 'SIGKILL' }],
	])('stays up until it is told to end, and leaves nothing behind: %s', async (_, { viaNpm, toGroup, signal }) => {
		const port = await freePort();
		const demo = startDemo(['--port', String(port), '--package', communityPackage.tarball], { viaNpm });
		await until('the editor address', () => /Ctrl-C ends it/.test(demo.output) || demo.child.exitCode !== null, {
			timeoutMs: A_WHOLE_DEMO_MS,
			describe: () => demo.output.slice(-500),
		});
		expect(demo.output).toContain(`Editor:  http://127.0.0.1:${port}`);
		expect(demo.output).toMatch(/Ctrl-C ends it/);
		expect(await isOpen(port)).toBe(true);
		const gatewayPort = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(demo.output)[1]);

		process.kill(toGroup ? -demo.child.pid : demo.child.pid, signal);
		await demo.exited;
		await until('the ports to be free', async () => !(await isOpen(port)) && !(await isOpen(gatewayPort)), { timeoutMs: 15_000 });
	}, A_WHOLE_DEMO_MS);

	test('a taken port is told in one sentence, with the remedy', async () => {
		const other = net.createServer().listen(0, '127.0.0.1');
		await once(other, 'listening');
		const { port } = other.address();
		const demo = startDemo(['--once', '--port', String(port)]);
		expect(await demo.exited).toBe(1);
		expect(demo.output.trim()).toBe(
			`Port ${port} is taken by another program: stop that program, or use another port with "npm run demo -- --port 5690".`,
		);
		other.close();
	});

	test('a package that is none is told, with the remedy', async () => {
		const port = String(await freePort());
		for (const none of ['nowhere.tgz', '.']) {
			const missing = startDemo(['--port', port, '--package', none]);
			expect(await missing.exited).toBe(1);
			expect(missing.output).toContain(`There is no file ${none}: name a tarball that "npm pack" has made.`);
		}
		const other = startDemo(['--port', port, '--package', 'README.md']);
		expect(await other.exited).toBe(1);
		expect(other.output).toContain('README.md is no package: name a tarball that "npm pack" has made.');
	});

	test('a port that is none, and an option that is none, are told', async () => {
		const badPort = startDemo(['--port', 'abc']);
		expect(await badPort.exited).toBe(1);
		expect(badPort.output).toContain('"abc" is no port');
		const badOption = startDemo(['--twice']);
		expect(await badOption.exited).toBe(1);
		expect(badOption.output).toContain('--once');
	});
});
