import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, type Guest } from '@qga/client';
import type { Cleanup } from './demo-cleanup.js';
import type { Screen } from './demo-screen.js';

const run = promisify(execFile);

const IMAGE_SIZE = 32 * 1024 * 1024;
/** Milliseconds for which the write is watched not to get through. */
const WATCH = 700;
/** The major number of loop devices. */
const LOOP = 7;

/** @returns why a freeze cannot be shown here, or undefined */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can mount a filesystem to be frozen';
  if (!fs.existsSync('/dev/loop-control')) return 'there are no loop devices (/dev/loop-control)';
  if (spawnSync('mkfs.ext4', ['-V'], { stdio: 'ignore' }).error !== undefined) {
    return 'mkfs.ext4 is missing (package e2fsprogs)';
  }
  return undefined;
}

/** Freezes a filesystem made for it, never one of the machine, and shows that a write waits for the thaw. */
export async function showFreeze(
  screen: Screen,
  guest: Guest,
  socket: string,
  folder: string,
  cleanup: Cleanup,
): Promise<void> {
  const mountpoint = await mountImage(screen, folder, cleanup);
  if (mountpoint === undefined) return;
  cleanup.add(() => thaw(socket, mountpoint));
  const file = join(mountpoint, 'written-while-frozen');
  let writer: Writer | undefined;
  const result = await guest.withFrozenFilesystems(
    async (frozen) => {
      if (frozen !== 1) throw new Error(`${String(frozen)} filesystems are frozen instead of 1`);
      writer = startWriter(file);
      await sleep(WATCH);
      if (writer.end !== undefined) throw new Error('a write got through while the filesystem was frozen');
      screen.good(`frozen: another process has been trying to write for ${String(WATCH)} ms`);
    },
    { mountpoints: [mountpoint] },
  );
  await writer?.ended;
  if (fs.readFileSync(file, 'utf8') !== 'through\n') throw new Error('the write was lost');
  const { frozen, thawed, milliseconds } = result;
  const counts = `${String(frozen)} frozen, ${String(thawed)} thawed, held for ${milliseconds.toFixed(0)} ms`;
  screen.good(`thawed: the write got through (${counts})`);
}

/** @returns where a new ext4 filesystem in a file is mounted; undefined when that cannot be done here, which is told */
async function mountImage(screen: Screen, folder: string, cleanup: Cleanup): Promise<string | undefined> {
  const reason = obstacle();
  if (reason !== undefined) {
    screen.skipped(reason);
    return undefined;
  }
  const image = join(folder, 'disk.img');
  const mountpoint = join(folder, 'disk');
  fs.writeFileSync(image, '');
  fs.truncateSync(image, IMAGE_SIZE);
  fs.mkdirSync(mountpoint);
  try {
    await run('mkfs.ext4', ['-q', '-F', image]);
    await run('mount', ['-o', 'loop', image, mountpoint]);
  } catch (error) {
    screen.skipped(`no loop mount here: ${error instanceof Error ? error.message.trim() : String(error)}`);
    return undefined;
  }
  cleanup.add(async () => {
    await run('umount', [mountpoint]);
  });
  if (!isLoopMount(mountpoint)) throw new Error(`${mountpoint} is not a loop mount; it is not going to be frozen`);
  screen.note(`an ext4 filesystem of its own, in a file: ${mountpoint}`);
  return mountpoint;
}

/** The last guard: what is frozen is a loop device and mounted exactly there. */
function isLoopMount(mountpoint: string): boolean {
  const mounts = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts.some((line) => {
    const [, , device = '', , where] = line.split(' ');
    return where === mountpoint && device.startsWith(`${String(LOOP)}:`);
  });
}

interface Writer {
  /** when the write got through, on performance's clock; undefined while it waits */
  end: number | undefined;
  readonly ended: Promise<unknown>;
}

/** Writes from another process: this one must never wait for a frozen filesystem. */
function startWriter(file: string): Writer {
  const child = spawn('sh', ['-c', 'echo through > "$1"', 'sh', file], { stdio: 'ignore' });
  const writer: Writer = { end: undefined, ended: once(child, 'exit') };
  child.once('exit', () => {
    writer.end = performance.now();
  });
  return writer;
}

/** Makes sure that nothing stays frozen, however the demo ended; harmless when nothing is. */
async function thaw(socket: string, mountpoint: string): Promise<void> {
  try {
    const guest = await connect(socket);
    const status = await guest.call('guest-fsfreeze-status').finally(() => {
      guest.close();
    });
    if (status === 'thawed') return;
    const again = await connect(socket);
    await again.call('guest-fsfreeze-thaw').finally(() => {
      again.close();
    });
  } catch {
    // without an agent the kernel is asked directly; it refuses what is not frozen
    spawnSync('fsfreeze', ['--unfreeze', mountpoint], { stdio: 'ignore' });
  }
}
