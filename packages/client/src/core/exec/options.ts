import type { ByteKernels } from '@qga/protocol';
import type { Source } from '../files/write.js';
import type { CancelSignal } from '../signal.js';
import { lossyText } from './text.js';

/**
 * How to run a program. With any of `env`, `cwd`, `user`, `timeout`, `signal`, `onStdout`, `onStderr`, or input of more than 1 MiB,
 * it is run through a small shell script in the guest, which puts its files into a folder of its own under /tmp for the time
 * being; docs/client.md says what that means. Without, it is one plain guest-exec.
 */
export interface ExecOptions {
  /** variables to add to the agent's environment */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** the folder to run in; default: the agent's */
  readonly cwd?: string | undefined;
  /** the user to run as; default: the agent's, that is root */
  readonly user?: string | undefined;
  /** what to give it to read; default: nothing */
  readonly stdin?: string | Uint8Array | Source | undefined;
  /** milliseconds after which it and all that it started is killed */
  readonly timeout?: number | undefined;
  /** calls it off: it is killed with all that it started */
  readonly signal?: CancelSignal | undefined;
  /** gets its output while it runs, a moment after it was written; `stdout` of the result is empty then */
  readonly onStdout?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** the same for its errors */
  readonly onStderr?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** bytes that are kept of each stream; default 16 MiB, and no more than that for a plain run */
  readonly maxOutput?: number | undefined;
  /** more output than that is cut off, and `truncated` tells; default: it is an error */
  readonly allowTruncated?: boolean | undefined;
}

/** What became of a program. */
export class ExecResult {
  /** 0 to 255; null when a signal ended it */
  readonly exitCode: number | null;
  /** the number of the signal that ended it, or null */
  readonly signal: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** whether output is missing */
  readonly truncated: boolean;
  readonly #kernels: ByteKernels;

  constructor(
    kernels: ByteKernels,
    status: { readonly exitcode?: number; readonly signal?: number },
    output: { readonly stdout: Uint8Array; readonly stderr: Uint8Array; readonly truncated: boolean },
  ) {
    this.#kernels = kernels;
    this.exitCode = status.exitcode ?? null;
    this.signal = status.signal ?? null;
    this.stdout = output.stdout;
    this.stderr = output.stderr;
    this.truncated = output.truncated;
  }

  /** Whether it ended with exit code 0. */
  get ok(): boolean {
    return this.exitCode === 0;
  }

  /** `stdout` as text; what is not UTF-8 shows as U+FFFD. It comes from the guest: do not print it raw on a terminal. */
  get stdoutText(): string {
    return lossyText(this.#kernels, this.stdout);
  }

  /** `stderr` as text. */
  get stderrText(): string {
    return lossyText(this.#kernels, this.stderr);
  }
}

/** Bytes that an agent keeps of each stream. */
export const AGENT_KEEPS = 16 * 1024 * 1024;
