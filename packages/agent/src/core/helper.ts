import { AgentError, concatBytes } from '@qga/protocol';
import { decodeLossy } from './lossy.js';
import type { Platform, ProcessExit, RunningProcess } from '../platform.js';
import { findProgram } from './find-program.js';
import { LIMITS, type Limits } from './limits.js';
import { isErrno } from './system-error.js';
import { LATE, within } from './within.js';

/** How much of a helper's output an error quotes, in bytes; the rest is read and dropped. */
const KEPT_OUTPUT = 65_536;
const SIGKILL = 9;
/** How long the end of a killed helper is waited for, in milliseconds: one that a disk holds up does not die. */
const DYING = 2000;

/** How long a helper may run. */
export interface HelperLimit {
  readonly seconds: number;
  /** the key that sets it */
  readonly key: string;
  /** ends it early */
  readonly calledOff?: Promise<void>;
}

/** Runs the programs that do the agent's work outside: shutdown, the freeze hook, chpasswd. */
export class HelperRunner {
  readonly #platform: Platform;
  readonly #usual: HelperLimit;

  /** Nothing that the agent calls takes as long in good health, and a hung helper must not hang the host. */
  constructor(platform: Platform, { helperTimeout }: Pick<Limits, 'helperTimeout'>) {
    this.#platform = platform;
    this.#usual = { seconds: helperTimeout, key: LIMITS.helperTimeout.key };
  }

  /**
   * Runs a program to its end.
   * @param action what it does, for the error text: «child process has failed to <action>: …»
   * @param program a path, or a name to be searched for in PATH
   * @param input what it reads from standard input
   * @throws AgentError when it cannot be started, fails, is killed, or takes too long: then its process group is killed
   */
  async run(
    action: string,
    program: string,
    args: readonly string[],
    input?: Uint8Array,
    limit = this.#usual,
  ): Promise<void> {
    const failed = `child process has failed to ${action}`;
    const { clock } = this.#platform;
    const milliseconds = limit.seconds * 1000;
    let stopped = false;
    void limit.calledOff?.then(() => (stopped = true));
    const killed = (text: string): AgentError => {
      const why = stopped ? 'the agent stops' : `no end after ${String(limit.seconds)} s (${limit.key})`;
      return new AgentError(`${failed}: ${why}, killed${text === '' ? '' : `: ${text}`}`);
    };
    const starting = this.#start(failed, program, args, input);
    const helper = await within(clock, milliseconds, starting, limit.calledOff);
    if (helper === LATE) {
      // a disk holds its program up; should it start after all, it ends
      starting.then(end, () => undefined);
      throw killed('');
    }
    const output = this.#collect(helper.stdout);
    const exit = await within(clock, milliseconds, helper.exited, limit.calledOff);
    if (exit === LATE) {
      helper.kill(SIGKILL);
      await within(clock, DYING, helper.exited);
    }
    // a child of the helper may hold the pipe for ever: it gets no time beyond the helper's own
    const text = await Promise.race([output.done, this.#soon(output.sofar)]);
    helper.release();
    if (exit === LATE) throw killed(text);
    this.#judge(failed, exit, text);
  }

  async #start(
    failed: string,
    program: string,
    args: readonly string[],
    input: Uint8Array | undefined,
  ): Promise<RunningProcess> {
    try {
      return await this.#platform.processes.start({
        file: await findProgram(this.#platform, program),
        argv: [program, ...args],
        stdin: input ?? 'null',
        stdout: 'pipe',
        stderr: 'stdout',
        session: true,
      });
    } catch (error) {
      if (!isErrno(error)) throw error;
      throw new AgentError(`${failed}: failed to exec '${program}': ${error.message}\n`);
    }
  }

  /**
   * Runs a program whose exit status is all that matters; its output is thrown away.
   * @param program a path, or a name to be searched for in PATH
   * @returns the status; undefined when the program cannot be started or a signal ended it
   */
  async status(program: string, args: readonly string[]): Promise<number | undefined> {
    let helper;
    try {
      helper = await this.#platform.processes.start({
        file: await findProgram(this.#platform, program),
        argv: [program, ...args],
        stdin: 'null',
        stdout: 'null',
        stderr: 'null',
        session: false,
      });
    } catch (error) {
      if (!isErrno(error)) throw error;
      return undefined;
    }
    const exit = await within(this.#platform.clock, this.#usual.seconds * 1000, helper.exited);
    if (exit !== LATE) return exit.code;
    helper.kill(SIGKILL);
    return undefined;
  }

  #judge(failed: string, exit: ProcessExit, output: string): void {
    if (exit.code === 0) return;
    if (exit.code === undefined) {
      const text = 'child process has terminated abnormally';
      throw new AgentError(output === '' ? text : `${text}: ${output}`);
    }
    throw new AgentError(`${failed}: ${output === '' ? `exit status ${String(exit.code)}` : output}`);
  }

  #collect(chunks: AsyncIterable<Uint8Array>): { done: Promise<string>; sofar: () => string } {
    const kept: Uint8Array[] = [];
    let size = 0;
    const sofar = (): string => decodeLossy(this.#platform.kernels, concatBytes(kept));
    const read = async (): Promise<string> => {
      for await (const chunk of chunks) {
        if (size < KEPT_OUTPUT) kept.push(chunk.slice(0, KEPT_OUTPUT - size));
        size += chunk.length;
      }
      return sofar();
    };
    return { done: read(), sofar };
  }

  /** What was written by a moment after the helper's end. */
  #soon(sofar: () => string): Promise<string> {
    return new Promise((resolve) => {
      this.#platform.clock.after(200, () => {
        resolve(sofar());
      });
    });
  }
}

/** Ends a program that nobody waits for any more. */
function end(helper: RunningProcess): void {
  helper.kill(SIGKILL);
  helper.release();
}
