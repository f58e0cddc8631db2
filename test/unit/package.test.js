'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const root = path.join(__dirname, '../..');
const manifest = require('../../package.json');

describe('npm pack', () => {
	let packed;
	beforeAll(async () => {
		const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], { cwd: root });
		[packed] = JSON.parse(stdout);
	});

	test('holds dist, README, LICENSE and package.json, and nothing else', () => {
		const others = packed.files.map((file) => file.path).filter((file) => !file.startsWith('dist/'));
		expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
	});

	test('holds nothing in dist but code, icons, catalogue entries and previews', () => {
		const files = packed.files.map((file) => file.path).filter((file) => file.startsWith('dist/'));
		for (const file of files) expect(file).toMatch(/^dist\/(?:nodes|credentials)\/.+\.(?:js|svg|json)$/);
		expect(files.filter((file) => /\.test\.js$|\.map$|\.tsbuildinfo$/i.test(file))).toEqual([]);
		for (const needed of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) expect(files).toContain(needed);
	});

	test('is smaller than 150 kB', () => {
		expect(packed.size).toBeLessThan(150_000);
	});
});

describe('the manifest', () => {
	test('has no runtime dependency: n8n itself is the only peer', () => {
		expect(manifest.dependencies ?? {}).toEqual({});
		expect(manifest.optionalDependencies ?? {}).toEqual({});
		expect(manifest.bundledDependencies ?? []).toEqual([]);
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	});

	test('runs nothing on installation', () => {
		for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) expect(manifest.scripts).not.toHaveProperty(script);
	});

	test('is found as an n8n community package under the MIT licence', () => {
		expect(manifest).toMatchObject({ license: 'MIT', keywords: expect.arrayContaining(['n8n-community-node-package']), n8n: { n8nNodesApiVersion: 1, strict: true } });
	});

	test('the compiled code needs nothing but n8n-workflow, node:crypto and itself', () => {
		const scripts = fs.readdirSync(path.join(root, 'dist'), { recursive: true }).filter((file) => file.endsWith('.js'));
		const needed = new Set(
			scripts.flatMap((file) => [...fs.readFileSync(path.join(root, 'dist', file), 'utf8').matchAll(/require\(["']([^"'.][^"']*)["']\)/g)].map(([, name]) => name)),
		);
		expect([...needed].sort()).toEqual(['crypto', 'n8n-workflow']);
	});
});
