'use strict';

const crypto = require('crypto');

/**
 * Sign a webhook body the way Voice Gateway does: HMAC-SHA256 of "<t>.<raw body>" with the webhook secret.
 * @param {string} secret
 * @param {string} rawBody
 * @param {number} [t] unix seconds
 * @returns {string} value of the Jambonz-Signature header
 */
function sign(secret, rawBody, t = Math.floor(Date.now() / 1000)) {
	const v1 = crypto.createHmac('sha256', secret).update(`${t}.${rawBody}`, 'utf8').digest('hex');
	return `t=${t},v1=${v1}`;
}

module.exports = { sign };
