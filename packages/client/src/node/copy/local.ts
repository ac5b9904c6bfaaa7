import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Bytes that are read of a local file at a time. */
const CHUNK = 1024 * 1024;

/** A sum that may have begun with what an earlier attempt brought. */
export type Sum = Hash;

export const newSum = (): Sum => createHash('sha256');

/** Feeds the first bytes of a local file to a sum. */
export async function addPrefix(sum: Sum, path: string, length: number): Promise<void> {
  if (length === 0) return;
  for await (const chunk of createReadStream(path, { end: length - 1, highWaterMark: CHUNK })) {
    sum.update(chunk as Uint8Array);
  }
}

/** Reads a local file from an offset on, and feeds what it reads to a sum. */
export async function* readLocal(path: string, from: number, sum: Sum): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of createReadStream(path, { start: from, highWaterMark: CHUNK })) {
    const bytes = chunk as Uint8Array;
    sum.update(bytes);
    yield bytes;
  }
}
