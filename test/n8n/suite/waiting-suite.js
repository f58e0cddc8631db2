'use strict';

const { client, openGateway } = require('./session');
const { startDownstream } = require('./waiting');

/**
 * Registers what a group of tests of waiting runs needs: a gateway with its credential, and the step behind the wait.
 *
 * @param {(opened: { gateway: object, credentials: object, downstream: object, bench: object }) => void} hand gets them
 *   before the first test; `bench` is what `publishWaiting` wants
 */
function waitingSuite(hand) {
	let gateway;
	let downstream;
	beforeAll(async () => {
		const opened = await openGateway();
		gateway = opened.gateway;
		downstream = await startDownstream();
		hand({ ...opened, downstream, bench: { client, downstream } });
	});
	afterEach(() => gateway.clearFaults());
	afterAll(async () => {
		await gateway.close();
		await downstream.close();
	});
}

module.exports = { waitingSuite };
