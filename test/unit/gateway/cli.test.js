'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { startReceiver } = require('./helpers');

const CLI = path.join(__dirname, '..', '..', 'gateway', 'cli.js');
const children = [];

/** A child of a test, in a process group of its own, so that whatever it starts can be ended with it. */
function start(command, args, options) {
	const child = spawn(command, args, { ...options, detached: true });
	children.push(child);
	return child;
}

/** Start the command; `firstLine` and `end` are promises. */
function run(...args) {
	const child = start(process.execPath, [CLI, ...args]);
	const out = { stdout: '', stderr: '' };
	const firstLine = new Promise((resolve) => {
		child.stdout.on('data', (chunk) => {
			out.stdout += chunk;
			if (out.stdout.includes('\n')) resolve(out.stdout);
		});
	});
	child.stderr.on('data', (chunk) => {
		out.stderr += chunk;
	});
	const end = new Promise((resolve) => {
		child.on('close', (code) => resolve({ code, ...out }));
	});
	return { child, firstLine, end };
}

afterEach(() => {
	for (const child of children.splice(0)) {
		try {
			process.kill(-child.pid, 'SIGKILL');
		} catch {
			// Nobody is left in the group.
		}
		// Whoever escaped all the same must not keep this process waiting for its output.
		child.stdout.destroy();
		child.stderr.destroy();
		child.stdin.destroy();
		child.unref();
	}
});

test.each(['SIGTERM', 'SIGINT'])('prints one ready line, serves, and exits 0 on %s', async (signal) => {
	const { child, firstLine, end } = run('--world', 'recordings', '--port', '0', '--time-scale', '0.01');
	const line = await firstLine;
	expect(line).toMatch(/^Emulated Voice Gateway ready at http:\/\/127\.0\.0\.1:\d+\/v1 \(world: recordings\)\n$/);
	const answer = await fetch(`${/http\S+/.exec(line)[0]}/Accounts`, {
		headers: { Authorization: 'Bearer c0ffee00-0000-4000-8000-00000000acc1' },
	});
	expect(answer.status).toBe(200);
	child.kill(signal);
	expect(await end).toMatchObject({ code: 0, stdout: line });
});

test('stops when npm, which started it, is told to stop', async () => {
	const root = path.join(__dirname, '..', '..', '..');
	const child = start('npm', ['run', '--silent', 'gateway', '--', '--port', '0'], { cwd: root });
	let line = '';
	await new Promise((resolve) => {
		child.stdout.on('data', (chunk) => {
			line += chunk;
			if (line.includes('ready at')) resolve();
		});
	});
	const gone = new Promise((resolve) => {
		child.on('close', resolve);
	});
	child.kill('SIGTERM');
	await gone;
	await expect(fetch(/http\S+/.exec(line)[0])).rejects.toThrow();
});

test("a world of one's own", async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gateway-'));
	const file = path.join(folder, 'mine.json');
	fs.writeFileSync(file, JSON.stringify({ name: 'mine', rate_limit: 5 }));
	const { child, firstLine, end } = run('--world', file, '--port', '0');
	expect(await firstLine).toContain('(world: mine)');
	child.kill('SIGTERM');
	await end;
	fs.rmSync(folder, { recursive: true });
});

test('a taken port is a clear message and exit 1', async () => {
	const taken = await startReceiver();
	const port = new URL(taken.url).port;
	expect(await run('--port', port).end).toEqual({
		code: 1,
		stdout: '',
		stderr: `Port ${port} is taken: choose another one with --port\n`,
	});
	await taken.close();
});

test.each([
	[['--world', 'atlantis'], 'unknown world "atlantis": give "demo", "recordings" or the path of a JSON file\n'],
	[['--port', 'many'], '--port must be a number from 0 to 65535, not "many"\n'],
	[['--time-scale', '0'], '--time-scale must be a number above 0, not "0"\n'],
	[['--nonsense'], expect.stringContaining('Usage: npm run gateway')],
])('%j is refused', async (args, message) => {
	expect(await run(...args).end).toEqual({ code: 1, stdout: '', stderr: message });
});
