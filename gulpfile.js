'use strict';

const { rm } = require('node:fs/promises');
const { spawn } = require('node:child_process');
const { dest, series, src } = require('gulp');

/** Removes what an earlier build left, so that a deleted source file cannot live on in the package. */
const clean = () => rm('dist', { recursive: true, force: true });

/** Compiles nodes/ and credentials/ with the project's own TypeScript. */
const compile = () =>
	spawn(process.execPath, [require.resolve('typescript/bin/tsc')], { stdio: 'inherit' });

/** Icons, catalogue entries (*.node.json) and output previews (__schema__): n8n reads them beside the compiled nodes. */
const assets = () =>
	src('nodes/**/*.{svg,json}', { base: '.', encoding: false }).pipe(dest('dist'));

exports.build = series(clean, compile, assets);
exports.default = exports.build;
