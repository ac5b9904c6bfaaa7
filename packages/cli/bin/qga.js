#!/usr/bin/env node
import { existsSync } from 'node:fs';

// the packed package has all code in a few files, which starts in half the time; a working copy has no bundle that could be stale
const folder = existsSync(new URL('../bundle/', import.meta.url)) ? 'bundle' : 'dist';
const { main } = await import(`../${folder}/main.js`);
process.exitCode = await main(process.argv.slice(2));
