import { concatBytes } from '@qga/protocol';
import { O_CLOEXEC, O_RDONLY } from '../linux/constants.js';
import type { Platform } from '../platform.js';

const PIECE = 65_536;

/**
 * Reads a small file whole: configuration, state, kernel tables.
 * @param limit bytes; what is beyond is not read
 * @returns its text; bytes that are not UTF-8 are read as Latin-1
 * @throws SystemError
 */
export async function readTextFile(platform: Pick<Platform, 'files' | 'kernels'>, path: string, limit = 16 * 1024 * 1024): Promise<string> {
  const { files, kernels } = platform;
  const file = await files.open(path, O_RDONLY | O_CLOEXEC);
  try {
    const pieces: Uint8Array[] = [];
    for (let size = 0; size < limit;) {
      const piece = new Uint8Array(PIECE);
      const count = await files.read(file, piece);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      size += count;
    }
    const bytes = concatBytes(pieces);
    return kernels.decodeUtf8(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  } finally {
    await files.close(file);
  }
}
