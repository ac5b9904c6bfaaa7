import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { TransferError } from '../../core/errors.js';
import type { Guest } from '../../core/guest.js';
import { newSum, type Sum } from './local.js';
import type { CopyOptions, CopyResult } from './options.js';
import type { GuestTools } from './tools.js';

/*
 * A folder goes through an archive of tar's in a file in the guest, since guest-exec has no stream to a program. The guest needs
 * room for it under /var/tmp for the time being.
 */

/** GNU tar's exit code when files changed under it; the archive is sound. */
const CHANGED = 1;

const PACK = 'umask 077; tar -C "$1" -cf "$2" . ; e=$?; [ "$e" -le 1 ] || { rm -f -- "$2"; exit "$e"; }';
const UNPACK = 'mkdir -p -- "$1" && tar -C "$1" -xpf "$2" $3';

const archiveName = (): string => `/var/tmp/qga-${randomBytes(9).toString('hex')}.tar`;

/** Copies what is in a local folder into a folder of the guest, which is made if need be. What is there besides stays. */
export async function copyTreeTo(
  guest: Guest,
  tools: GuestTools | undefined,
  from: string,
  to: string,
  options: CopyOptions,
): Promise<CopyResult> {
  const start = performance.now();
  const able = required(tools);
  const { onProgress, keepOwner = false, verify, ...move } = options;
  const archive = archiveName();
  const sum = newSum();
  await able.place(archive, false);
  try {
    const bytes = await guest.write(archive, packed(from, sum), {
      ...move,
      onProgress: onProgress && ((done) => onProgress({ bytes: done, total: undefined })),
    });
    const verified = verify !== false && (await sameSum(able, archive, sum));
    const owner = keepOwner ? '--numeric-owner' : '-o';
    await able.must(`cannot unpack into ${to}`, UNPACK, to, archive, owner);
    return { bytes, resumedAt: 0, verified, atomic: false, milliseconds: performance.now() - start };
  } finally {
    await able.remove(archive).catch(() => undefined);
  }
}

/** Copies what is in a folder of the guest into a local one, which is made if need be. What is there besides stays. */
export async function copyTreeFrom(
  guest: Guest,
  tools: GuestTools | undefined,
  from: string,
  to: string,
  options: CopyOptions,
): Promise<CopyResult> {
  const start = performance.now();
  const able = required(tools);
  const { onProgress, keepOwner = false, verify, ...move } = options;
  const archive = archiveName();
  const sum = newSum();
  let bytes = 0;
  await mkdir(to, { recursive: true });
  try {
    await able.must(`cannot pack ${from}`, PACK, from, archive);
    const total = (await able.stat(archive))?.size;
    const args = ['-C', to, '-xf', '-', keepOwner ? '--numeric-owner' : '--no-same-owner', '--no-same-permissions'];
    const tar = new Tar(args, 'pipe');
    try {
      for await (const piece of guest.read(archive, move)) {
        sum.update(piece);
        bytes += piece.length;
        await tar.write(piece);
        onProgress?.({ bytes, total });
      }
      await tar.finish();
    } finally {
      tar.kill();
    }
    const verified = verify !== false && (await sameSum(able, archive, sum));
    return { bytes, resumedAt: 0, verified, atomic: false, milliseconds: performance.now() - start };
  } finally {
    await able.remove(archive).catch(() => undefined);
  }
}

function required(tools: GuestTools | undefined): GuestTools {
  if (tools !== undefined) return tools;
  throw new TransferError('tool', "a folder needs guest-exec, which the guest's agent does not allow");
}

async function sameSum(tools: GuestTools, archive: string, sum: Sum): Promise<boolean> {
  const there = await tools.sum(archive);
  if (there === undefined) return false;
  if (there !== sum.digest('hex'))
    throw new TransferError('mismatch', 'the archive that arrived is not the one that was sent');
  return true;
}

async function* packed(folder: string, sum: Sum): AsyncGenerator<Uint8Array, void, undefined> {
  const tar = new Tar(['-C', folder, '-cf', '-', '.'], 'ignore');
  try {
    for await (const chunk of tar.output) {
      const bytes = chunk as Uint8Array;
      sum.update(bytes);
      yield bytes;
    }
    await tar.finish();
  } finally {
    tar.kill();
  }
}

/** A tar on this machine. */
class Tar {
  readonly #input: Writable | null;
  readonly output: Readable;
  readonly #ended: Promise<void>;
  /** Ends it, if it has not ended by itself. */
  readonly kill: () => void;

  constructor(args: readonly string[], input: 'pipe' | 'ignore') {
    const child = spawn('tar', args, { stdio: [input, 'pipe', 'pipe'] });
    this.kill = () => void child.kill();
    let complaints = '';
    (child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-500);
    });
    this.#input = child.stdin;
    this.output = child.stdout as Readable;
    this.#input?.on('error', () => undefined);
    this.#ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        if (code !== null && code <= CHANGED) resolve();
        else reject(new TransferError('tool', `tar failed: ${complaints.trim() || String(signal ?? code)}`));
      });
    });
    this.#ended.catch(() => undefined);
  }

  /** @throws TransferError when tar has ended */
  async write(bytes: Uint8Array): Promise<void> {
    const input = this.#input;
    if (input === null || input.write(bytes)) return;
    await Promise.race([new Promise((resolve) => input.once('drain', resolve)), this.#ended]);
  }

  async finish(): Promise<void> {
    this.#input?.end();
    await this.#ended;
  }
}
