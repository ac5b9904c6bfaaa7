import assert from 'node:assert/strict';
import test from 'node:test';
import { plainKernels } from '@qga/protocol';
import { FileTable, openFileLimit } from '../dist/core/file-table.js';
import { linuxPaths } from '../dist/linux/paths.js';
import { fakeFiles } from './support/fake-files.js';

function limitWith(line: string | undefined): Promise<number> {
  const { files } = fakeFiles(
    line === undefined ? {} : { '/proc/self/limits': `Limit   Soft Limit   Hard Limit\n${line}\n` },
  );
  return openFileLimit({ files, kernels: plainKernels }, linuxPaths, 4096);
}

await test('handles leave descriptors for everything else, however few the process may have', async () => {
  assert.equal(await limitWith('Max open files            1024                 4096                 files'), 768);
  assert.equal(await limitWith('Max open files            1048576              1048576              files'), 4096);
  assert.equal(await limitWith('Max open files            unlimited            unlimited            files'), 4096);
  assert.equal(await limitWith('Max open files            20                   20                   files'), 1);
  assert.equal(await limitWith(undefined), 4096);
});

await test('a table that is full says how many handles it has', () => {
  const table = new FileTable(2);
  table.add(1, 11);
  table.checkRoom();
  table.add(2, 12);
  assert.throws(
    () => table.checkRoom(),
    /^AgentError: too many open files: 2 handles are in use \(max-open-files, and the process's own limit\), close some$/,
  );
});
