import type { ByteKernels } from '@qga/protocol';
import type { Wires } from '../descriptors.js';
import type { Files, LogOutput, Platform } from '../platform.js';
import type { Transports } from '../transports/index.js';

/** Where the agent's log lines go. */
export interface LogFile extends LogOutput {
  /** Waits until what was logged is written. */
  flush(): Promise<void>;
}

/** What the agent's program needs of a host beyond what the agent itself does. */
export interface ProgramHost {
  readonly files: Files;
  readonly kernels: ByteKernels;
  readonly wires: Wires;
  readonly transports: Transports;
  readonly pid: number;
  /** Writes to standard output, without waiting for the loop. */
  print(text: string): void;
  /** Writes to standard error, without waiting for the loop. */
  complain(text: string): void;
  environment(name: string): string | undefined;
  /** Takes a variable out of the environment, also that of programs started later. */
  forget(name: string): void;
  /** @param path file to append to; undefined: standard error @throws SystemError when it cannot be opened */
  openLog(path: string | undefined): LogFile;
  platform(logs: LogOutput): Platform;
  /**
   * Goes on in the background, in a session of its own; whoever called waits for `ready`, or for the agent's end.
   * @param keep a descriptor that the process in the background has under the same number
   * @returns the exit code, in the process that was called; undefined in the one that is the agent from now on
   */
  enterBackground(keep?: number): Promise<number | undefined>;
  /** The channel is open, or will be tried again: from now on nothing but the loop may be held up. */
  ready(): void;
  /** Calls back once when something in the program failed that nobody expected; the process ends after it. */
  onFault(callback: (reason: string) => Promise<void>): void;
  /** Calls back whenever the process is asked to end. */
  onTermination(callback: () => void): void;
}
