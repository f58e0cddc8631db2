'use strict';

/** Places calls with axios and nothing else, outside n8n: so many at a time. Gets its task from the parent process. */

const axios = require('axios');

const WARM_UP = 50;

async function place({ url, apiKey, body, parallel }, count) {
	let next = 0;
	const output = [];
	const worker = async () => {
		while (next < count) {
			const index = next++;
			const data = { ...body, to: { ...body.to, number: `+1202${5550000 + index}` } };
			output[index] = (await axios.post(url, data, { headers: { Authorization: `Bearer ${apiKey}` }, proxy: false })).data;
		}
	};
	await Promise.all(Array.from({ length: parallel }, worker));
}

process.once('message', async (task) => {
	await place(task, WARM_UP);
	await axios.get(task.countedUrl, { proxy: false });
	const started = performance.now();
	await place(task, task.count);
	process.send({ ms: performance.now() - started });
	process.disconnect();
});
