import { AgentError } from '@qga/protocol';
import type { Paths } from '../linux/paths.js';
import type { FileDescriptor, Platform } from '../platform.js';
import { LIMITS } from './limits.js';
import type { Int64 } from './received.js';
import { Mutex } from './mutex.js';
import { readTextFile } from './read-file.js';
import { isErrno } from './system-error.js';

/** Descriptors that handles leave for everything else: clients, programs and their pipes, the agent's own files. */
const RESERVE = 256;

/**
 * How many files clients may have open, so that the process has descriptors left for all the rest.
 * @param most how many the operator allows
 */
export async function openFileLimit(
  platform: Pick<Platform, 'files' | 'kernels'>,
  paths: Paths,
  most: number,
): Promise<number> {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(await readTextFile(platform, paths.ownLimits)) ?? [];
    return soft === undefined ? most : Math.max(1, Math.min(most, Number(soft) - RESERVE));
  } catch (error) {
    if (!isErrno(error)) throw error;
    return most;
  }
}

/** A file that a client opened. Its operations run one after the other, whoever asks for them. */
export interface OpenFile {
  readonly file: FileDescriptor;
  readonly turn: Mutex;
}

/** The open files of all clients, by handle. They outlive the connection that opened them, as in QEMU's agent. */
export class FileTable {
  readonly #files = new Map<Int64, OpenFile>();
  readonly #limit: number;

  /** @param limit how many files may be open at a time */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws AgentError when no more files may be open */
  checkRoom(): void {
    if (this.#files.size < this.#limit) return;
    // the lower of the two counts
    const limits = `${LIMITS.maxOpenFiles.key}, and the process's own limit`;
    throw new AgentError(`too many open files: ${String(this.#limit)} handles are in use (${limits}), close some`);
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
