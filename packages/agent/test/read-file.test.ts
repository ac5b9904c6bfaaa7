import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readFile } from '../dist/core/read-file.js';
import { nodeFiles } from '../dist/node/files.js';
import type { Files } from '../dist/platform.js';

/** A host that reads small files in one go, and counts how often it is asked to. */
function withReadSmall(): { files: Files; asked: () => number } {
  let asked = 0;
  const readSmall = async (path: string, into: Uint8Array): Promise<number> => {
    asked += 1;
    const file = await nodeFiles.open(path, 0);
    const count = await nodeFiles.read(file, into);
    await nodeFiles.close(file);
    return count;
  };
  return { files: { ...nodeFiles, readSmall }, asked: () => asked };
}

test('files of any size are read whole, whether or not the host can do it in one go', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'qga-read-'));
  try {
    for (const size of [0, 1, 1023, 1024, 1025, 5120, 8191, 8192, 8193, 100_000, 300_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251);
      const path = join(folder, 'file');
      writeFileSync(path, bytes);
      const { files, asked } = withReadSmall();
      assert.deepEqual(await readFile({ files: nodeFiles }, path), bytes, `${size} bytes`);
      assert.deepEqual(await readFile({ files }, path), bytes, `${size} bytes, in one go`);
      assert.equal(asked(), 1);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that is not there is the same error either way', async () => {
  const path = join(tmpdir(), 'qga-read-none');
  await assert.rejects(readFile({ files: nodeFiles }, path), { errno: 2 });
  await assert.rejects(readFile({ files: withReadSmall().files }, path), { errno: 2 });
});
