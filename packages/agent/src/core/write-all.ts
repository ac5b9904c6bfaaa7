import type { FileDescriptor, Files } from '../platform.js';

/**
 * Writes bytes to a file, all of them: write(2) may take fewer at a time.
 * @throws SystemError; part of them may be written by then
 */
export async function writeAll(files: Pick<Files, 'write'>, file: FileDescriptor, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await files.write(file, bytes.subarray(at));
}
