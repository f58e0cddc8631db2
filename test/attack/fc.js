'use strict';

const crypto = require('node:crypto');

const fc = require('fast-check');

/**
 * fast-check with one seed for all attacks. It is the same in every run, so that a change is judged by what it does and not
 * by its luck; ATTACK_SEED looks for other attacks: a number, or "any".
 */

const { ATTACK_SEED = '20261126' } = process.env;
const seed = ATTACK_SEED === 'any' ? crypto.randomInt(2 ** 31) : Number(ATTACK_SEED);
if (!Number.isInteger(seed)) throw new Error(`ATTACK_SEED is "${ATTACK_SEED}". Set it to a whole number, or to "any".`);
fc.configureGlobal({ seed });

module.exports = { fc, seed };
