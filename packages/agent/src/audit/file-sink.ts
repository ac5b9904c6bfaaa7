import { concatBytes, encodeModifiedUtf8 } from '@qga/protocol';
import { isErrno, SystemError } from '../core/system-error.js';
import { writeAll } from '../core/write-all.js';
import { EINVAL, O_APPEND, O_CLOEXEC, O_CREAT, O_NONBLOCK, O_WRONLY, S_IFMT, S_IFREG } from '../linux/constants.js';
import type { FileDescriptor, Files } from '../platform.js';
import type { AuditSink } from './sink.js';

/** How large the file may become, and how many older ones are kept beside it. */
export interface Rotation {
  /** bytes; 0: it is never rotated */
  readonly size: number;
  readonly keep: number;
}

/** A file of JSON lines, `PATH`; when it is full it becomes `PATH.1`, that one `PATH.2`, and so on. */
export class FileSink implements AuditSink {
  readonly #files: Files;
  readonly #path: string;
  readonly #rotation: Rotation;
  #file: FileDescriptor | undefined;
  #size = 0;

  constructor(files: Files, path: string, rotation: Rotation) {
    this.#files = files;
    this.#path = path;
    this.#rotation = rotation;
  }

  async write(lines: readonly string[]): Promise<void> {
    // opened first: what an earlier run left counts
    await this.#opened();
    let waiting: Uint8Array[] = [];
    let length = 0;
    for (const line of lines) {
      const bytes = encodeModifiedUtf8(`${line}\n`);
      if (this.#isFull(length, bytes.length)) {
        await this.#append(waiting);
        await this.#rotate();
        waiting = [];
        length = 0;
      }
      waiting.push(bytes);
      length += bytes.length;
    }
    await this.#append(waiting);
  }

  /** What fits the file goes in one write: each is a job of its own for the host. */
  async #append(waiting: readonly Uint8Array[]): Promise<void> {
    const bytes = concatBytes(waiting);
    await writeAll(this.#files, await this.#opened(), bytes);
    this.#size += bytes.length;
  }

  #isFull(waiting: number, more: number): boolean {
    const { size } = this.#rotation;
    const there = this.#size + waiting;
    return size > 0 && there > 0 && there + more > size;
  }

  async #opened(): Promise<FileDescriptor> {
    this.#file ??= await this.#open();
    return this.#file;
  }

  async #open(): Promise<FileDescriptor> {
    const files = this.#files;
    // a FIFO without a reader must not hold it up, and a link may lead anywhere
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | files.flags.noFollow;
    const file = await files.open(this.#path, flags, 0o600);
    try {
      const { mode, size } = await files.fstat(file);
      if ((mode & S_IFMT) !== S_IFREG) throw new SystemError(EINVAL);
      this.#size = size;
      return file;
    } catch (error) {
      await files.close(file);
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    if (this.#file !== undefined) await this.#files.close(this.#file);
    this.#file = undefined;
    this.#size = 0;
    const name = (number: number): string => (number === 0 ? this.#path : `${this.#path}.${String(number)}`);
    const { keep } = this.#rotation;
    if (keep === 0) await this.#ignore(this.#files.unlink(this.#path));
    for (let number = keep; number > 0; number--)
      await this.#ignore(this.#files.rename(name(number - 1), name(number)));
  }

  /** Older files may be missing; one that cannot be moved only grows. */
  async #ignore(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!isErrno(error)) throw error;
    }
  }
}
