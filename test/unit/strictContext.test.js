'use strict';

const { gatewayContext, strict } = require('./strictContext');

describe('the strict context itself', () => {
	test('gives what a test defined, at any depth', () => {
		expect(strict({ helpers: { now: () => 7 } }).helpers.now()).toBe(7);
	});

	test.each([
		['an API that was not defined', (context) => context.getExecutionId(), 'context.getExecutionId is not defined in this test'],
		['a helper that was not defined', (context) => context.helpers.request(), 'context.helpers.request is not defined in this test'],
	])('throws for %s', (_what, use, message) => {
		const { context } = gatewayContext(() => ({}));
		expect(() => use(context)).toThrow(message);
	});

	test('throws when something is written to it', () => {
		expect(() => {
			strict({}).mark = 1;
		}).toThrow('context.mark must not be set');
	});
});
