'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { startGateway } = require('../gateway');
const { pcapFile } = require('../gateway/media');
const { ACCOUNT, asked, byId, historyRows, look, sidOf } = require('./lookups');
const { answering, closeServers, deadUrl, startServer } = require('./servers');

const API_KEY = 'demo0000-acme-4000-8000-notarealkey01';
const MB = 1024 * 1024;

let gateway;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.01, quiet: true });
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await gateway.close();
	await closeServers();
});

const recordingUrl = (format = 'mp3') => `/Accounts/${ACCOUNT}/RecentCalls/${sidOf(0)}/record/2026/11/22/${format}`;
const fill = (fields) => (gateway.world.recent_calls = historyRows(2, (index) => (index === 0 ? fields : {})));
const call = byId(sidOf(0));
const recording = async (parameters, setup) => await look(gateway, 'callHistory:getRecording', { call, ...parameters }, setup);
const pcap = async (parameters, setup) => await look(gateway, 'callHistory:getPcap', { call, ...parameters }, setup);
const bytesOf = ({ items }, name = 'data') => Buffer.from(items[0][0].binary[name].data, 'base64');

/** A gateway that has the history's row, and hands the rest to the test. */
const gatewayWith = async (row, answer) =>
	await startServer((request, response) => {
		if (request.url.includes('filter=')) return answering(200, { total: 1, data: historyRows(1, () => row) })(request, response);
		return answer(request, response);
	});

/** Sends pieces of 64 kB until it is cut off, and says how many went out. */
function endless() {
	const sent = { pieces: 0 };
	const piece = Buffer.alloc(65_536, 1);
	const answer = (_request, response) => {
		response.writeHead(200, { 'Content-Type': 'audio/mp3' });
		const more = () => {
			if (response.destroyed) return;
			sent.pieces++;
			if (response.write(piece)) setImmediate(more);
			else response.once('drain', more);
		};
		more();
	};
	return { sent, answer };
}

describe('a recording', () => {
	test.each([['mp3', 'audio/mpeg', 'audio'], ['wav', 'audio/wav', 'audio']])('as %s has type, name and ending, and the call\'s record beside it', async (format, mimeType, fileType) => {
		fill({ recording_url: recordingUrl(format) });
		const result = await recording();
		expect(result.items[0][0].binary.data).toMatchObject({ mimeType, fileType, fileName: `call-${sidOf(0)}.${format}`, fileExtension: format });
		expect(bytesOf(result).length).toBeGreaterThan(1000);
		expect(result.outputs[0]).toMatchObject([{ call_sid: sidOf(0), outcome: 'answered' }]);
		expect(result.items[0][0].pairedItem).toEqual({ item: 0 });
	});

	test.each([
		['a path below /v1', () => recordingUrl()],
		['a path with /v1', () => `/v1${recordingUrl()}`],
		['an address of the gateway', () => `${gateway.url}/v1${recordingUrl()}`],
		['an address of the gateway as it sees itself behind a proxy', () => `${gateway.url}/v1${recordingUrl()}`.replace('http:', 'https:')],
	])('is found by %s', async (_what, url) => {
		fill({ recording_url: url() });
		expect(bytesOf(await recording({ binaryPropertyName: 'audio' }), 'audio').length).toBeGreaterThan(1000);
		expect(asked(gateway)[1].path).toBe(recordingUrl().replace(`/Accounts/${ACCOUNT}`, ''));
	});

	test('at another host is fetched without the key', async () => {
		const storage = await startServer(answering(200, 'bytes', { 'Content-Type': 'application/octet-stream' }));
		fill({ recording_url: `${storage.url}/bucket/abc.wav?signature=1` });
		const result = await recording();
		expect(result.items[0][0].binary.data).toMatchObject({ mimeType: 'audio/wav', fileName: `call-${sidOf(0)}.wav` });
		expect(storage.requests).toHaveLength(1);
		expect(JSON.stringify(storage.requests)).not.toContain(API_KEY);
		expect(storage.requests[0].headers).not.toHaveProperty('authorization');
	});

	test.each(['//127.0.0.1:1/x', 'https://127.0.0.1:1@127.0.0.1:2/x', 'http://localhost:1/x'])('%s gets no key', async (url) => {
		fill({ recording_url: url });
		const { error } = await recording();
		expect(error.message).toMatch(/lies at .*could not be fetched from there \((?:ECONNREFUSED|EHOSTUNREACH|EADDRNOTAVAIL|\w+)\)/);
		expect(asked(gateway)).toHaveLength(1);
	});

	test.each([301, 302, 307])('that is redirected (%i) is not followed', async (status) => {
		const other = await startServer(answering(200, 'x'));
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(status, '', { Location: `${other.url}/x` }));
		const { error } = await recording({}, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/redirect, which is not followed/);
		expect(other.requests).toEqual([]);
	});
});

describe('no recording', () => {
	test.each([
		['none was made', { recording_url: undefined }, /^Call .* has no recording\. \[item 0\]$/, /^Calls are recorded when/],
		['not answered', { recording_url: null, answered: false, sip_status: 486 }, /has no recording/, /^It was not answered/],
		['an address that is none', { recording_url: 'http://' }, /cannot be read/, /recording_url/],
		['another kind of address', { recording_url: 'ftp://files.example.com/x' }, /cannot be read/, /recording_url/],
	])('%s', async (_what, row, message, description) => {
		fill(row);
		const { error, items } = await recording();
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
		expect(items).toEqual([]);
	});

	test.each([
		[404, 'Not Found', /not there: the call has an address for it, but no file/, /try again in a minute/],
		[401, 'Unauthorized', /does not accept the API key/, /paste the key again/],
		[403, { status: 'fail', message: 'insufficient privileges' }, /may not do this.*insufficient privileges/, /Account SID/],
		[500, 'Internal Server Error', /HTTP 500/, /Try again/],
	])('the gateway answers %i', async (status, body, message, description) => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(status, body));
		const { error } = await recording({}, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
	});

	test.each([
		[401, /lies at 127.0.0.1:\d+, which does not hand it out/, /was not sent there.*HTTP Request/],
		[403, /does not hand it out/, /recording_url/],
		[404, /is not there/, /deleted/],
		[500, /could not be fetched from there \(500\)/, /Try again/],
		[302, /could not be fetched from there \(302\)/, /Redirects are not followed/],
	])('another host answers %i', async (status, message, description) => {
		const storage = await startServer(answering(status, '<Error>AccessDenied</Error>', { Location: gateway.url }));
		fill({ recording_url: `${storage.url}/x.mp3` });
		const { error } = await recording();
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
	});

	test.each([['text/html; charset=utf-8', '<html></html>'], ['application/json', '{}'], ['text/plain', 'nothing']])('the answer is %s', async (type, body) => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(200, body, { 'Content-Type': type }));
		const { error } = await recording({}, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/answer is no recording but (?:text|application)\//);
	});

	test('the file is empty', async () => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(200, '', { 'Content-Type': 'audio/mp3' }));
		expect((await recording({}, { credential: { baseUrl: server.url } })).error.message).toMatch(/The file is empty/);
	});

	test('the key in an answer\'s text does not come back', async () => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, (request, response) => answering(500, { msg: JSON.stringify(request.headers) })(request, response));
		const { error } = await recording({}, { credential: { baseUrl: server.url } });
		expect(error.message).toContain('***');
		expect(JSON.stringify(error)).not.toContain(API_KEY);
	});
});

describe('size and speed', () => {
	test('a file that says it is too large is not read at all', async () => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(200, 'x'.repeat(2 * MB), { 'Content-Type': 'audio/mp3', 'Content-Length': String(2 * MB) }));
		const { error } = await recording({ options: { maxSize: 1 } }, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/could not be downloaded\. The file is larger than 1 MB, so the download was stopped\. \[item 0\]/);
		expect(error.description).toMatch(/Raise Maximum Size/);
	});

	test('a file that turns out too large is cut off on the way', async () => {
		const { sent, answer } = endless();
		const server = await gatewayWith({ recording_url: recordingUrl() }, answer);
		const { error } = await recording({ options: { maxSize: 1 } }, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/larger than 1 MB/);
		const { pieces } = sent;
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(sent.pieces).toBeLessThanOrEqual(pieces + 1);
	});

	test('exactly the limit passes', async () => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(200, 'x'.repeat(MB), { 'Content-Type': 'audio/mp3' }));
		expect(bytesOf(await recording({ options: { maxSize: 1 } }, { credential: { baseUrl: server.url } }))).toHaveLength(MB);
	});

	test.each([0, -1, 'big'])('a limit of %p is refused', async (maxSize) => {
		fill({ recording_url: recordingUrl() });
		expect((await recording({ options: { maxSize } })).error.message).toMatch(/^Maximum Size \(MB\)/);
	});

	test('a download that stops coming ends', async () => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, (_request, response) => response.writeHead(200, { 'Content-Type': 'audio/mp3' }).write('first piece'));
		const { error } = await recording({ options: { requestTimeout: 1 } }, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/stopped halfway: no more data came/);
		expect(error.description).toMatch(/Request Timeout/);
	});

	test('a connection that breaks halfway', async () => {
		const server = await gatewayWith({ recording_url: recordingUrl() }, (_request, response) => {
			response.writeHead(200, { 'Content-Type': 'audio/mp3', 'Content-Length': '1000' });
			response.write('first piece');
			setTimeout(() => response.socket.resetAndDestroy(), 50);
		});
		expect((await recording({}, { credential: { baseUrl: server.url } })).error.message).toMatch(/connection broke during the download/);
	});

	test('stopping the workflow stops the download', async () => {
		const { sent, answer } = endless();
		const server = await gatewayWith({ recording_url: recordingUrl() }, answer);
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 150);
		await recording({ options: { maxSize: 100_000 } }, { credential: { baseUrl: server.url }, signal: controller.signal });
		await new Promise((resolve) => setTimeout(resolve, 500));
		const { pieces } = sent;
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(sent.pieces).toBe(pieces);
	});

	test('a rate limit is waited for', async () => {
		fill({ recording_url: recordingUrl() });
		gateway.setFaults([{ kind: '429', operation: 'recentCalls', retryAfter: 0, count: 2 }]);
		expect((await recording()).status).toBe('success');
		gateway.requests.length = 0;
		let refusals = 1;
		const server = await gatewayWith({ recording_url: recordingUrl() }, (request, response) =>
			refusals-- > 0 ? answering(429, 'Too many requests', { 'Retry-After': '0' })(request, response) : answering(200, 'sound', { 'Content-Type': 'audio/mp3' })(request, response));
		expect(bytesOf(await recording({}, { credential: { baseUrl: server.url } })).toString()).toBe('sound');
	});
});

describe('a SIP trace', () => {
	test('is found by the SIP call ID of the call', async () => {
		fill({});
		const result = await pcap();
		expect(result.items[0][0].binary.data).toMatchObject({ mimeType: 'application/vnd.tcpdump.pcap', fileName: `call-${sidOf(0)}.pcap`, fileExtension: 'pcap' });
		expect(bytesOf(result)).toEqual(pcapFile());
		expect(gateway.requests[1].path).toBe(`/v1/Accounts/${ACCOUNT}/RecentCalls/sip-0%4010.20.30.50/invite/pcap`);
	});

	test.each([
		['no SIP call ID', { sip_callid: null }, () => {}, /knows no SIP call ID/, /carrier/],
		['no tracing', {}, () => (gateway.world.traces = false), /^This gateway keeps no SIP traces\./, /Homer/],
	])('%s', async (_what, row, prepare, message, description) => {
		fill(row);
		prepare();
		const { error } = await pcap();
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(description);
	});

	test('none of this call', async () => {
		const server = await gatewayWith({}, answering(404, 'Not Found'));
		const { error } = await pcap({}, { credential: { baseUrl: server.url } });
		expect(error.message).toMatch(/^There is no SIP trace of call/);
		expect(error.description).toMatch(/seven days/);
	});
});

describe.each([['callHistory:getRecording'], ['callHistory:getPcap']])('%s', (operation) => {
	test('items fail and succeed on their own', async () => {
		fill({ recording_url: recordingUrl() });
		const items = [sidOf(0), sidOf(7)].map((sid) => ({ json: { sid } }));
		const parameters = { call: byId('={{ $json.sid }}') };
		const regular = await look(gateway, operation, parameters, { items, settings: { onError: 'continueRegularOutput' } });
		expect(regular.items[0]).toMatchObject([{ binary: { data: {} } }, { json: { sid: sidOf(7), error: expect.stringMatching(/has no call .*\[item 1\]/) }, pairedItem: { item: 1 } }]);
		const apart = await look(gateway, operation, parameters, { items, settings: { onError: 'continueErrorOutput' } });
		expect(apart.outputs[0]).toHaveLength(1);
		expect(apart.outputs[1]).toMatchObject([{ sid: sidOf(7), error: expect.stringMatching(/has no call/), message: expect.stringMatching(/after it has ended/) }]);
	});

	test('an output field without a name is refused', async () => {
		fill({ recording_url: recordingUrl() });
		expect((await look(gateway, operation, { call, binaryPropertyName: '={{ "" }}' })).error.message).toMatch(/^Put Output File in Field is empty/);
	});

	test('an address where nothing listens', async () => {
		const baseUrl = await deadUrl();
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 300);
		const { error } = await look(gateway, operation, { call }, { credential: { baseUrl }, signal: controller.signal });
		expect(error?.message ?? 'stopped').toMatch(/cannot be reached|stopped|cancel/i);
	});
});

test('n8n that keeps binary data on disk gets the same file, piece by piece', async () => {
	// n8n-core brings a container of its own.
	const { Container } = require(require.resolve('@n8n/di', { paths: [require.resolve('n8n-core')] }));
	const { BinaryDataService } = require('n8n-core');
	const service = Container.get(BinaryDataService);
	const stored = [];
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recording-'));
	const { mode, managers } = service;
	service.mode = 'filesystem-v2';
	service.managers = {
		'filesystem-v2': {
			async store(_location, stream) {
				const file = path.join(folder, 'file');
				await fs.promises.mkdir(folder, { recursive: true });
				await fs.promises.writeFile(file, stream);
				stored.push(file);
				return { fileId: 'file', fileSize: (await fs.promises.stat(file)).size };
			},
		},
	};
	try {
		const server = await gatewayWith({ recording_url: recordingUrl() }, answering(200, 'x'.repeat(3 * MB), { 'Content-Type': 'audio/mp3' }));
		const { items } = await recording({}, { credential: { baseUrl: server.url } });
		expect(items[0][0].binary.data).toMatchObject({ id: 'filesystem-v2:file', data: 'filesystem-v2', bytes: 3 * MB });
		expect(fs.statSync(stored[0]).size).toBe(3 * MB);
		const { sent, answer } = endless();
		const large = await gatewayWith({ recording_url: recordingUrl() }, answer);
		expect((await recording({ options: { maxSize: 2 } }, { credential: { baseUrl: large.url } })).error.message).toMatch(/larger than 2 MB/);
		expect(sent.pieces).toBeGreaterThan(10);
	} finally {
		Object.assign(service, { mode, managers });
		fs.rmSync(folder, { recursive: true, force: true });
	}
});
