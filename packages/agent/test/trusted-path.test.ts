import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { nodeFiles } from '../dist/node/files.js';
import { checkTrusted, openTrusted, UntrustedPathError } from '../dist/policy/trusted-path.js';
import { temporaryFolder } from './support/agent-process.js';

/** A user that is neither root nor the test's. */
const STRANGER = 54_321;
const asRoot = process.getuid?.() === 0;

let folder: string;
let remove: () => void;
const inside = (name: string): string => path.join(folder, name);

beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  fs.mkdirSync(inside('dir'));
  fs.writeFileSync(inside('dir/file'), 'text', { mode: 0o644 });
});
afterEach(() => {
  remove();
});

async function refused(file: string, why: RegExp): Promise<void> {
  await assert.rejects(checkTrusted(nodeFiles, file), (error) => {
    assert.ok(error instanceof UntrustedPathError, String(error));
    assert.match(error.message, why);
    return true;
  });
}

suite('a path is trusted', () => {
  test('when nobody else could have made it', async () => {
    const file = await openTrusted(nodeFiles, inside('dir/file'));
    assert.ok(file !== undefined);
    assert.equal(fs.readFileSync(`/proc/self/fd/${String(file)}`, 'utf8'), 'text');
    await nodeFiles.close(file);
    await checkTrusted(nodeFiles, inside('dir/../dir/./file'));
    await checkTrusted(nodeFiles, inside('dir'));
    await checkTrusted(nodeFiles, '/');
  });

  test('when it is not there and nobody else could make it', async () => {
    assert.equal(await openTrusted(nodeFiles, inside('dir/none/at/all')), undefined);
  });

  test('through links of trusted users', async () => {
    fs.symlinkSync('dir', inside('relative'));
    fs.symlinkSync(inside('relative/file'), inside('absolute'));
    await checkTrusted(nodeFiles, inside('absolute'));
    fs.symlinkSync('loop', inside('loop'));
    await assert.rejects(checkTrusted(nodeFiles, inside('loop')), /Too many levels of symbolic links/);
  });

  test('in a directory that all may write only when it is there, and the directory is sticky', async () => {
    fs.chmodSync(inside('dir'), 0o1777);
    await checkTrusted(nodeFiles, inside('dir/file'));
    await refused(inside('dir/none'), /none is not there yet, and others can make it$/);
    fs.chmodSync(inside('dir'), 0o777);
    await refused(inside('dir/file'), /dir can be written by others \(mode 0777\)$/);
    await refused(inside('dir/none'), /mode 0777/);
  });

  test('not when a group or others may write the file, or a directory on the way', async () => {
    for (const mode of [0o664, 0o646]) {
      fs.chmodSync(inside('dir/file'), mode);
      await refused(inside('dir/file'), /file can be written by others/);
    }
    fs.chmodSync(inside('dir/file'), 0o644);
    fs.chmodSync(inside('dir'), 0o775);
    await refused(inside('dir/file'), /dir can be written by others \(mode 0775\)/);
    fs.symlinkSync(inside('dir/file'), inside('link'));
    await refused(inside('link'), /mode 0775/);
  });

  test(
    'not when a stranger owns the file, a directory or a link',
    { skip: asRoot ? false : 'needs root' },
    async () => {
      fs.lchownSync(inside('dir/file'), STRANGER, STRANGER);
      await refused(inside('dir/file'), /file belongs to user 54321$/);
      fs.lchownSync(inside('dir/file'), 0, 0);
      fs.lchownSync(inside('dir'), STRANGER, STRANGER);
      await refused(inside('dir/file'), /dir belongs to user 54321$/);
      fs.symlinkSync('/etc/passwd', inside('link'));
      fs.lchownSync(inside('link'), STRANGER, STRANGER);
      await refused(inside('link'), /link belongs to user 54321$/);
    },
  );

  test('and no descriptor is left behind', async () => {
    const before = fs.readdirSync('/proc/self/fd').length;
    fs.symlinkSync('dir', inside('relative'));
    await checkTrusted(nodeFiles, inside('relative/file'));
    await checkTrusted(nodeFiles, inside('relative/none'));
    fs.chmodSync(inside('dir'), 0o777);
    await refused(inside('relative/file'), /mode 0777/);
    assert.equal(fs.readdirSync('/proc/self/fd').length, before);
  });
});
