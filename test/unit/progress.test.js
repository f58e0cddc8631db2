'use strict';

const { compiled } = require('./compiled');
const { NODE, strict } = require('./strictContext');

const { Progress } = compiled('dialling/progress.js');

beforeEach(() => jest.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => jest.useRealTimers());

function started(mode) {
	const told = { log: [], screen: [] };
	const context = strict({
		getNode: () => NODE,
		getMode: () => mode,
		logger: { info: (message) => told.log.push(message) },
		sendMessageToUI: (message) => told.screen.push(message),
	});
	return { progress: new Progress(context, 9), told };
}

const RESULTS = [{ placement: { placed: 'yes' } }, { skipped: { reason: 'duplicate' } }, { error: new Error('x') }, { placement: { placed: 'no' }, error: new Error('x') }, { prepared: {} }];

test('a run of a few seconds says nothing; a long one says every five seconds how far it is', () => {
	const { progress, told } = started('trigger');
	jest.advanceTimersByTime(4_999);
	progress.report(RESULTS);
	expect(told.log).toEqual([]);
	jest.advanceTimersByTime(1);
	progress.report(RESULTS);
	expect(told.log).toEqual(['Voice: 4 of 9 calls handled']);
	jest.advanceTimersByTime(4_999);
	progress.report(RESULTS);
	expect(told.log).toHaveLength(1);
	jest.advanceTimersByTime(1);
	progress.report([]);
	expect(told.log.slice(1)).toEqual(['Voice: 0 of 9 calls handled']);
	expect(told.screen).toEqual([]);
});

test('whoever runs it by hand sees it too', () => {
	const { progress, told } = started('manual');
	jest.advanceTimersByTime(5_000);
	progress.report(RESULTS);
	expect(told.screen).toEqual(told.log);
	expect(told.screen).toHaveLength(1);
});
