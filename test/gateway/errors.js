'use strict';

/**
 * The error families of the API. Each family has its own body shape, so an error carries its kind:
 * `msg` -> {"msg"}, `fail` -> {"status":"fail","message"}, `text` -> plain text of the status,
 * `sentence` -> a plain sentence labelled text/html, `empty` -> no body at all.
 */
class ApiError extends Error {
	/**
	 * @param {number} status
	 * @param {string} message
	 * @param {'msg'|'fail'|'text'|'sentence'|'empty'} [kind]
	 */
	constructor(status, message, kind = 'msg') {
		super(message);
		this.status = status;
		this.kind = kind;
	}
}

const badRequest = (message) => new ApiError(400, message);
const forbidden = (message) => new ApiError(403, message);
/** A path sid that is not a uuid. */
const badSid = () => new ApiError(400, 'Bad request');
/** 404 with a plain text body (calls). */
const notFoundText = () => new ApiError(404, 'Not Found', 'text');
/** 404 without any body (applications, numbers, carriers, accounts). */
const notFoundEmpty = () => new ApiError(404, '', 'empty');
/** The plain 500 that create answers when the platform behind the API refused. */
const internalText = () => new ApiError(500, 'Internal Server Error', 'text');

/**
 * Answer with an error in the shape of its family. Anything that is not an ApiError is a 500 with {"msg"}.
 * @param {import('express').Response} res
 * @param {any} err
 */
function sendError(res, err) {
	if (!(err instanceof ApiError)) return res.status(500).json({ msg: err.message });
	switch (err.kind) {
		case 'fail':
			return res.status(err.status).json({ status: 'fail', message: err.message });
		case 'text':
			return res.sendStatus(err.status);
		case 'sentence':
			return res.status(err.status).send(err.message);
		case 'empty':
			return res.status(err.status).end();
		default:
			return res.status(err.status).json({ msg: err.message });
	}
}

/** Wrap a handler so that whatever it throws becomes an API error. */
function handler(fn) {
	return async (req, res) => {
		try {
			await fn(req, res);
		} catch (err) {
			if (!res.headersSent) sendError(res, err);
		}
	};
}

module.exports = {
	ApiError,
	badRequest,
	forbidden,
	badSid,
	notFoundText,
	notFoundEmpty,
	internalText,
	sendError,
	handler,
};
