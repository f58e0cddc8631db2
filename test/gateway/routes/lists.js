'use strict';

/**
 * Page a list the way the portal's lists do: `page` starts at 1, page_size is 50 unless told, and echoes as sent.
 * @param {object[]} rows
 * @param {{page?: string, page_size?: string}} query
 */
function pagedList(rows, { page, page_size: size }) {
	if (page === undefined) return rows;
	const limit = size === undefined ? 50 : Number(size);
	const offset = Number(page > 0 ? page - 1 : page) * limit;
	return { total: rows.length, page: Number(page), page_size: Number(size), data: rows.slice(offset, offset + limit) };
}

/** SQL LIKE %text%: not case-sensitive. */
const contains = (text, part) => !part || String(text).toLowerCase().includes(String(part).toLowerCase());

const byText = (key) => (a, b) => String(a[key]).localeCompare(String(b[key]));

/** Does a row belong to what this user may see? */
function visibleTo(user, world) {
	if (user.scope === 'account') return (row) => row.account_sid === user.account_sid;
	if (user.scope === 'admin') return () => true;
	const accounts = world.accounts.filter((a) => a.service_provider_sid === user.service_provider_sid);
	return (row) => accounts.some((a) => a.account_sid === row.account_sid);
}

module.exports = { pagedList, contains, byText, visibleTo };
