'use strict';

const fs = require('node:fs');
const path = require('node:path');

const folder = path.join(__dirname, '..', 'recordings');

/** Recorded webhooks, each ready to be verified: name, secret, rawBody (bytes), signature, seconds it was signed at, body. */
const webhooks = fs
	.readdirSync(path.join(folder, 'webhooks'))
	.filter((file) => file.endsWith('.json'))
	.sort()
	.map((file) => {
		const { secret, headers, rawBody } = JSON.parse(fs.readFileSync(path.join(folder, 'webhooks', file), 'utf8'));
		const signature = headers['jambonz-signature'];
		return {
			name: file.replace(/\.json$/, ''),
			secret,
			rawBody: Buffer.from(rawBody, 'utf8'),
			contentType: headers['content-type'],
			signature,
			time: Number(/^t=(\d+),/.exec(signature)[1]),
			body: JSON.parse(rawBody),
		};
	});

/** One recorded webhook, by the start of its name. */
function webhook(start) {
	const found = webhooks.filter(({ name }) => name.startsWith(start));
	if (found.length !== 1) throw new Error(`${found.length} recordings are called "${start}"`);
	return found[0];
}

/** What n8n's helper makes of a recorded body: JSON is parsed where it can be, everything else stays text. */
function parsed(body) {
	try {
		return JSON.parse(body);
	} catch {
		return body;
	}
}

/** Recorded answers: file, label, method, path, status, headers, text, body as n8n's helper hands it over. */
const answers = fs
	.readdirSync(path.join(folder, 'conformance'))
	.filter((file) => file.endsWith('.jsonl'))
	.sort()
	.flatMap((file) =>
		fs
			.readFileSync(path.join(folder, 'conformance', file), 'utf8')
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line))
			.map(({ body, ...record }) => ({ ...record, file, text: body, body: parsed(body) })),
	);

module.exports = { answers, webhook, webhooks };
