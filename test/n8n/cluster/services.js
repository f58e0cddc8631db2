'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const { ClearError } = require('../lib/clear-error');
const { GuardedProcess } = require('../lib/guarded-process');
const { freePort } = require('../lib/ports');
const { until } = require('../lib/until');

/** PostgreSQL and Redis for n8n's queue mode: on the loopback address, with data in a folder that is thrown away. */

const REMEDY = 'install them: apt-get install --no-install-recommends postgresql redis-server';

/** Debian keeps PostgreSQL's programs out of the search path, one folder per version. */
function postgresFolder() {
	const versions = '/usr/lib/postgresql';
	const found = (fs.existsSync(versions) ? fs.readdirSync(versions) : [])
		.sort((a, b) => Number(b) - Number(a))
		.map((version) => path.join(versions, version, 'bin'))
		.concat((process.env.PATH ?? '').split(path.delimiter))
		.find((folder) => fs.existsSync(path.join(folder, 'initdb')));
	if (found === undefined) throw new ClearError(`PostgreSQL's programs are not there: ${REMEDY}.`);
	return found;
}

const idOf = (flag, user) => {
	const { status, stdout } = spawnSync('id', [flag, user], { encoding: 'utf8' });
	return status === 0 ? Number(stdout) : undefined;
};

/** PostgreSQL refuses to run as root: then it runs as a user without rights. Undefined: whoever runs the tests will do. */
function serviceUser() {
	if (process.getuid() !== 0) return undefined;
	const name = ['postgres', 'nobody'].find((user) => idOf('-u', user) !== undefined);
	if (name === undefined) throw new ClearError('PostgreSQL does not run as root, and there is no user postgres or nobody: run this as another user.');
	return { uid: idOf('-u', name), gid: idOf('-g', name) };
}

async function startPostgres(folder, logFile) {
	const bin = postgresFolder();
	const user = serviceUser();
	const data = path.join(folder, 'postgres');
	fs.mkdirSync(data, { mode: 0o700 });
	if (user !== undefined) fs.chownSync(data, user.uid, user.gid);
	const as = (program, programArguments) => {
		const command = [path.join(bin, program), ...programArguments];
		return user === undefined ? command : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', ...command];
	};
	const options = { cwd: data, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, encoding: 'utf8' };
	const [initdb, ...initArguments] = as('initdb', ['-D', data, '-U', 'n8n', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
	const made = spawnSync(initdb, initArguments, options);
	if (made.status !== 0) throw new ClearError(`initdb failed: ${made.error?.message ?? made.stderr.trim().slice(-500)}`);

	const port = await freePort();
	const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
	const [postgres, ...itsArguments] = as('postgres', ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]);
	const child = new GuardedProcess(postgres, itsArguments, { ...options, logFile });
	await ready('PostgreSQL', child, () => spawnSync(path.join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0);
	return {
		child,
		environment: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: 'not-asked-for',
		},
	};
}

async function startRedis(folder, logFile) {
	const port = await freePort();
	const settings = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
	const child = new GuardedProcess('redis-server', settings, { cwd: folder, env: { PATH: process.env.PATH }, logFile });
	await ready('Redis', child, () => answersPing(port));
	return { child, environment: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) } };
}

const answersPing = async (port) =>
	await new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
		socket.once('data', (answer) => resolve(String(answer).startsWith('+PONG')) || socket.destroy());
		socket.once('error', () => resolve(false));
	});

async function ready(name, child, answers) {
	await until(`${name} to answer`, async () => {
		if (child.exitCode !== null) throw new ClearError(`${name} stopped with code ${child.exitCode}: ${child.logTail(500)}. If it is not there, ${REMEDY}.`);
		return await answers();
	});
}

/** Folders that carry the number of the process that made them: those of processes that were killed are removed. */
const FOLDER = /^n8n-cluster-(\d+)-/;

function removeLeftFolders() {
	for (const name of fs.readdirSync(os.tmpdir())) {
		const pid = FOLDER.exec(name)?.[1];
		if (pid === undefined || isAlive(Number(pid))) continue;
		try {
			fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
		} catch {
			// Another user's.
		}
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code === 'EPERM';
	}
}

/**
 * Starts both.
 *
 * @param {string} logFolder
 * @returns {Promise<{ environment: Record<string, string>, stop: () => Promise<void> }>} what n8n has to know of them
 */
async function startServices(logFolder) {
	removeLeftFolders();
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), `n8n-cluster-${process.pid}-`));
	// PostgreSQL's user must be able to get to its own folder in here.
	fs.chmodSync(folder, 0o755);
	const children = [];
	const stop = async () => {
		await Promise.all(children.map((child) => child.stop()));
		fs.rmSync(folder, { recursive: true, force: true });
	};
	const environment = {};
	try {
		for (const [name, start] of Object.entries({ postgres: startPostgres, redis: startRedis })) {
			const service = await start(folder, path.join(logFolder, `${name}.log`));
			children.push(service.child);
			Object.assign(environment, service.environment);
		}
	} catch (error) {
		await stop();
		throw error;
	}
	return { environment, stop };
}

module.exports = { startServices };
