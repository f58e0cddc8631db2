'use strict';

const fs = require('fs');
const path = require('path');

/** Collections that a world may leave out. */
const EMPTY = {
	accounts: [],
	api_keys: [],
	applications: [],
	phone_numbers: [],
	voip_carriers: [],
	speech_credentials: [],
	recent_calls: [],
	alerts: [],
	queues: {},
	conferences: {},
	registered_users: {},
	account_limits: [],
	service_providers: [],
	sbcs: [],
};

/** Settings that are not rows of the API. */
const SETTINGS = {
	name: 'custom',
	/** requests per five minutes for the whole gateway */
	rate_limit: 600,
	/** licensed call sessions by account sid; no entry: unlimited */
	session_limits: {},
	/** multiplies the time from dialling to the answer (or refusal) */
	ringing_pace: 1,
	/** optional fields of recent calls */
	recent_call_fields: { answered_at: true, sip_parent_callid: false, recording_url: true },
	/** does the platform keep SIP traces and recordings? */
	traces: true,
	/** do failed webhooks leave alerts behind? */
	grow_alerts: true,
	/** the moment the world starts at, for recent calls and alerts; none: now */
	clock: null,
};

/**
 * Load a world by name, by path of a JSON file, or take it as given. Always a deep copy.
 * @param {string|object} given
 */
function loadWorld(given) {
	let raw = given;
	if (typeof given === 'string') {
		const builtIn = path.join(__dirname, 'worlds', `${given}.json`);
		const file = /^[\w-]+$/.test(given) && fs.existsSync(builtIn) ? builtIn : given;
		if (!fs.existsSync(file)) {
			throw new Error(`unknown world "${given}": give "demo", "recordings" or the path of a JSON file`);
		}
		try {
			raw = { name: given, ...JSON.parse(fs.readFileSync(file, 'utf8')) };
		} catch (err) {
			throw new Error(`cannot read the world ${file}: ${err.message}`);
		}
	}
	const world = structuredClone({ ...EMPTY, ...SETTINGS, ...raw });
	world.webhooks = world.applications
		.flatMap((app) => [app.call_hook, app.call_status_hook, app.messaging_hook])
		.filter(Boolean);
	const startedAt = Date.now();
	const offset = world.clock ? Date.parse(world.clock) - startedAt : 0;
	/** Now, on the world's clock. */
	Object.defineProperty(world, 'now', { value: () => Date.now() + offset, enumerable: false });
	return world;
}

module.exports = { loadWorld };
