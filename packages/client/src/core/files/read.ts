import { concatBytes } from '@qga/protocol';
import { ProtocolError } from '../errors.js';
import { refuseIfCancelled } from '../signal.js';
import { GuestFile, type ReadPiece } from './file.js';
import { closeSurely, DEPTH, lostHandle, PieceSize, Recovery, type FileHost, type MoveOptions } from './pieces.js';

/** How to read a file. */
export interface ReadOptions extends MoveOptions {
  /** bytes to skip at the start; default 0 */
  readonly from?: number;
}

/** Bytes that readFile takes unless told otherwise; the guest could feed it for ever. */
const FILE_LIMIT = 256 * 1024 * 1024;

/** A file that is read from start to end, with reads on their way ahead of what is taken. */
class ReadAhead {
  readonly #host: FileHost;
  readonly #path: string;
  readonly #options: ReadOptions;
  readonly #size: PieceSize;
  readonly #recovery: Recovery;
  readonly #queue: Promise<ReadPiece>[] = [];
  #file: GuestFile | undefined;
  #at: number;

  constructor(host: FileHost, path: string, options: ReadOptions) {
    this.#host = host;
    this.#path = path;
    this.#options = options;
    this.#at = options.from ?? 0;
    this.#size = new PieceSize(host.environment.clock, host.target.replyLimit, options.piece);
    this.#recovery = new Recovery(host, options);
  }

  /** @returns the next piece, when need be over a new connection */
  async next(): Promise<ReadPiece> {
    for (;;) {
      refuseIfCancelled(this.#options.signal);
      try {
        return await this.#nextOfThis();
      } catch (error) {
        this.#queue.length = 0;
        await this.#recovery.run(error, this.#at, () => this.#reposition());
      }
    }
  }

  async close(): Promise<void> {
    if (this.#file !== undefined) await closeSurely(this.#host, this.#file, this.#options);
  }

  async #nextOfThis(): Promise<ReadPiece> {
    this.#file ??= await this.#open();
    const { depth = DEPTH, signal } = this.#options;
    while (this.#queue.length < depth) {
      const read = this.#file.read(this.#size.bytes, { depth, signal });
      // whether it failed is asked when its turn comes, perhaps never
      read.catch(() => undefined);
      this.#queue.push(read);
    }
    const piece = await (this.#queue.shift() ?? Promise.reject(new RangeError('depth must be at least 1')));
    if (piece.bytes.length === 0 && !piece.eof) {
      throw new ProtocolError(`reading ${this.#path}: neither bytes nor the end`);
    }
    this.#size.passed();
    this.#at += piece.bytes.length;
    return piece;
  }

  async #open(): Promise<GuestFile> {
    const { signal } = this.#options;
    const handle = await this.#host.call('guest-file-open', { path: this.#path, mode: 'r' }, { signal });
    const file = new GuestFile(this.#host, this.#path, handle);
    if (this.#at > 0) await file.seek(this.#at);
    return file;
  }

  async #reposition(): Promise<void> {
    try {
      await this.#file?.seek(this.#at);
    } catch (error) {
      if (!lostHandle(error)) throw error;
      this.#file = undefined;
    }
  }
}

/** See Guest.read. */
export async function* readPieces(
  host: FileHost,
  path: string,
  options: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reading = new ReadAhead(host, path, options);
  let clean = false;
  try {
    for (;;) {
      const { bytes, eof } = await reading.next();
      if (bytes.length > 0) yield bytes;
      if (eof) break;
    }
    clean = true;
  } finally {
    // a failure to close a file that was only read is worth an error only when nothing else is wrong
    await reading.close().catch((error: unknown) => {
      if (clean) throw error;
    });
  }
}

/** See Guest.readFile. */
export async function readFile(
  host: FileHost,
  path: string,
  options: ReadOptions & { readonly limit?: number },
): Promise<Uint8Array> {
  const { limit = FILE_LIMIT, ...rest } = options;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of readPieces(host, path, rest)) {
    size += bytes.length;
    if (size > limit) throw new RangeError(`${path} is larger than ${String(limit)} bytes`);
    pieces.push(bytes);
  }
  return concatBytes(pieces);
}
