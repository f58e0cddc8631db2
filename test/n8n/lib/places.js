'use strict';

const path = require('node:path');

const projectDir = path.resolve(__dirname, '..', '..', '..');

/** Everything that n8n needs or leaves at run time goes below this git-ignored folder. */
const runtimeDir = path.join(projectDir, '.n8n');

module.exports = {
	projectDir,
	runtimeDir,
	releasesDir: path.join(projectDir, 'test', 'n8n', 'releases'),
	workflowsDir: path.join(projectDir, 'workflows'),
	/** Where an n8n release is installed. */
	installDirOf: (release) => path.join(runtimeDir, String(release)),
	/**
	 * Where an n8n keeps its data. It unpacks the editor's bundled scripts there, which a lint of the whole project
	 * would work on for hours; a lint never looks into folders of this name.
	 */
	userFolderOf: (...name) => path.join(runtimeDir, 'node_modules', ...name.map(String)),
	/** Where the packed tarball of this package goes. */
	tarballDir: path.join(runtimeDir, 'package'),
};
