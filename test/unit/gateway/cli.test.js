'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');
const { startReceiver } = require('./helpers');

const CLI = path.join(__dirname, '..', '..', 'gateway', 'cli.js');
const children = [];

/** Start the command; `firstLine` and `end` are promises. */
function run(...args) {
	const child = spawn(process.execPath, [CLI, ...args]);
	children.push(child);
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
	for (const child of children.splice(0)) child.kill('SIGKILL');
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
	const child = spawn('npm', ['run', '--silent', 'gateway', '--', '--port', '0'], { cwd: root });
	children.push(child);
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
