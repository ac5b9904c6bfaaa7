import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import test from 'node:test';
import { connect, TransferError } from '../dist/node/index.js';
import { FakeGuest, refuse } from '../dist/node/testing/index.js';
import { agents, scratchFolder, startAgent } from './running-agent.js';

const stock = agents;
const folder = scratchFolder();
const SIZE = 5_000_003;
const source = join(folder, 'source');
const content = Buffer.from(Uint8Array.from({ length: SIZE }, (_, at) => (at * 31 + (at >> 9)) % 256));
writeFileSync(source, content, { mode: 0o640 });
chmodSync(source, 0o640);

const same = (path: string): boolean => readFileSync(path).equals(content);
const mode = (path: string): number => statSync(path).mode & 0o7777;
const parts = (path: string): string[] => readdirSync(path).filter((name) => name.includes('qga-part'));

for (const { name, command } of stock) {
  await test(`copies with ${name}`, { timeout: 60_000 }, async (t) => {
    const agent = await startAgent(command);
    const guest = await connect(agent.socket);
    const inGuest = (path: string): string => join(agent.folder, path);

    await t.test('to the guest: whole, compared, with its mode, progress told', async () => {
      const seen: number[] = [];
      const onProgress = ({ bytes, total }: { bytes: number; total: number | undefined }): void => {
        assert.equal(total, SIZE);
        seen.push(bytes);
      };
      const result = await guest.copyTo(source, inGuest('new'), { onProgress });
      assert.deepEqual([result.bytes, result.verified, result.atomic, result.resumedAt], [SIZE, true, true, 0]);
      assert.ok(same(inGuest('new')));
      assert.equal(mode(inGuest('new')), 0o640);
      assert.equal(seen.at(-1), SIZE);
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
      );
    });

    await t.test('a file that is replaced keeps its mode, a link its place', async () => {
      writeFileSync(inGuest('old'), 'old');
      chmodSync(inGuest('old'), 0o604);
      symlinkSync('old', inGuest('link'));
      await guest.copyTo(source, inGuest('link'));
      assert.ok(same(inGuest('old')));
      assert.equal(mode(inGuest('old')), 0o604);
    });

    await t.test('into a folder by a slash; a folder without one is refused', async () => {
      mkdirSync(inGuest('box'));
      await guest.copyTo(source, `${inGuest('box')}/`);
      assert.ok(same(inGuest('box/source')));
      await assert.rejects(guest.copyTo(source, inGuest('box')), TransferError);
    });

    await t.test('from the guest', async () => {
      const to = join(folder, 'fetched');
      const result = await guest.copyFrom(source, to);
      assert.deepEqual([result.bytes, result.verified, result.atomic], [SIZE, true, true]);
      assert.ok(same(to));
      assert.equal(mode(to), 0o640);
      assert.ok((await guest.copyFrom('/proc/version', join(folder, 'version'))).bytes > 10);
    });

    await t.test('resumed, when what is there is the same; begun anew, when it is not', async () => {
      for (const [there, resumedAt] of [
        [content.subarray(0, 2_000_000), 2_000_000],
        [Buffer.alloc(1000, 'x'), 0],
      ] as const) {
        writeFileSync(inGuest('.again.qga-part'), there);
        const sent = await guest.copyTo(source, inGuest('again'), { resume: true });
        assert.deepEqual([sent.resumedAt, same(inGuest('again'))], [resumedAt, true]);
        writeFileSync(join(folder, '.again.qga-part'), there);
        const got = await guest.copyFrom(source, join(folder, 'again'), { resume: true });
        assert.deepEqual([got.resumedAt, same(join(folder, 'again'))], [resumedAt, true]);
      }
    });

    await t.test('called off: nothing is left, the old file is there', async () => {
      writeFileSync(inGuest('kept'), 'kept');
      const off = new AbortController();
      const onProgress = (): void => off.abort(new Error('enough'));
      const { signal } = off;
      await assert.rejects(guest.copyTo(source, inGuest('kept'), { onProgress, signal, piece: 65_536 }), /enough/);
      assert.equal(readFileSync(inGuest('kept'), 'utf8'), 'kept');
      await assert.rejects(guest.copyFrom(source, join(folder, 'off'), { signal: AbortSignal.abort() }));
      assert.deepEqual([...parts(agent.folder), ...parts(folder)], []);
    });

    await t.test('folders', async () => {
      mkdirSync(join(agent.folder, 'local/deep'), { recursive: true });
      writeFileSync(join(agent.folder, 'local/deep/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
      symlinkSync('deep', join(agent.folder, 'local/link'));
      const sent = await guest.copyTo(join(agent.folder, 'local'), inGuest('tree'));
      assert.equal(sent.verified, true);
      assert.equal(mode(inGuest('tree/link/run.sh')), 0o755);
      await guest.copyFrom(inGuest('tree'), join(agent.folder, 'back'));
      assert.equal(readFileSync(join(agent.folder, 'back/link/run.sh'), 'utf8'), '#!/bin/sh\n');
    });

    await t.test('streams', async () => {
      await pipeline(createReadStream(source), guest.createWriteStream(inGuest('streamed')));
      assert.ok(same(inGuest('streamed')));
      const sum = createHash('sha256');
      await pipeline(guest.createReadStream(source), sum);
      assert.equal(sum.digest('hex'), createHash('sha256').update(content).digest('hex'));
      await assert.rejects(
        pipeline(createReadStream(source), guest.createWriteStream('/nonexistent/x')),
        /No such file/,
      );
    });

    guest.close();
    await agent.stop();
  });
}

await test('without guest-exec the file itself is written, and read back when that is insisted on', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  const plain = await guest.copyTo(source, '/to');
  assert.deepEqual([plain.verified, plain.atomic], [false, false]);
  const insisted = await guest.copyTo(source, '/to', { verify: true });
  assert.equal(insisted.verified, true);
  assert.ok(fake.files.contents.get('/to')?.equals(content));
  const back = await guest.copyFrom('/to', join(folder, 'plain'), { verify: true });
  assert.equal(back.verified, true);
  await assert.rejects(guest.copyTo(folder, '/to'), TransferError);
  assert.equal(fake.files.openCount, 0);
});

await test('a connection that breaks is opened again, and the copy goes on', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  let cuts = 0;
  const cutAt =
    (at: number) =>
    (progress: { bytes: number }): void => {
      if (progress.bytes > at && cuts < 1) {
        cuts += 1;
        fake.cut();
      }
    };
  await guest.copyTo(source, '/to', { piece: 100_000, onProgress: cutAt(1_000_000) });
  assert.ok(fake.files.contents.get('/to')?.equals(content));
  cuts = 0;
  await guest.copyFrom('/to', join(folder, 'cut'), { piece: 100_000, onProgress: cutAt(1_000_000) });
  assert.ok(same(join(folder, 'cut')));
  assert.equal(fake.connections, 3);
  assert.equal(fake.files.openCount, 0);
});

await test('a guest that fails half way leaves its own words', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  let writes = 0;
  fake.on({
    'guest-file-write': (args) =>
      ++writes > 3 ? refuse('failed to write to file: No space left on device') : fake.files.write(args),
  });
  await assert.rejects(guest.copyTo(source, '/to', { piece: 100_000 }), /No space left/);
  assert.equal(fake.files.openCount, 0);
});

await test('a short write is finished', async () => {
  const fake = new FakeGuest();
  const guest = await connect(fake);
  let writes = 0;
  fake.on({
    'guest-file-write': ({ handle, 'buf-b64': bytes }) =>
      fake.files.write({ handle, 'buf-b64': ++writes === 5 ? bytes.subarray(0, 77) : bytes }),
  });
  await guest.writeFile('/to', content, { piece: 100_000 });
  assert.ok(fake.files.contents.get('/to')?.equals(content));
});
