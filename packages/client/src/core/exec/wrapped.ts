import { CommandError, ExecError } from '../errors.js';
import type { FileHost } from '../files/pieces.js';
import { writePieces, type Source } from '../files/write.js';
import { readFile } from '../files/read.js';
import { pause } from '../environment.js';
import { runScript, statusOf, waitForEnd, type Status } from './helper.js';
import { AGENT_KEEPS, ExecResult, type ExecOptions } from './options.js';
import { OutputFile } from './output.js';
import { KILL, KILL_REST, SETUP_FAILED, WRAPPER } from './script.js';
import { lossyText } from './text.js';

/** Options whose input is bytes. */
export type WrappedOptions = Omit<ExecOptions, 'stdin'> & { readonly stdin: Uint8Array | Source | undefined };

/** Milliseconds between the polite signal and the other one, and after that until it is given up. */
const GRACE = 2000;

/** Milliseconds between two looks when somebody watches the output. */
const LIVE_LOOK = 100;

const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*\$?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Runs a program through the wrapper script. */
export async function execWrapped(
  host: FileHost,
  command: string,
  args: readonly string[],
  options: WrappedOptions,
): Promise<ExecResult> {
  const wrapped = new Wrapped(host, command, options);
  const words = wrapped.words(args);
  try {
    return await wrapped.run(words);
  } finally {
    // a folder that is left over in /tmp is not worth more than the result
    await wrapped.tidy().catch(() => undefined);
  }
}

class Wrapped {
  readonly #host: FileHost;
  readonly #command: string;
  readonly #options: WrappedOptions;
  readonly #folder: string;
  readonly #out: OutputFile;
  readonly #err: OutputFile;

  constructor(host: FileHost, command: string, options: WrappedOptions) {
    const { maxOutput = AGENT_KEEPS, onStdout, onStderr } = options;
    this.#host = host;
    this.#command = command;
    this.#options = options;
    this.#folder = `/tmp/qga-exec-${host.environment.random().toString(36)}`;
    this.#out = new OutputFile(host, `${this.#folder}/out`, maxOutput, onStdout);
    this.#err = new OutputFile(host, `${this.#folder}/err`, maxOutput, onStderr);
  }

  /** @throws TypeError for a user or a variable that a shell would take for something else */
  words(args: readonly string[]): string[] {
    const { cwd = '', user = '', env = {}, stdin } = this.#options;
    if (user !== '' && !USER.test(user)) throw new TypeError(`'${user}' is no user name`);
    const bad = Object.keys(env).find((name) => !VARIABLE.test(name));
    if (bad !== undefined) throw new TypeError(`'${bad}' is no name of a variable`);
    const spooled = isBytes(stdin) ? '' : 'spooled';
    const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    return [this.#folder, spooled, cwd, user, String(assignments.length), ...assignments, this.#command, ...args];
  }

  async run(words: readonly string[]): Promise<ExecResult> {
    const { stdin, allowTruncated = false } = this.#options;
    if (!isBytes(stdin)) await this.#spool(stdin);
    const { pid } = await this.#host.call('guest-exec', {
      path: '/bin/sh',
      arg: ['-c', WRAPPER, 'qga', ...words],
      ...(stdin instanceof Uint8Array ? { 'input-data': stdin } : {}),
    });
    const status = await this.#watch(pid);
    await this.#readNew();
    await this.#refuseFailedSetup(status);
    const truncated = this.#out.truncated || this.#err.truncated;
    if (truncated && !allowTruncated) throw this.#tooMuch();
    return new ExecResult(this.#host.environment.kernels, status, { ...this.#output(), truncated });
  }

  /** Closes and removes what was made for this run. */
  async tidy(): Promise<void> {
    await Promise.allSettled([this.#out.close(), this.#err.close()]);
    await runScript(this.#host, 'rm -rf "$1"', this.#folder);
  }

  /** Input that is too large for one request goes through a file. */
  async #spool(input: Source): Promise<void> {
    const { code } = await runScript(this.#host, 'umask 077; mkdir "$1" && : >"$1/in"', this.#folder);
    if (code !== 0) throw this.#setupError(`cannot make ${this.#folder} in the guest`);
    await writePieces(this.#host, `${this.#folder}/in`, input, { signal: this.#options.signal });
  }

  /** Waits for the end; on every other way out the program is killed. */
  async #watch(pid: number): Promise<Status> {
    const { timeout, signal, allowTruncated = false, onStdout, onStderr } = this.#options;
    const { clock } = this.#host.environment;
    const live = onStdout !== undefined || onStderr !== undefined;
    const end = timeout === undefined ? Infinity : clock.now() + timeout;
    const look = async (): Promise<void> => {
      if (signal?.aborted === true) throw this.#error('cancelled', 'was called off', signal.reason);
      if (clock.now() >= end) throw this.#error('timeout', `took longer than ${(timeout ?? 0) / 1000} s`);
      // also when nobody listens: a program that never stops writing is to be noticed
      await this.#readNew();
      if ((this.#out.truncated || this.#err.truncated) && !allowTruncated) throw this.#tooMuch();
    };
    try {
      return await waitForEnd(this.#host, pid, look, live || timeout !== undefined ? LIVE_LOOK : undefined);
    } catch (error) {
      await this.#kill(pid).catch(() => undefined);
      if (!(error instanceof ExecError)) throw error;
      await this.#readNew().catch(() => undefined);
      throw new ExecError(error.reason, error.message, this.#output(), { cause: error.cause });
    }
  }

  async #kill(pid: number): Promise<void> {
    const { clock } = this.#host.environment;
    for (const signal of ['TERM', 'KILL']) {
      await runScript(this.#host, KILL, signal, String(pid));
      for (const end = clock.now() + GRACE; clock.now() < end;) {
        // asking also makes the agent forget it
        if ((await statusOf(this.#host, pid)).exited) {
          await runScript(this.#host, KILL_REST, String(pid));
          return;
        }
        await pause(clock, LIVE_LOOK / 2);
      }
    }
  }

  async #readNew(): Promise<void> {
    await this.#out.readNew();
    await this.#err.readNew();
  }

  async #refuseFailedSetup(status: Status): Promise<void> {
    if (status.exitcode !== SETUP_FAILED) return;
    try {
      const words = await readFile(this.#host, `${this.#folder}/fail`, { limit: 4096 });
      throw this.#setupError(lossyText(this.#host.environment.kernels, words).trim());
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // the program's own exit code, unless the wrapper could not even make its folder
      if (!this.#out.opened) throw this.#setupError(`cannot make ${this.#folder} in the guest`);
    }
  }

  #output(): { stdout: Uint8Array; stderr: Uint8Array } {
    return { stdout: this.#out.bytes, stderr: this.#err.bytes };
  }

  #error(reason: 'timeout' | 'cancelled', words: string, cause?: unknown): ExecError {
    return new ExecError(reason, `${this.#command} ${words}, and was killed`, this.#output(), { cause });
  }

  #setupError(words: string): ExecError {
    return new ExecError('setup', `${this.#command} was not run: ${words}`, this.#output());
  }

  #tooMuch(): ExecError {
    const { maxOutput = AGENT_KEEPS } = this.#options;
    const message = `${this.#command} wrote more than the ${maxOutput} bytes that are kept`;
    return new ExecError('truncated', message, this.#output());
  }
}

/** Whether the input fits into the request. */
function isBytes(stdin: WrappedOptions['stdin']): stdin is Uint8Array | undefined {
  return stdin === undefined || stdin instanceof Uint8Array;
}
