'use strict';

const http = require('node:http');

const axios = require('axios');
const flatted = require('flatted');

const { until } = require('./until');

/** A connection per request: n8n closes idle ones, and a request that is sent at that moment is lost with it. */
const httpAgent = new http.Agent({ keepAlive: false });

/** Whether an execution is over. */
const hasEnded = ({ status }) => ['success', 'error', 'canceled', 'crashed'].includes(status);

/**
 * Speaks n8n's REST API the way its editor does.
 */
class N8nClient {
	/**
	 * @param {object} server
	 * @param {string} server.url for instance http://127.0.0.1:5678
	 * @param {string} server.version of n8n
	 * @param {string} [server.webhookUrl] where webhooks are served, if another process does that
	 */
	constructor({ url, version, webhookUrl = url }) {
		this.url = url;
		this.version = version;
		this.major = Number(version.split('.')[0]);
		this.webhookUrl = webhookUrl;
		this.rest = axios.create({
			baseURL: `${url}/rest`,
			validateStatus: () => true,
			proxy: false,
			httpAgent,
			headers: { 'browser-id': 'test-browser', 'push-ref': 'test-push' },
		});
		this.open = axios.create({ baseURL: url, validateStatus: () => true, proxy: false, httpAgent });
	}

	/** One request; throws for 4xx and 5xx with what n8n said. */
	async request(method, url, data, params) {
		const response = await this.rest.request({ method, url, data, params });
		if (response.status >= 400) {
			const said = response.data?.message ?? JSON.stringify(response.data);
			throw Object.assign(new Error(`${method} ${url} was answered ${response.status}: ${said}`), { status: response.status });
		}
		return response.data?.data ?? response.data;
	}

	#keepCookie(response, what) {
		const cookie = (response.headers['set-cookie'] ?? []).find((each) => each.startsWith('n8n-auth='));
		if (response.status !== 200 || !cookie) {
			throw new Error(`${what} was answered ${response.status}: ${JSON.stringify(response.data)}`);
		}
		this.rest.defaults.headers.Cookie = cookie.split(';')[0];
	}

	/** @param {{ email: string, firstName: string, lastName: string, password: string }} owner */
	async setUpOwner(owner) {
		this.#keepCookie(await this.rest.post('/owner/setup', owner), 'The owner setup');
	}

	/** What another process needs to go on in the same session (n8n allows few logins per minute). */
	session() {
		return { url: this.url, cookie: this.rest.defaults.headers.Cookie, version: this.version };
	}

	/** @param {ReturnType<N8nClient['session']>} session */
	static resume({ url, cookie, version }) {
		const client = new N8nClient({ url, version });
		client.rest.defaults.headers.Cookie = cookie;
		return client;
	}

	// --- community packages and node types

	/** Runs n8n's own installer of community packages: the newest version, unless one is given. */
	installCommunityPackage({ name, version }) {
		return this.request('POST', '/community-packages', { name, version });
	}

	/** To the newest version, unless one is given. */
	upgradeCommunityPackage({ name, version }) {
		return this.request('PATCH', '/community-packages', { name, version });
	}

	uninstallCommunityPackage(name) {
		return this.request('DELETE', '/community-packages', undefined, { name });
	}

	communityPackages() {
		return this.request('GET', '/community-packages');
	}

	/** Descriptions as the editor gets them: `nodes` or `credentials`. */
	async types(kind) {
		const { status, data } = await this.open.get(`/types/${kind}.json`, { headers: this.rest.defaults.headers });
		if (status !== 200) throw new Error(`The ${kind} types were answered ${status}.`);
		return data;
	}

	// --- credentials and what is loaded with them

	createCredential(type, name, data) {
		return this.request('POST', '/credentials', { type, name, data });
	}

	/**
	 * Tests a saved credential (n8n 1 knows no other), with the given data instead of the saved ones.
	 *
	 * @returns {Promise<{ status: 'OK' | 'Error', message: string }>}
	 */
	testCredential({ id, name, type, data }) {
		return this.request('POST', '/credentials/test', { credentials: { id, name, type, data } });
	}

	/** The entries of a "from list" field. */
	searchList({ nodeType, path, methodName, credentials, filter, paginationToken, parameters = {} }) {
		return this.request('POST', '/dynamic-node-parameters/resource-locator-results', {
			nodeTypeAndVersion: { name: nodeType, version: 1 },
			path,
			methodName,
			credentials,
			currentNodeParameters: parameters,
			filter,
			paginationToken,
		});
	}

	// --- workflows

	/** Within a project, the user's own, n8n finds a credential without an ID by its name. */
	async createWorkflow({ name, nodes, connections, settings = {} }) {
		this.projectId ??= (await this.request('GET', '/projects/personal')).id;
		return await this.request('POST', '/workflows', {
			name,
			nodes,
			connections,
			settings,
			active: false,
			projectId: this.projectId,
		});
	}

	workflow(id) {
		return this.request('GET', `/workflows/${id}`);
	}

	/**
	 * Activates (2.x: publishes) a workflow and waits until its triggers are registered.
	 * Throws with n8n's own message when a trigger could not be set up.
	 */
	async publish(id) {
		const { versionId } = await this.workflow(id);
		if (this.major < 2) {
			const workflow = await this.request('PATCH', `/workflows/${id}`, { active: true, versionId });
			if (!workflow.active) throw new Error(`Workflow ${id} is not active after its activation.`);
			return;
		}
		await this.request('POST', `/workflows/${id}/activate`, { versionId, name: '', description: '' });
		const publication = await this.#publication(id, ({ status, liveVersionId }) =>
			status === 'published' ? liveVersionId === versionId : ['partial', 'failed'].includes(status),
		);
		if (publication.status === 'published') return;
		const reasons = publication.triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
		throw new Error(`Workflow ${id} could not be published: ${reasons.join('; ')}`);
	}

	/** Deactivates a workflow and waits until its triggers are gone. */
	async unpublish(id) {
		if (this.major < 2) return await this.request('PATCH', `/workflows/${id}`, { active: false });
		await this.request('POST', `/workflows/${id}/deactivate`, {});
		return await this.#publication(id, ({ status }) => status === 'not_published');
	}

	/** n8n 2 registers triggers after it has answered. */
	#publication(id, isDone) {
		return until(`workflow ${id} to be published or unpublished`, async () => {
			const publication = await this.request('GET', `/workflows/${id}/publication-status`);
			return isDone(publication) && publication;
		});
	}

	/** "Execute workflow" of the editor. */
	async runManually(id, triggerName) {
		const legacy = this.major < 2 ? { workflowData: await this.workflow(id), startNodes: [] } : {};
		return await this.request('POST', `/workflows/${id}/run`, { ...legacy, triggerToStartFrom: { name: triggerName } });
	}

	// --- executions

	/** Newest first. */
	async executions(workflowId) {
		const answer = await this.request('GET', '/executions', undefined, {
			filter: JSON.stringify({ workflowId }),
			limit: 100,
		});
		return answer.results ?? answer;
	}

	/** One execution with its run data. */
	async execution(id) {
		const execution = await this.request('GET', `/executions/${id}`);
		if (typeof execution.data === 'string') execution.data = flatted.parse(execution.data);
		return execution;
	}

	/**
	 * Ended executions that one node of a workflow took part in, oldest first.
	 *
	 * @returns {Promise<Array<{ id: string, status: string, items: object[], execution: object }>>}
	 */
	async runsOf(workflowId, nodeName) {
		const ended = (await this.executions(workflowId)).filter(hasEnded);
		const runs = await Promise.all(ended.map(({ id }) => this.execution(id)));
		return runs
			.filter(({ data }) => data.resultData.runData[nodeName])
			.map((execution) => ({
				id: execution.id,
				status: execution.status,
				items: N8nClient.outputOf(execution, nodeName),
				execution,
			}))
			.sort((a, b) => Number(a.id) - Number(b.id));
	}

	/** Waits until a node of a workflow has run at least `count` times in ended executions. */
	async waitForRuns(workflowId, nodeName, count, timeoutMs = 30_000) {
		let seen = [];
		return await until(
			`${count} run(s) of "${nodeName}"`,
			async () => {
				seen = await this.runsOf(workflowId, nodeName);
				return seen.length >= count && seen;
			},
			{ timeoutMs, everyMs: 150, describe: () => seen.map(({ id, status, items }) => ({ id, status, items })) },
		);
	}

	/** The JSON of a node's output items. */
	static outputOf(execution, nodeName, output = 0) {
		const [run] = execution.data.resultData.runData[nodeName] ?? [];
		return (run?.data?.main?.[output] ?? []).map(({ json }) => json);
	}

	// --- n8n's webhooks, called from outside

	/** @param {{ method?: string, headers?: object, params?: object, at?: string }} [options] `at`: another process than usual */
	callWebhook(path, data, { method = 'POST', headers, params, at = this.webhookUrl } = {}) {
		return this.open.request({ method, url: `${at}/webhook/${path}`, data, headers, params });
	}
}

module.exports = { N8nClient, hasEnded };
