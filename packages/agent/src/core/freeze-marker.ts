import type { Platform } from '../platform.js';
import { EEXIST, ENOENT, O_CLOEXEC, O_CREAT, O_EXCL, O_NONBLOCK, O_RDONLY, O_WRONLY } from '../linux/constants.js';
import { keyFileString, KeyFileError, parseKeyFile, toKeyFileValue } from './key-file.js';
import { readOpenFile } from './read-file.js';
import { isErrno } from './system-error.js';
import { writeAll } from './write-all.js';
import { encodeModifiedUtf8 } from '@qga/protocol';

/** What a freeze leaves for the agent's next process. */
export interface FreezeNote {
  /** which boot of the guest it belongs to */
  readonly boot: string;
  /** when it began, on the monotonic clock of that boot, in milliseconds */
  readonly began: number;
  /** after how many seconds the agent thaws by itself; 0: never */
  readonly lease: number;
  /** what was to be frozen */
  readonly mountpoints: readonly string[];
}

/** A note is read whole, and none is longer; it may be anybody's who could write there. */
const LONGEST_NOTE = 65_536;
const MOST_MOUNTPOINTS = 100;
const LONGEST_LEASE = 31_536_000;

/** A note as text: a key file. */
export function formatNote({ boot, began, lease, mountpoints }: FreezeNote): string {
  const head = `[freeze]\nboot=${boot}\nbegan=${String(Math.floor(began))}\nlease=${String(lease)}\n`;
  const lines = mountpoints
    .slice(0, MOST_MOUNTPOINTS)
    .map((path, at) => `mount${String(at)}=${toKeyFileValue(path)}\n`);
  let text = head;
  for (const line of lines) if (text.length + line.length * 3 < LONGEST_NOTE) text += line;
  return text;
}

/** Reads a note. @returns undefined when it is none, as the empty one of QEMU's agent */
export function parseNote(text: string): FreezeNote | undefined {
  let keys;
  try {
    keys = parseKeyFile(text).get('freeze');
  } catch (error) {
    if (error instanceof KeyFileError) return undefined;
    throw error;
  }
  const boot = keys?.get('boot') ?? '';
  const [began, lease] = [Number(keys?.get('began')), Number(keys?.get('lease'))];
  if (keys === undefined || !/^[0-9a-f-]{36}$/.test(boot)) return undefined;
  if (!Number.isSafeInteger(began) || began < 0) return undefined;
  if (!Number.isSafeInteger(lease) || lease < 0 || lease > LONGEST_LEASE) return undefined;
  const mountpoints: string[] = [];
  for (let at = 0; at < MOST_MOUNTPOINTS; at++) {
    const path = keys.get(`mount${String(at)}`);
    if (path === undefined) break;
    mountpoints.push(keyFileString(path));
  }
  return { boot, began, lease, mountpoints };
}

/**
 * Reads a small file that others may have put there: no link is followed, no pipe waited for.
 * @returns its text; '' for what is there and cannot be read; undefined when nothing is there
 */
export async function readMarker({ files, kernels }: Platform, path: string): Promise<string | undefined> {
  try {
    const file = await files.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | files.flags.noFollow);
    try {
      return kernels.decodeUtf8(await readOpenFile(files, file, LONGEST_NOTE)) ?? '';
    } finally {
      await files.close(file);
    }
  } catch (error) {
    if (!isErrno(error)) throw error;
    // what cannot be looked at may well be there, and believing in a freeze harms nobody
    return error.errno === ENOENT ? undefined : '';
  }
}

/** Puts a small file in place, whole or not at all; a link in its way is replaced, not followed. @throws SystemError */
export async function writeMarker({ files }: Platform, path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const create = (): Promise<number> =>
    files.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | files.flags.noFollow, 0o600);
  let file: number;
  try {
    file = await create();
  } catch (error) {
    if (!isErrno(error, EEXIST)) throw error;
    await files.unlink(temporary);
    file = await create();
  }
  try {
    await writeAll(files, file, encodeModifiedUtf8(text));
  } finally {
    await files.close(file);
  }
  await files.rename(temporary, path);
}

/** Removes a file. @throws SystemError, but not when it is gone already */
export async function removeMarker({ files }: Platform, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (!isErrno(error, ENOENT)) throw error;
  }
}
