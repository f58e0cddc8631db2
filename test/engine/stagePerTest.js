'use strict';

const { startGateway } = require('../gateway');
const { closeStages, startStage } = require('./stage');

/**
 * Registers what a file of tests of waiting runs needs: one gateway, whose clock stands still, so that calls go on when
 * a test says so, and for each test a stage of its own, in which nothing may have thrown.
 *
 * @param {(fresh: { gateway: object, stage: object }) => void} hand gets both before each test
 */
function stagePerTest(hand) {
	let gateway;
	let stage;
	beforeAll(async () => {
		// Also of the tries of a webhook, which last a bit more than a second then.
		gateway = await startGateway({ world: 'demo', timeScale: 0.1 });
	});
	beforeEach(async () => {
		gateway.world.rate_limit = 1e6;
		gateway.clock.stop();
		stage = await startStage(gateway);
		hand({ gateway, stage });
	});
	afterEach(async () => {
		jest.restoreAllMocks();
		expect(stage.thrown).toEqual([]);
		gateway.reset();
		await closeStages();
	});
	afterAll(() => gateway.close());
}

module.exports = { stagePerTest };
