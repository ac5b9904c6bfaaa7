import type { ByteChannel, ByteKernels } from '@qga/protocol';

/** Time, as the client needs it; all in milliseconds. */
export interface Clock {
  /** a steady clock: only differences mean something */
  now(): number;
  /** Calls `action` once, later. @returns what calls it off */
  after(milliseconds: number, action: () => void): () => void;
}

/** What the client needs of the machine that it runs on. */
export interface Environment {
  readonly kernels: ByteKernels;
  readonly clock: Clock;
  /** @returns a fresh random integer from 0 to 2^48 - 1 */
  random(): number;
}

/** A guest's agent, as something to connect to, again if need be. */
export interface Target {
  /** for messages: `/run/vm/agent.sock` */
  readonly name: string;
  /** @throws ConnectError */
  open(): Promise<ByteChannel>;
}

/** @returns a promise that is kept after so many milliseconds */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
