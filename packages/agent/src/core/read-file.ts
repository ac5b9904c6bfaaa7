import { concatBytes } from '@qga/protocol';
import { O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import type { FileDescriptor, Files, Platform } from '../platform.js';

/** Most of the kernel's files have a few bytes, some many; there is no asking how many before. */
const FIRST_PIECE = 1024;
const LARGEST_PIECE = 65_536;

/** What is longer is not read in one go. */
const SMALL = 8192;

const LIMIT = 16 * 1024 * 1024;

/**
 * Reads a small file whole: configuration, state, kernel tables.
 * @param limit bytes; what is beyond is not read
 * @returns its text; bytes that are not UTF-8 are read as Latin-1
 * @throws SystemError
 */
export async function readTextFile(
  platform: Pick<Platform, 'files' | 'kernels'>,
  path: string,
  limit = LIMIT,
): Promise<string> {
  const bytes = await readFile(platform, path, limit);
  return platform.kernels.decodeUtf8(bytes) ?? latin1(bytes);
}

/** Reads a small file whole, as bytes. @throws SystemError */
export async function readFile({ files }: Pick<Platform, 'files'>, path: string, limit = LIMIT): Promise<Uint8Array> {
  if (files.readSmall !== undefined) {
    const room = new Uint8Array(Math.min(SMALL, limit));
    const count = await files.readSmall(path, room);
    if (count < room.length) return room.subarray(0, count);
  }
  const file = await files.open(path, O_RDONLY | O_CLOEXEC);
  try {
    return await readOpenFile(files, file, limit);
  } finally {
    await files.close(file);
  }
}

/** Reads an open file from its position to its end. @throws SystemError */
export async function readOpenFile(files: Files, file: FileDescriptor, limit = LIMIT): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let room = new Uint8Array(FIRST_PIECE);
  let used = 0;
  for (let size = 0; size < limit;) {
    if (used === room.length) {
      pieces.push(room);
      room = new Uint8Array(Math.min(room.length * 4, LARGEST_PIECE));
      used = 0;
    }
    const count = await files.read(file, room.subarray(used));
    if (count === 0) break;
    used += count;
    size += count;
  }
  pieces.push(room.subarray(0, used));
  return pieces.length === 1 ? room.subarray(0, used) : concatBytes(pieces);
}

/** A text in which each character is one byte. */
export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
