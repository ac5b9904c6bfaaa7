import type { QgaFreeze } from '@qga/protocol';
import type { FileDescriptor } from '../platform.js';
import type { Lease } from './lease.js';
import { Mutex } from './mutex.js';

/** Limits of a freeze, all in seconds. */
export interface FreezeSettings {
  /** after how long the agent thaws by itself; 0: never */
  readonly timeout: number;
  /** whether asking for the status begins that time anew */
  readonly refresh: boolean;
  /** how long one filesystem may take to freeze */
  readonly limit: number;
  /** how long the hook may take, for each of its calls */
  readonly hookLimit: number;
}

export const FREEZE_DEFAULTS: FreezeSettings = { timeout: 600, refresh: false, limit: 60, hookLimit: 60 };

/** A filesystem that this agent froze. */
export interface HeldFilesystem {
  readonly mountpoint: string;
  readonly device: string;
  /** stays open, so that it is thawed even when its mount point has been covered by another mount meanwhile */
  readonly directory: FileDescriptor;
}

/** Calls on filesystems that never came back; each holds a thread of the host, so there may not be many. */
const MOST_STUCK = 2;

/** What one freeze leaves for the thaw, and what is known of the last one. */
export class FreezeSession {
  /** freezing and thawing happen one at a time, whoever asks */
  readonly turn = new Mutex();
  /** settles when the agent is told to stop: a freeze at work gives up */
  readonly stopped: Promise<void>;
  lease: Lease | undefined;
  /** the last freeze, as far as it has come */
  last: QgaFreeze | undefined;
  #held: HeldFilesystem[] = [];
  readonly #stuck = new Map<string, string>();
  #stop: () => void = () => undefined;
  #stopping = false;

  constructor() {
    this.stopped = new Promise((resolve) => (this.#stop = resolve));
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** No freeze from now on. */
  stop(): void {
    this.#stopping = true;
    this.#stop();
  }

  hold(filesystem: HeldFilesystem): void {
    this.#held.push(filesystem);
  }

  /** Gives the frozen filesystems away. */
  release(): HeldFilesystem[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** Remembers a call that did not come back, until it does. */
  markStuck(device: string, mountpoint: string, end: Promise<unknown>): void {
    this.#stuck.set(device, mountpoint);
    const done = (): void => void this.#stuck.delete(device);
    void end.then(done, done);
  }

  isStuck(device: string): boolean {
    return this.#stuck.has(device);
  }

  /** Mount points whose calls did not come back. */
  get stuck(): readonly string[] {
    return [...this.#stuck.values()];
  }

  /** Whether another call would be one too many. */
  get crowded(): boolean {
    return this.#stuck.size >= MOST_STUCK;
  }
}
