import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { Guest } from '../core/guest.js';
import type { ReadOptions } from '../core/files/read.js';
import type { WriteOptions } from '../core/files/write.js';
import type { CopyOptions, CopyResult } from './copy/options.js';
import { writableTo } from './streams.js';

/** A guest, with what needs files and streams of Node's. */
export class NodeGuest extends Guest {
  /** Reads a file of the guest as a stream. Destroying it closes the file in the guest. */
  createReadStream(path: string, options: ReadOptions = {}): Readable {
    return Readable.from(this.read(path, options), { objectMode: false });
  }

  /** Writes a file of the guest as a stream, in place; 'finish' comes when the agent has closed the file. */
  createWriteStream(path: string, options: WriteOptions = {}): Writable {
    return writableTo((source) => this.write(path, source, options));
  }

  /**
   * Copies a file, or a folder with all that is in it, to the guest.
   * @param from on this machine
   * @param to in the guest: the file itself, or for a folder the folder that gets the contents
   * @throws GuestError; TransferError; what the file system throws
   */
  async copyTo(from: string, to: string, options: CopyOptions = {}): Promise<CopyResult> {
    const { copyTo } = await import('./copy/copy-to.js');
    return copyTo(this, from, to, options);
  }

  /**
   * Copies a file, or a folder with all that is in it, from the guest.
   * @param from in the guest
   * @param to on this machine: the file itself, or for a folder the folder that gets the contents
   * @throws GuestError; TransferError; what the file system throws
   */
  async copyFrom(from: string, to: string, options: CopyOptions = {}): Promise<CopyResult> {
    const { copyFrom } = await import('./copy/copy-from.js');
    return copyFrom(this, from, to, options);
  }
}
