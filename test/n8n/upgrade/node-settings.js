'use strict';

/** Everything that can be set below some properties: where, of which type, what it is at first, and the choices. */
function below(properties, path) {
	return properties.flatMap((property) => {
		const here = `${path}.${property.name}`;
		// n8n does not save what is as at first: an other default changes what a workflow does.
		const own = [`${here}: ${property.type}, at first ${JSON.stringify(property.default)}`];
		switch (property.type) {
			case 'collection':
				return [...own, ...below(property.options, here)];
			case 'fixedCollection':
				return [...own, ...property.options.flatMap(({ name, values }) => below(values, `${here}.${name}`))];
			case 'options':
			case 'multiOptions':
				return [...own, ...(property.options ?? []).map(({ value }) => `${here} = ${JSON.stringify(value)}`)];
			case 'resourceLocator':
				return [...own, ...property.modes.map(({ name }) => `${here} by ${name}`)];
			default:
				return own;
		}
	});
}

const shows = ({ displayOptions }, field, value) => displayOptions?.show?.[field]?.includes(value) ?? true;

/**
 * What a workflow can hold of the nodes of a package, a line for each setting; operation by operation where a node has
 * operations, because settings of one name may differ between them.
 *
 * @param {object[]} types as n8n serves them
 * @param {string} packageName
 * @returns {string[]}
 */
function settingsOf(types, packageName) {
	return types
		.filter(({ name }) => name.startsWith(`${packageName}.`))
		.flatMap(({ name, properties }) => {
			const resources = properties.find((property) => property.name === 'resource')?.options;
			if (!resources) return below(properties, name);
			return resources.flatMap(({ value: resource }) => {
				const ofResource = properties.filter((property) => shows(property, 'resource', resource));
				const operations = ofResource.filter((property) => property.name === 'operation').flatMap(({ options }) => options);
				return operations.flatMap(({ value: operation }) =>
					below(ofResource.filter((property) => shows(property, 'operation', operation)), `${name} ${resource} ${operation}`),
				);
			});
		});
}

module.exports = { settingsOf };
