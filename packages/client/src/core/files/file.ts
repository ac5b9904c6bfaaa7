import type { Caller, CallOptions } from '../call.js';
import { ProtocolError } from '../errors.js';
import { DEFAULT_PIECE } from './pieces.js';

/** What one read gave. */
export interface ReadPiece {
  readonly bytes: Uint8Array;
  /** the end of the file was met */
  readonly eof: boolean;
}

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
  async read(count = DEFAULT_PIECE, options: CallOptions = {}): Promise<ReadPiece> {
    const reply = await this.#guest.call('guest-file-read', { handle: this.handle, count }, options);
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
  async write(bytes: Uint8Array, options: CallOptions = {}): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.writePiece(bytes.subarray(at, at + DEFAULT_PIECE), options);
    }
  }

  /**
   * Writes with one request.
   * @returns how many bytes the agent took, at least one
   * @throws GuestError
   */
  async writePiece(piece: Uint8Array, options: CallOptions = {}): Promise<number> {
    const { count } = await this.#guest.call('guest-file-write', { handle: this.handle, 'buf-b64': piece }, options);
    if (count < 1 || count > piece.length) {
      throw new ProtocolError(`writing ${this.path}: ${String(count)} of ${String(piece.length)} bytes taken`);
    }
    return count;
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
