'use strict';

const { startGateway } = require('../gateway');
const { phones } = require('./calls');
const { closeStages, endCall, startStage } = require('./stage');

/** A worker that is killed while a run goes on after its wait: n8n keeps what it had handed to the worker, and offers a retry. */

let gateway;
let stage;
beforeAll(async () => {
	gateway = await startGateway({ world: 'demo', timeScale: 0.1 });
	stage = await startStage(gateway);
});
afterAll(async () => {
	await closeStages();
	await gateway.close();
});

test.each([
	['as it was', false],
	['with the workflow as it is now, where the node is to run again', true],
])('the retry of a run that crashed after its wait, %s: nobody is called again, and the outcomes are there', async (_how, loadWorkflow) => {
	gateway.reset();
	const numbers = ['+12025550180', '+12025551180'];
	const execution = await stage.run({ items: phones(...numbers), parameters: { options: { timeout: 600 } } });
	endCall(gateway, gateway.placed[0].sid, [486, 'Busy here']);
	endCall(gateway, gateway.placed[1].sid);
	await execution.until('success');
	await gateway.idle();

	const retried = await stage.retry(execution, loadWorkflow);
	expect(retried.status).toBe('success');
	expect(numbers.map((number) => gateway.rang(number))).toEqual([1, 1]);
	expect(retried.downstream).toHaveLength(1);
	expect(retried.downstream[0].map(({ phone, outcome, call_sid: sid }) => [phone, outcome, sid])).toEqual([
		[numbers[0], 'busy', gateway.placed[0].sid],
		[numbers[1], 'answered', gateway.placed[1].sid],
	]);
});
