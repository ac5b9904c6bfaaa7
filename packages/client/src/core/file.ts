import { concatBytes } from '@qga/protocol';
import type { Caller } from './call.js';
import { ProtocolError } from './errors.js';

const MIB = 1024 * 1024;

/** Bytes in one read or write: a compromise between round trips and the time that other commands wait. */
const PIECE = MIB;

/** Bytes that readFile takes unless told otherwise; the guest could feed it for ever. */
const FILE_LIMIT = 256 * MIB;

/**
 * A file in the guest, opened by Guest.openFile. Its handle outlives the connection, even this process: close it on every
 * path out, or the agent keeps it until it ends.
 */
export class GuestFile {
  /** the path, as it was given */
  readonly path: string;
  /** the agent's number for it */
  readonly handle: number;
  readonly #guest: Caller;

  constructor(guest: Caller, path: string, handle: number) {
    this.#guest = guest;
    this.path = path;
    this.handle = handle;
  }

  /**
   * Reads from the current position on.
   * @param count bytes at most, up to 48 MiB
   * @returns the bytes, perhaps fewer; `eof` once the end was met
   * @throws GuestError
   */
  async read(count = PIECE): Promise<{ readonly bytes: Uint8Array; readonly eof: boolean }> {
    const reply = await this.#guest.call('guest-file-read', { handle: this.handle, count });
    const bytes = reply['buf-b64'];
    if (bytes.length !== reply.count || bytes.length > count) {
      const sizes = `${String(bytes.length)} bytes, said to be ${String(reply.count)}, of ${String(count)} wanted`;
      throw new ProtocolError(`reading ${this.path}: ${sizes}`);
    }
    return { bytes, eof: reply.eof };
  }

  /**
   * Writes all bytes at the current position, in as many requests as it takes. The data is in the file for certain only
   * after a successful flush or close.
   * @throws GuestError; part of the data may have been written then
   */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + PIECE);
      const { count } = await this.#guest.call('guest-file-write', { handle: this.handle, 'buf-b64': piece });
      if (count < 1 || count > piece.length) {
        throw new ProtocolError(`writing ${this.path}: ${String(count)} of ${String(piece.length)} bytes taken`);
      }
      at += count;
    }
  }

  /**
   * Moves the position.
   * @param whence from where `offset` counts: the start, the current position, or the end
   * @returns the new position, in bytes from the start
   * @throws GuestError
   */
  async seek(offset: number, whence: 'set' | 'cur' | 'end' = 'set'): Promise<number> {
    const { position } = await this.#guest.call('guest-file-seek', { handle: this.handle, offset, whence });
    return position;
  }

  /** Hands buffered data to the guest's kernel. @throws GuestError */
  async flush(): Promise<void> {
    await this.#guest.call('guest-file-flush', { handle: this.handle });
  }

  /** Writes what is buffered and gives the handle back: the last place where a failed write can show. @throws GuestError */
  async close(): Promise<void> {
    await this.#guest.call('guest-file-close', { handle: this.handle });
  }
}

/** Opens, works, and closes on every path out. A failure of the work is more telling than one of closing after it. */
async function withFile<T>(
  guest: Caller,
  path: string,
  mode: string,
  work: (file: GuestFile) => Promise<T>,
): Promise<T> {
  const file = new GuestFile(guest, path, await guest.call('guest-file-open', { path, mode }));
  let result: T;
  try {
    result = await work(file);
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
  return result;
}

/** See Guest.readFile. */
export function readFile(guest: Caller, path: string, limit = FILE_LIMIT): Promise<Uint8Array> {
  return withFile(guest, path, 'r', async (file) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { bytes, eof } = await file.read();
      size += bytes.length;
      if (size > limit) throw new RangeError(`${path} is larger than ${String(limit)} bytes`);
      if (bytes.length === 0 && !eof) throw new ProtocolError(`reading ${path}: neither bytes nor the end`);
      pieces.push(bytes);
      if (eof) return concatBytes(pieces);
    }
  });
}

/** See Guest.writeFile. */
export function writeFile(guest: Caller, path: string, bytes: Uint8Array): Promise<void> {
  return withFile(guest, path, 'w', (file) => file.write(bytes));
}
