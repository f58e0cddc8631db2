'use strict';

const { once } = require('node:events');

const express = require('express');

/**
 * A language model that says what a test tells it to: OpenAI's chat completions, and nothing else of that API. Whatever
 * was not told beforehand (another path, another key, a turn too many) is answered with an error and kept as a complaint.
 *
 * @returns {Promise<object>} see what is returned
 */
async function startFakeModel() {
	const apiKey = 'sk-of-the-fake-model';
	const complaints = [];
	let script = [];
	let requests = [];
	let calls = 0;

	const refuse = (response, status, message) => {
		complaints.push(message);
		return response.status(status).json({ error: { message, type: 'invalid_request_error', code: null } });
	};

	const app = express();
	app.use(express.json({ limit: '1mb' }));
	app.post('/v1/chat/completions', (request, response) => {
		const { authorization } = request.headers;
		if (authorization !== `Bearer ${apiKey}`) return refuse(response, 401, `the key is "${authorization}"`);
		const { model, messages, stream } = request.body;
		if (stream) return refuse(response, 400, 'a stream is wanted');
		if (model !== 'fake-model' || !Array.isArray(messages)) return refuse(response, 400, `not a chat: ${JSON.stringify(request.body)}`);
		const turn = script.shift();
		if (turn === undefined) return refuse(response, 400, `a turn too many, after ${JSON.stringify(messages.at(-1))}`);
		requests.push(request.body);
		const message = { role: 'assistant', content: null, refusal: null };
		if (typeof turn === 'string') message.content = turn;
		else {
			message.tool_calls = turn.map(([name, values]) => {
				calls += 1;
				return { id: `call_${calls}`, type: 'function', function: { name, arguments: JSON.stringify(values) } };
			});
		}
		return response.json({
			id: `chatcmpl-${calls}`,
			object: 'chat.completion',
			created: Math.floor(Date.now() / 1000),
			model,
			choices: [{ index: 0, message, logprobs: null, finish_reason: message.content === null ? 'tool_calls' : 'stop' }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		});
	});
	app.use((request, response) => refuse(response, 404, `${request.method} ${request.path} is not part of the fake`));
	const server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');

	return {
		/** What a credential of OpenAI holds to reach it. */
		credential: { apiKey, url: `http://127.0.0.1:${server.address().port}/v1` },
		/**
		 * What it says, turn by turn, from now on: a text, or a list of tool calls, each a name and its arguments.
		 *
		 * @param {Array<string | Array<[string, object]>>} turns
		 */
		tell(turns) {
			script = [...turns];
			requests = [];
			complaints.length = 0;
		},
		/** What went wrong, the turns that nobody asked for included. */
		complaints: () => [...complaints, ...script.map((turn) => `not asked for: ${JSON.stringify(turn)}`)],
		/** The tools that it was offered: their functions. */
		offered: () => (requests[0]?.tools ?? []).map(({ function: offered }) => offered),
		/** What it was told of its tool calls, in their order: texts, as a model reads them. */
		toolResults: () => (requests.at(-1)?.messages ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content),
		async close() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

module.exports = { startFakeModel };
