import type { ByteChannel, ByteKernels, CommandTable } from '@qga/protocol';
import type { ConnectError } from './errors.js';

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

/** What only makes whole calls, such as a program that is started for each: it does its own syncing. */
export interface Exchanger {
  /** for messages */
  readonly peer: string;
  /**
   * Makes one call.
   * @param request a JSON text
   * @param limit milliseconds
   * @returns the JSON text of the agent's reply; undefined when the agent stayed silent for that long
   * @throws ConnectError when the command was not sent
   */
  exchange(table: CommandTable, request: Uint8Array, limit: number): Promise<Uint8Array | undefined>;
  /** Ends calls under way. */
  close(): void;
}

/** A guest's agent, as something to connect to, again if need be. */
export interface Target {
  /** for messages: `/run/vm/agent.sock` */
  readonly name: string;
  /** bytes that a whole request may have; undefined: as many as the agent takes */
  readonly requestLimit?: number;
  /** bytes that a whole reply may have to get through; undefined: no limit on the way */
  readonly replyLimit?: number;
  /** @throws ConnectError */
  open(): Promise<ByteChannel | Exchanger>;
  /**
   * Looks why an agent that was connected to does not answer.
   * @returns a better error than «silent», or undefined when nothing is known
   */
  explainSilence?(): Promise<ConnectError | undefined>;
}

/** @returns a promise that is kept after so many milliseconds */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
