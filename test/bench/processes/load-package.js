'use strict';

/** Loads the compiled nodes and credentials of the package, in a fresh process, and tells how long that took. */

// n8n has this one in memory before it loads any package.
require('n8n-workflow');

process.once('message', (files) => {
	const started = performance.now();
	for (const file of files) {
		for (const Class of Object.values(require(file))) new Class();
	}
	process.send({ ms: performance.now() - started });
	process.disconnect();
});
