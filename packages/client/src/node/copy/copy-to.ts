import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import type { Stats } from 'node:fs';
import { TransferError } from '../../core/errors.js';
import type { Guest } from '../../core/guest.js';
import { addPrefix, newSum, readLocal, type Sum } from './local.js';
import type { CopyOptions, CopyResult } from './options.js';
import { toolsOf, type GuestTools } from './tools.js';
import { copyTreeTo } from './tree.js';

/** See NodeGuest.copyTo. */
export async function copyTo(guest: Guest, from: string, to: string, options: CopyOptions): Promise<CopyResult> {
  const start = performance.now();
  const source = await stat(from);
  const tools = await toolsOf(guest);
  if (source.isDirectory()) return copyTreeTo(guest, tools, from, to, options);
  const path = to.endsWith('/') ? to + basename(from) : to;
  const done =
    tools === undefined
      ? await writeInPlace(guest, from, source, path, options)
      : await writeAside(guest, tools, from, source, path, options);
  const { size, mtimeMs } = await stat(from);
  if (size !== source.size || mtimeMs !== source.mtimeMs) {
    throw new TransferError('changed', `${from} changed while it was copied; the copy has something in between`);
  }
  return { ...done, milliseconds: performance.now() - start };
}

type Done = Omit<CopyResult, 'milliseconds'>;

/** Without programs in the guest there is no renaming: the file itself is written. */
async function writeInPlace(
  guest: Guest,
  from: string,
  source: Stats,
  to: string,
  options: CopyOptions,
): Promise<Done> {
  const sum = newSum();
  const bytes = await send(guest, from, source, to, 0, sum, options);
  const verified = options.verify === true;
  if (verified) await compareByReading(guest, to, sum.digest('hex'), options);
  return { bytes, resumedAt: 0, verified, atomic: false };
}

/** Writes beside the file, compares, and puts the new one in the place of the old one. */
async function writeAside(
  guest: Guest,
  tools: GuestTools,
  from: string,
  source: Stats,
  to: string,
  options: CopyOptions,
): Promise<Done> {
  const { resume = false, verify, mode = source.mode & 0o7777, keepOwner = false } = options;
  const path = await tools.resolve(to);
  if ((await tools.stat(path))?.folder === true) throw new TransferError('target', `${to} is a folder in the guest`);
  const temporary = temporaryName(path, resume);
  await tools.place(temporary, resume);
  const sum = newSum();
  try {
    const resumedAt = resume ? await commonPrefix(tools, from, source.size, temporary, sum) : 0;
    const bytes = await send(guest, from, source, temporary, resumedAt, sum, options);
    const verified = verify !== false && (await compare(guest, tools, temporary, sum.digest('hex'), options));
    await tools.replace(temporary, path, mode, keepOwner ? `${source.uid}:${source.gid}` : '');
    return { bytes, resumedAt, verified, atomic: true };
  } catch (error) {
    const worthless = error instanceof TransferError && error.reason === 'mismatch';
    if (!resume || worthless) await tools.remove(temporary).catch(() => undefined);
    throw error;
  }
}

/** In the same folder, so that renaming is all that is left to do. The name can be found again when it is to be resumed. */
export function temporaryName(path: string, resume: boolean): string {
  const { dir, base } = posix.parse(path);
  return posix.join(dir, `.${base}.qga-part${resume ? '' : `-${randomBytes(6).toString('hex')}`}`);
}

/** @returns how many bytes of the source are there already, once they have been fed to the sum; 0 when they differ */
async function commonPrefix(
  tools: GuestTools,
  from: string,
  size: number,
  temporary: string,
  sum: Sum,
): Promise<number> {
  const there = (await tools.stat(temporary))?.size ?? 0;
  if (there === 0 || there > size) return 0;
  const trial = newSum();
  await addPrefix(trial, from, there);
  if ((await tools.sum(temporary)) !== trial.digest('hex')) return 0;
  await addPrefix(sum, from, there);
  return there;
}

async function send(
  guest: Guest,
  from: string,
  source: Stats,
  path: string,
  at: number,
  sum: Sum,
  options: CopyOptions,
): Promise<number> {
  const { onProgress, ...move } = options;
  return guest.write(path, readLocal(from, at, sum), {
    ...move,
    from: at,
    onProgress: onProgress && ((bytes) => onProgress({ bytes, total: source.size })),
  });
}

/** @returns whether they could be compared @throws TransferError when they differ */
async function compare(
  guest: Guest,
  tools: GuestTools,
  path: string,
  sum: string,
  options: CopyOptions,
): Promise<boolean> {
  const there = await tools.sum(path);
  if (there === undefined && options.verify !== true) return false;
  if (there === undefined) await compareByReading(guest, path, sum, options);
  else if (there !== sum) throw mismatch(path);
  return true;
}

async function compareByReading(guest: Guest, path: string, sum: string, options: CopyOptions): Promise<void> {
  const { signal, piece, depth, retry } = options;
  const back = newSum();
  const move = { signal, ...(piece && { piece }), ...(depth && { depth }), ...(retry !== undefined && { retry }) };
  for await (const bytes of guest.read(path, move)) back.update(bytes);
  if (back.digest('hex') !== sum) throw mismatch(path);
}

function mismatch(path: string): TransferError {
  return new TransferError('mismatch', `${path} in the guest is not what was sent`);
}
