'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { found } = require('../../attack/secrets');

/** Looks for secrets in everything that n8n keeps. */

/** Programs, not data: n8n's editor, and installed packages. */
const PROGRAMS = new Set(['node_modules', '.cache']);

/** All files below a folder: database, its log, n8n's own logs, binary data, settings. */
function filesIn(folder) {
	return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const name = path.join(folder, entry.name);
		if (entry.isDirectory()) return PROGRAMS.has(entry.name) ? [] : filesIn(name);
		return entry.isFile() ? [name] : [];
	});
}

/**
 * Where secrets stand that should stand nowhere.
 *
 * @param {string} userFolder of the n8n
 * @param {import('../lib/n8n-client').N8nClient} client for its executions as the editor sees them
 * @param {string[]} workflowIds
 * @param {Record<string, string>} secrets
 * @returns {Promise<{ looked: string[], traces: string[], holds: (text: string) => string[] }>} `holds`: which places hold another text
 */
async function tracesIn(userFolder, client, workflowIds, secrets) {
	const places = filesIn(userFolder).map((file) => [path.relative(userFolder, file), fs.readFileSync(file)]);
	for (const id of workflowIds) {
		places.push([`workflow ${id}`, JSON.stringify(await client.workflow(id))]);
		for (const { id: execution } of await client.executions(id)) {
			places.push([`execution ${execution}`, JSON.stringify(await client.request('GET', `/executions/${execution}`))]);
		}
	}
	return {
		looked: places.map(([name]) => name),
		traces: places.flatMap(([name, content]) => found(content, secrets).map((what) => `${what} in ${name}`)),
		holds: (text) => places.filter(([, content]) => content.includes(text)).map(([name]) => name),
	};
}

module.exports = { tracesIn };
