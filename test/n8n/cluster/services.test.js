'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const { until } = require('../lib/until');

const PROGRAM = `
	const { startServices } = require(${JSON.stringify(path.join(__dirname, 'services.js'))});
	startServices(process.argv[1]).then(({ environment }) => {
		process.stdout.write(JSON.stringify(environment) + '\\n');
		setInterval(() => {}, 1000);
	}, (error) => { process.stderr.write(error.stack); process.exitCode = 1; });
`;

async function isOpen(port) {
	const socket = net.connect(Number(port), '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

describe('PostgreSQL and Redis', () => {
	let folder;
	beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'n8n-cluster-log-'))));
	afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

	test.each(['SIGINT', 'SIGTERM', 'SIGKILL'])('nothing stays behind when whoever started them ends by %s', async (signal) => {
		const starter = spawn(process.execPath, ['-e', PROGRAM, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
		const [line] = await once(starter.stdout, 'data');
		const { DB_POSTGRESDB_PORT: postgres, QUEUE_BULL_REDIS_PORT: redis } = JSON.parse(line);
		expect([await isOpen(postgres), await isOpen(redis)]).toEqual([true, true]);
		starter.kill(signal);
		await once(starter, 'exit');
		await until('both ports to be free', async () => !(await isOpen(postgres)) && !(await isOpen(redis)), { timeoutMs: 20_000 });
	});
});
