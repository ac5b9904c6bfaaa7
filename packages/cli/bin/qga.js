#!/usr/bin/env node
'use strict';
const { statSync } = require('node:fs');
const { join } = require('node:path');

// newer Nodes keep compiled code between runs
require('node:module').enableCompileCache?.();

/** The time of a file; 0 when there is none. */
const timeOf = (...names) => statSync(join(__dirname, '..', ...names), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// the bundle, CommonJS since Node gets to work earlier without its loader of ES modules, starts in two thirds of the time;
// in a working copy it may be older than what the compiler wrote
const built = [
  ['tsconfig.tsbuildinfo'],
  ['..', 'client', 'dist', 'node.tsbuildinfo'],
  ['..', 'client', 'dist', 'core.tsbuildinfo'],
  ['..', 'protocol', 'tsconfig.tsbuildinfo'],
  ['..', 'protocol', 'dist', 'node.tsbuildinfo'],
];
const bundled = timeOf('bundle', 'main.cjs');
const fresh = bundled > 0 && built.every((names) => timeOf(...names) <= bundled);
const loaded = fresh ? Promise.resolve(require('../bundle/main.cjs')) : import('../dist/main.js');
loaded
  .then(({ main }) => main(process.argv.slice(2)))
  .then((code) => {
    process.exitCode = code;
  });
