import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join, parse, posix } from 'node:path';
import { TransferError } from '../../core/errors.js';
import type { Guest } from '../../core/guest.js';
import { addPrefix, newSum, type Sum } from './local.js';
import type { CopyOptions, CopyResult } from './options.js';
import { toolsOf, type GuestStat, type GuestTools } from './tools.js';
import { copyTreeFrom } from './tree.js';

/** See NodeGuest.copyFrom. */
export async function copyFrom(guest: Guest, from: string, to: string, options: CopyOptions): Promise<CopyResult> {
  const start = performance.now();
  const tools = await toolsOf(guest);
  const source = await tools?.stat(from);
  if (source?.folder === true) return copyTreeFrom(guest, tools, from, to, options);
  const path = to.endsWith('/') ? to + posix.basename(from) : to;
  const old = await stat(path).catch(() => undefined);
  if (old?.isDirectory() === true) throw new TransferError('target', `${to} is a folder`);
  const done = await fetchAside(guest, tools, from, source, path, options);
  return { ...done, milliseconds: performance.now() - start };
}

async function fetchAside(
  guest: Guest,
  tools: GuestTools | undefined,
  from: string,
  source: GuestStat | undefined,
  to: string,
  options: CopyOptions,
): Promise<Omit<CopyResult, 'milliseconds'>> {
  const { resume = false } = options;
  const temporary = temporaryName(to, resume);
  const file = await openTemporary(temporary, resume);
  const sum = newSum();
  let keep = resume;
  try {
    const resumedAt = resume && tools !== undefined ? await commonPrefix(tools, from, temporary, sum) : 0;
    await file.truncate(resumedAt);
    const total = source?.size ?? (await sizeByHandle(guest, from));
    const bytes = await receive(guest, from, file, resumedAt, total, sum, options);
    const verified = await verify(guest, tools, from, source, sum.digest('hex'), options).catch((error: unknown) => {
      keep = false;
      throw error;
    });
    await dress(file, to, source, options);
    await file.close();
    await rename(temporary, to);
    return { bytes, resumedAt, verified, atomic: true };
  } catch (error) {
    await file.close().catch(() => undefined);
    if (!keep) await rm(temporary, { force: true });
    throw error;
  }
}

function temporaryName(path: string, resume: boolean): string {
  const { dir, base } = parse(path);
  return join(dir, `.${base}.qga-part${resume ? '' : `-${randomBytes(6).toString('hex')}`}`);
}

const PRIVATE = 0o600;

function openTemporary(path: string, resume: boolean): Promise<FileHandle> {
  if (!resume) return open(path, 'wx', PRIVATE);
  return open(path, 'r+').catch(() => open(path, 'wx', PRIVATE));
}

async function commonPrefix(tools: GuestTools, from: string, temporary: string, sum: Sum): Promise<number> {
  const { size } = await stat(temporary);
  if (size === 0) return 0;
  const trial = newSum();
  await addPrefix(trial, temporary, size);
  if ((await tools.sum(from, size)) !== trial.digest('hex')) return 0;
  await addPrefix(sum, temporary, size);
  return size;
}

async function receive(
  guest: Guest,
  from: string,
  file: FileHandle,
  at: number,
  total: number | undefined,
  sum: Sum,
  options: CopyOptions,
): Promise<number> {
  const { onProgress, ...move } = options;
  let bytes = at;
  // the next piece is read and added to the sum while the disk takes this one
  let written: Promise<unknown> = Promise.resolve();
  try {
    for await (const piece of guest.read(from, { ...move, from: at })) {
      sum.update(piece);
      await written;
      written = file.write(piece, 0, piece.length, bytes);
      // whether it failed is asked before the next write, and at the end
      written.catch(() => undefined);
      bytes += piece.length;
      onProgress?.({ bytes, total });
    }
  } finally {
    await written;
  }
  return bytes;
}

/** @returns whether the sums were compared @throws TransferError */
async function verify(
  guest: Guest,
  tools: GuestTools | undefined,
  from: string,
  source: GuestStat | undefined,
  sum: string,
  options: CopyOptions,
): Promise<boolean> {
  // files like those of /proc say that they are empty, and are other ones each time they are read
  if (options.verify === false || (options.verify !== true && (tools === undefined || source?.size === 0)))
    return false;
  let there = await tools?.sum(from);
  if (there === undefined && options.verify !== true) return false;
  if (there === undefined) {
    const again = newSum();
    for await (const bytes of guest.read(from, { signal: options.signal })) again.update(bytes);
    there = again.digest('hex');
  }
  if (there !== sum) throw new TransferError('mismatch', `what arrived is not ${from}, or that changed meanwhile`);
  return true;
}

/** A file that is replaced keeps its mode and owner; a new one gets those of the source. */
async function dress(file: FileHandle, to: string, source: GuestStat | undefined, options: CopyOptions): Promise<void> {
  const old = await stat(to).catch(() => undefined);
  if (old !== undefined) {
    const own = await file.stat();
    if (own.uid !== old.uid || own.gid !== old.gid) await file.chown(old.uid, old.gid);
    await file.chmod(old.mode & 0o7777);
    return;
  }
  if (options.keepOwner === true && source !== undefined) await file.chown(source.uid, source.gid);
  // what a guest calls set-user-id is not to be that here
  await file.chmod(options.mode ?? (source === undefined ? 0o644 : source.mode & 0o777));
}

async function sizeByHandle(guest: Guest, path: string): Promise<number | undefined> {
  const file = await guest.openFile(path);
  try {
    return await file.seek(0, 'end');
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
