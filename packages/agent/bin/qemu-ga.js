#!/usr/bin/env node
// A file operation may wait for a disk that is frozen or gone, at most one for each client; the rest must still have a thread.
// It has to be set before anything uses the pool. 24: MAX_CLIENTS and a reserve.
process.env.UV_THREADPOOL_SIZE ??= '24';
const { main } = await import('../dist/node/main.js');

process.exitCode = await main(process.argv.slice(2));
