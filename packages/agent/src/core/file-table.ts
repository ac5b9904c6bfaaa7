import { AgentError } from '@qga/protocol';
import type { FileDescriptor } from '../platform.js';
import type { Int64 } from './received.js';
import { Mutex } from './mutex.js';

/** How many files may be open at a time; beyond it the guest itself would run short of descriptors. */
export const MAX_OPEN_FILES = 4096;

/** A file that a client opened. Its operations run one after the other, whoever asks for them. */
export interface OpenFile {
  readonly file: FileDescriptor;
  readonly turn: Mutex;
}

/** The open files of all clients, by handle. They outlive the connection that opened them, as in QEMU's agent. */
export class FileTable {
  readonly #files = new Map<Int64, OpenFile>();

  /** @throws AgentError when no more files may be open */
  checkRoom(): void {
    if (this.#files.size < MAX_OPEN_FILES) return;
    throw new AgentError(`too many open files: ${String(MAX_OPEN_FILES)} handles are in use, close some`);
  }

  add(handle: number, file: FileDescriptor): void {
    this.#files.set(handle, { file, turn: new Mutex() });
  }

  /**
   * A file that nobody uses right now, for work that waits for nothing.
   * @returns undefined when somebody does
   * @throws AgentError for a handle that is not open
   */
  idle(handle: Int64): FileDescriptor | undefined {
    const { file, turn } = this.#find(handle);
    return turn.idle ? file : undefined;
  }

  /**
   * Runs work on a file when its turn comes.
   * @throws AgentError for a handle that is not open (any more)
   */
  use<T>(handle: Int64, work: (file: FileDescriptor) => Promise<T>): Promise<T> {
    const open = this.#find(handle);
    return open.turn.run(() => {
      // it may have been closed while this call waited
      this.#find(handle);
      return work(open.file);
    });
  }

  /** Takes a file out of the table, once those who use it are done. */
  remove(handle: Int64): Promise<FileDescriptor> {
    return this.use(handle, (file) => {
      this.#files.delete(handle);
      return Promise.resolve(file);
    });
  }

  #find(handle: Int64): OpenFile {
    const open = this.#files.get(handle);
    if (open === undefined) throw new AgentError(`handle '${String(handle)}' has not been found`);
    return open;
  }
}
