import { concatBytes } from '@qga/protocol';
import { CommandError } from '../errors.js';
import { GuestFile } from '../files/file.js';
import { payload, type FileHost } from '../files/pieces.js';

/** Bytes in one read: what a program writes in a moment is mostly far less. */
const PIECE = 256 * 1024;

/** A stream of a program, read from the file that the program writes to. */
export class OutputFile {
  readonly #host: FileHost;
  readonly #path: string;
  readonly #limit: number;
  readonly #listener: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  readonly #pieces: Uint8Array[] = [];
  #file: GuestFile | undefined;
  #kept = 0;
  #truncated = false;

  /** @param limit bytes that are kept when nobody listens */
  constructor(
    host: FileHost,
    path: string,
    limit: number,
    listener: ((bytes: Uint8Array) => void | Promise<void>) | undefined,
  ) {
    this.#host = host;
    this.#path = path;
    this.#limit = limit;
    this.#listener = listener;
  }

  get bytes(): Uint8Array {
    return concatBytes(this.#pieces);
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** Whether it was ever there. */
  get opened(): boolean {
    return this.#file !== undefined;
  }

  /** Reads all that was written since the last time. @throws GuestError */
  async readNew(): Promise<void> {
    if (!(await this.#open())) return;
    const count = Math.min(PIECE, payload(this.#host.target.replyLimit ?? Infinity));
    while (this.#file !== undefined && !this.#truncated) {
      const { bytes, eof } = await this.#file.read(count);
      if (bytes.length > 0) await this.#take(bytes);
      if (eof || bytes.length === 0) return;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #take(bytes: Uint8Array): Promise<void> {
    if (this.#listener !== undefined) {
      await this.#listener(bytes);
      return;
    }
    const fits = bytes.subarray(0, this.#limit - this.#kept);
    this.#truncated = fits.length < bytes.length;
    if (fits.length > 0) this.#pieces.push(fits);
    this.#kept += fits.length;
  }

  /** The file is made a moment after the start of the wrapper. */
  async #open(): Promise<boolean> {
    if (this.#file !== undefined) return true;
    try {
      const handle = await this.#host.call('guest-file-open', { path: this.#path, mode: 'r' });
      this.#file = new GuestFile(this.#host, this.#path, handle);
      return true;
    } catch (error) {
      if (!(error instanceof CommandError) || error.reason !== 'failed') throw error;
      return false;
    }
  }
}
