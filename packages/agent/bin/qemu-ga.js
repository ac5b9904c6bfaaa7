#!/usr/bin/env node
// A file operation may wait for a disk that is frozen or gone; 16 of them may (bounded-files.ts), and a freeze must still have
// a thread. It has to be set before anything uses the pool, and loading an ES module does: hence the package.json beside this.
process.env.UV_THREADPOOL_SIZE ??= '24';
import('../dist/node/main.js')
  .then(({ main }) => main(process.argv.slice(2)))
  .then((code) => {
    process.exitCode = code;
  });
