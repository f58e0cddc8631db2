'use strict';

module.exports = async function tearDown() {
	await globalThis.n8nOfTheSuite?.stop();
};
