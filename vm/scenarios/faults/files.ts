import assert from 'node:assert/strict';
import { withLine, type AgentLine } from '../../machine/agent-line.js';
import { members, type Json } from '../../machine/json.js';
import { limits, until } from '../../time.js';
import type { Scenario } from '../scenario.js';

const MEBIBYTE = 1 << 20;

export async function openFile(line: AgentLine, path: string, mode = 'r'): Promise<Json> {
  return line.command('guest-file-open', { path, mode });
}

async function write(line: AgentLine, handle: Json, bytes: Buffer): Promise<string> {
  line.send('guest-file-write', { handle, 'buf-b64': bytes.toString('base64') });
  const reply = await line.reply('reply to guest-file-write');
  if (reply['error'] !== undefined) return JSON.stringify(members(reply['error'])['desc']).slice(1, -1);
  return `${Number(members(reply['return'])['count'])} written`;
}

/** Half a mebibyte into a filesystem of a quarter. */
export const diskFull: Scenario = {
  name: 'disk full under a file write',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await control.output('mkdir -p /tmp/full && mount -t tmpfs -o size=256k tmpfs /tmp/full');
      await line.sync();
      const handle = await openFile(line, '/tmp/full/file', 'w');
      assert.equal(
        await write(line, handle, Buffer.alloc(MEBIBYTE / 2)),
        'failed to write to file: No space left on device',
      );
      await line.command('guest-ping');
      await line.command('guest-file-close', { handle });
      const second = await openFile(line, '/tmp/full/file', 'w');
      assert.equal(await write(line, second, Buffer.alloc(1000)), '1000 written');
      await line.command('guest-file-close', { handle: second });
      assert.equal(await control.output('wc -c </tmp/full/file'), '1000');
      await control.output('umount /tmp/full');
    }),
};

/** A disk of which the first mebibyte can be read and written and the rest gives errors. */
const BAD_DISK = `
printf '0 2048 linear /dev/nvme0n1 0\\n2048 2048 error\\n' | dmsetup create bad --noudevsync
`;

/** What the disk refuses is said, and what it does not refuse works on. */
export const badDisk: Scenario = {
  name: 'EIO under a file read and a file write',
  notFor: { qemu: 'it keeps small writes to itself and answers that they are done' },
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await control.output(BAD_DISK);
      await line.sync();
      const handle = await openFile(line, '/dev/dm-0', 'r+');
      await line.command('guest-file-seek', { handle, offset: MEBIBYTE, whence: 'set' });
      const read = await line.failure('guest-file-read', { handle, count: 4096 });
      assert.equal(read.desc, 'failed to read file: Input/output error');
      // a part of a block: the kernel has to read the rest of it first
      assert.equal(await write(line, handle, Buffer.alloc(100)), 'failed to write to file: Input/output error');
      await line.command('guest-file-seek', { handle, offset: 0, whence: 'set' });
      assert.equal(members(await line.command('guest-file-read', { handle, count: 4096 }))['count'], 4096);
      await line.command('guest-file-close', { handle });
      await control.output('dmsetup remove bad --noudevsync');
    }),
};

/** Files that are none: none of them holds the agent up. */
export const oddFiles: Scenario = {
  name: 'FIFO, device and /proc files',
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await control.output('rm -f /run/fifo && mkfifo /run/fifo');
      await line.sync();
      const nobody = await line.failure('guest-file-open', { path: '/run/fifo', mode: 'w' });
      assert.match(nobody.desc, /^failed to open file '\/run\/fifo' \(mode: 'w'\): /);
      const fifo = await openFile(line, '/run/fifo');
      assert.equal(
        members(await line.command('guest-file-read', { handle: fifo }))['count'],
        0,
        'a FIFO without a writer',
      );
      const zero = await openFile(line, '/dev/zero');
      assert.equal(members(await line.command('guest-file-read', { handle: zero, count: 100_000 }))['count'], 100_000);
      const version = await openFile(line, '/proc/version');
      const text = members(await line.command('guest-file-read', { handle: version }))['buf-b64'];
      assert.ok(typeof text === 'string');
      assert.match(Buffer.from(text, 'base64').toString(), /^Linux version /);
      for (const handle of [fifo, zero, version]) await line.command('guest-file-close', { handle });
      await line.command('guest-ping');
    }),
};

/** Above the most that any host gives out. */
const HANDLES = 10_000;

/** There is an end to handles, it is said, and everybody else works on. */
export const manyHandles: Scenario = {
  name: '10 000 handles',
  notFor: { qemu: 'it takes descriptors until it has none left for anything else' },
  run: ({ virtioLine, isaLine }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      const handles: Json[] = [];
      const refusals = new Set<string>();
      for (let batch = 0; batch < HANDLES / 100; batch++) {
        for (let one = 0; one < 100; one++) line.send('guest-file-open', { path: '/proc/version' });
        for (let one = 0; one < 100; one++) {
          const { return: handle, error } = await line.reply('reply to guest-file-open');
          if (handle === undefined) refusals.add(JSON.stringify(members(error)['desc']));
          else handles.push(handle);
        }
      }
      assert.ok(handles.length >= 700 && handles.length <= 4096, `${handles.length} handles`);
      assert.deepEqual(
        [...refusals],
        [
          `"too many open files: ${handles.length} handles are in use (max-open-files, and the process's own limit), close some"`,
        ],
      );
      const [first = 0] = handles;
      assert.notEqual(members(await line.command('guest-file-read', { handle: first }))['count'], 0);
      await line.command('guest-exec', { path: '/bin/true' });
      await withLine(isaLine, async (other) => {
        await other.sync();
        await other.command('guest-ping');
      });
      for (const handle of handles) line.send('guest-file-close', { handle });
      for (let left = handles.length; left > 0; left--)
        assert.deepEqual((await line.reply('reply to guest-file-close'))['return'], {});
      await line.command('guest-file-close', { handle: await openFile(line, '/proc/version') });
    }),
};

const OF_NODE = 'Node holds the payload several times over; the native host is for such guests';
const OF_QEMU = 'it holds the payload several times over, and no reply comes';
const READ = 48 * MEBIBYTE;
/** Mebibytes that are left: the bytes and as much again, but not the bytes and their base64, which are 112. */
const FREE = 96;

/** The largest read there is, in a guest that has hardly more than that to give. */
export const tightMemory: Scenario = {
  name: `48 MiB read with ${FREE} MiB of free memory`,
  notFor: { qemu: OF_QEMU, ours: OF_NODE },
  run: ({ virtioLine, control }) =>
    withLine(virtioLine, async (line) => {
      await line.sync();
      const handle = await openFile(line, '/dev/zero');
      const available = Number(await control.output("awk '/^MemAvailable/ { print $2 }' /proc/meminfo"));
      const size = `${Math.floor(available / 1024 - FREE)}m`;
      await control.output('mkdir -p /tmp/filled && mount -t tmpfs -o size=2g tmpfs /tmp/filled');
      await control.output(`(fallocate -l ${size} /tmp/filled/all && touch /run/filled) </dev/null >/dev/null 2>&1 &`);
      await until(() => control.succeeds('[ -e /run/filled ]'), limits.boot, 'filled memory');
      line.send('guest-file-read', { handle, count: READ });
      const reply = members((await line.reply('reply to guest-file-read', 120_000))['return']);
      assert.equal(reply['count'], READ);
      assert.equal(typeof reply['buf-b64'] === 'string' ? reply['buf-b64'].length : 0, (READ / 3) * 4);
      await line.command('guest-file-close', { handle });
      await control.output('umount /tmp/filled');
    }),
};
