import type { FileDescriptor } from '../platform.js';
import { Mutex } from './mutex.js';

/**
 * What one freeze leaves for the thaw. The directories stay open, so that a filesystem is thawed even when its mount point has
 * been covered by another mount meanwhile.
 */
export class FreezeSession {
  /** freezing and thawing happen one at a time, whoever asks */
  readonly turn = new Mutex();
  #held: FileDescriptor[] = [];

  hold(directory: FileDescriptor): void {
    this.#held.push(directory);
  }

  /** Gives the open directories away. */
  release(): FileDescriptor[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
