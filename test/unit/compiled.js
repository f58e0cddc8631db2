'use strict';

const path = require('node:path');

/** A compiled module of the package, by its path below nodes/CognigyVoiceGateway. */
const compiled = (name) => require(path.join(__dirname, '..', '..', 'dist', 'nodes', 'CognigyVoiceGateway', name));

module.exports = { compiled };
