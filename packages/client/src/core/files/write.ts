import { GuestError, TransferError } from '../errors.js';
import { refuseIfCancelled } from '../signal.js';
import { GuestFile } from './file.js';
import { closeSurely, DEPTH, lostHandle, PieceSize, Recovery, type FileHost, type MoveOptions } from './pieces.js';
import { slices, type Source } from './slices.js';

export type { Source } from './slices.js';

/** How to write a file. */
export interface WriteOptions extends MoveOptions {
  /** bytes of the file to keep, after which to go on writing; default 0: the file is made or emptied */
  readonly from?: number;
  /** hears how many bytes the agent has taken, those kept included */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Bytes on their way, kept until the agent has taken them. */
interface OnTheWay {
  bytes: Uint8Array;
  taken: Promise<number>;
}

/** Only part of a piece was written: those behind it went to the wrong place and are to be written again. */
class ShortWriteError extends GuestError {}

/** A file that is written from start to end, with writes on their way ahead of their answers. */
class WriteBehind {
  readonly #host: FileHost;
  readonly #path: string;
  readonly #options: WriteOptions;
  readonly #recovery: Recovery;
  readonly #queue: OnTheWay[] = [];
  readonly size: PieceSize;
  #file: GuestFile | undefined;
  #at: number;

  constructor(host: FileHost, path: string, options: WriteOptions) {
    this.#host = host;
    this.#path = path;
    this.#options = options;
    this.#at = options.from ?? 0;
    this.size = new PieceSize(host.environment.clock, host.target.requestLimit, options.piece);
    this.#recovery = new Recovery(host, options);
  }

  /** bytes that the agent has taken */
  get at(): number {
    return this.#at;
  }

  async open(): Promise<void> {
    this.#file = await this.#openAs(this.#at === 0 ? 'w' : 'r+');
  }

  /** Sends a piece; waits while enough are on their way. */
  async push(bytes: Uint8Array): Promise<void> {
    const { depth = DEPTH } = this.#options;
    while (this.#queue.length >= depth) await this.#settleFirst();
    this.#queue.push({ bytes, taken: this.#send(bytes) });
  }

  /** Waits for all that is on its way, and for the file to be closed. */
  async finish(): Promise<void> {
    while (this.#queue.length > 0) await this.#settleFirst();
    if (this.#file !== undefined) await closeSurely(this.#host, this.#file, this.#options);
  }

  async abandon(): Promise<void> {
    await this.#file?.close();
  }

  #send(bytes: Uint8Array): Promise<number> {
    const { depth = DEPTH, signal } = this.#options;
    const file = this.#file;
    const taken =
      file === undefined ? Promise.reject(new Error('not open')) : file.writePiece(bytes, { depth, signal });
    // whether it failed is asked when its turn comes, perhaps never
    taken.catch(() => undefined);
    return taken;
  }

  async #settleFirst(): Promise<void> {
    refuseIfCancelled(this.#options.signal);
    const [first] = this.#queue;
    if (first === undefined) return;
    try {
      const count = await first.taken;
      this.#at += count;
      this.size.passed();
      if (count < first.bytes.length) {
        first.bytes = first.bytes.subarray(count);
        throw new ShortWriteError();
      }
      this.#queue.shift();
      this.#options.onProgress?.(this.#at);
    } catch (error) {
      if (error instanceof ShortWriteError) await this.#reposition();
      else await this.#recovery.run(error, this.#at, () => this.#reposition());
      for (const piece of this.#queue) piece.taken = this.#send(piece.bytes);
    }
  }

  /** Back to the end of what is taken for certain; what was on its way is written again, over itself. */
  async #reposition(): Promise<void> {
    try {
      await this.#file?.seek(this.#at);
    } catch (error) {
      if (!lostHandle(error)) throw error;
      this.#file = await this.#openAs('r+');
    }
  }

  async #openAs(mode: string): Promise<GuestFile> {
    const { signal } = this.#options;
    const handle = await this.#host.call('guest-file-open', { path: this.#path, mode }, { signal });
    const file = new GuestFile(this.#host, this.#path, handle);
    if (this.#at === 0) return file;
    const size = await file.seek(0, 'end');
    if (size < this.#at) {
      await file.close();
      throw new TransferError('changed', `${this.#path} lost bytes that were written: ${size} of ${this.#at} are left`);
    }
    await file.seek(this.#at);
    return file;
  }
}

/**
 * See Guest.write.
 * @returns how long the file is now, those kept included
 */
export async function writePieces(
  host: FileHost,
  path: string,
  source: Source,
  options: WriteOptions,
): Promise<number> {
  const writing = new WriteBehind(host, path, options);
  await writing.open();
  try {
    for await (const bytes of slices(source, () => writing.size.bytes)) await writing.push(bytes);
    await writing.finish();
  } catch (error) {
    await writing.abandon().catch(() => undefined);
    throw error;
  }
  return writing.at;
}

/** See Guest.writeFile. */
export async function writeFile(host: FileHost, path: string, bytes: Uint8Array, options: WriteOptions): Promise<void> {
  await writePieces(host, path, [bytes], options);
}
