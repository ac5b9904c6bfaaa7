import type { CommandName, Commands, QgaFreezeReport } from '@qga/protocol';
import type { Caller, CallOptions, CallParameters } from './call.js';
import { Capabilities } from './capabilities.js';
import { Dispatch, type GuestOptions } from './dispatch.js';
import type { Environment, Target } from './environment.js';
import { CommandError } from './errors.js';
import { exec, type ExecOptions, type ExecResult } from './exec/exec.js';
import { GuestFile } from './files/file.js';
import { readFile, readPieces, type ReadOptions } from './files/read.js';
import { writeFile, writePieces, type Source, type WriteOptions } from './files/write.js';
import { freezeReport, withFrozen, type FreezeOptions, type Frozen } from './freeze.js';
import { groupsOf, type Groups } from './groups.js';
import { persist, type ReadyOptions } from './ready.js';

const READY_LIMIT = 120_000;

/**
 * A guest's agent. Calls run one at a time, in the order of asking; a lost connection is opened again by the next call.
 * It keeps the process alive until it is closed.
 */
export class Guest implements Caller {
  readonly #dispatch: Dispatch;
  #capabilities: Capabilities | undefined;
  #groups: Groups | undefined;

  constructor(target: Target, environment: Environment, options: GuestOptions = {}) {
    this.#dispatch = new Dispatch(target, environment, options);
  }

  /** what it is reached by, for messages */
  get name(): string {
    return this.#dispatch.target.name;
  }

  /** how it is reached */
  get target(): Target {
    return this.#dispatch.target;
  }

  /** what it runs on */
  get environment(): Environment {
    return this.#dispatch.environment;
  }

  /**
   * Connects and greets the agent now instead of with the first call.
   * @throws ConnectError
   */
  async open(): Promise<void> {
    await this.#dispatch.open();
  }

  /**
   * Waits until the agent answers a ping, with growing pauses between the attempts.
   * @throws ConnectError of the last attempt when time is up, or at once when waiting does not help (`forbidden`)
   */
  async waitUntilReady(options: ReadyOptions = {}): Promise<void> {
    const { clock } = this.environment;
    const { timeout = READY_LIMIT, ...rest } = options;
    const attempt = async (): Promise<void> => {
      await this.open();
      await this.call('guest-ping', {}, { signal: options.signal });
    };
    await persist(clock, attempt, timeout, rest);
  }

  /**
   * Runs a command of the agent. The schema's documentation of each is at the member of `Commands`.
   * @returns its value, checked against the schema. Of a command without a success reply (guest-shutdown, guest-suspend-*):
   *   `{}`, when the agent is through with it, the connection ends or nothing was heard for `quiet` milliseconds; an error
   *   still shows as CommandError
   * @throws ConnectError, CommandError, TimeoutError, DisconnectedError, ProtocolError; TypeError for bad arguments
   */
  async call<N extends CommandName>(name: N, ...[args, options]: CallParameters<N>): Promise<Commands[N]['return']> {
    return (await this.callUntyped(name, { ...args }, options)) as Commands[N]['return'];
  }

  /** `call` for programs that have the command's name and arguments as data. They are checked against the schema all the same. */
  async callUntyped(
    name: CommandName,
    args: Readonly<Record<string, unknown>> = {},
    options: CallOptions = {},
  ): Promise<unknown> {
    try {
      return await this.#dispatch.call(name, args, options);
    } catch (error) {
      if (error instanceof CommandError && error.reason === 'blocked') throw await this.#blockedOrFrozen(error);
      throw error;
    }
  }

  /** What the agent can do; asked once and kept. @throws GuestError */
  async capabilities(): Promise<Capabilities> {
    this.#capabilities ??= new Capabilities(await this.call('guest-info'));
    return this.#capabilities;
  }

  /** the common calls, grouped: `guest.ask.os.info()`, `guest.ask.storage.filesystems()`, `guest.ask.power.shutdown()` */
  get ask(): Groups {
    return (this.#groups ??= groupsOf(this));
  }

  /**
   * Opens a file in the guest. Close it on every path out.
   * @param mode as for C's fopen: `r`, `w`, `a`, each with `+` or without
   * @throws GuestError
   */
  async openFile(path: string, mode = 'r', options: CallOptions = {}): Promise<GuestFile> {
    return new GuestFile(this, path, await this.call('guest-file-open', { path, mode }, options));
  }

  /**
   * Reads a whole file of the guest into memory.
   * @param options a number is the limit in bytes
   * @throws GuestError; RangeError when the file is larger than `limit` (default 256 MiB)
   */
  readFile(path: string, options: number | (ReadOptions & { readonly limit?: number }) = {}): Promise<Uint8Array> {
    return readFile(this, path, typeof options === 'number' ? { limit: options } : options);
  }

  /**
   * Reads a file of the guest of any size, piece by piece, with several reads on their way at a time. A connection that breaks
   * is opened again and the reading goes on where it was.
   * @throws GuestError
   */
  read(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return readPieces(this, path, options);
  }

  /** Makes or empties a file of the guest and writes the bytes to it, in place. @throws GuestError */
  async writeFile(path: string, bytes: Uint8Array, options: WriteOptions = {}): Promise<void> {
    await writeFile(this, path, bytes, options);
  }

  /**
   * Makes or empties a file of the guest and writes to it what comes, in place, with several writes on their way at a time.
   * @returns how many bytes
   * @throws GuestError
   */
  write(path: string, source: Source, options: WriteOptions = {}): Promise<number> {
    return writePieces(this, path, source, options);
  }

  /**
   * Runs a program in the guest and waits for its end.
   * @returns its exit code or signal and what it wrote; a program that fails is a result, not an error
   * @throws CommandError when it cannot be started; ExecError when it was killed for its time, called off, or wrote too much;
   *   any GuestError: it may run on in the guest then
   */
  exec(command: string, args: readonly string[] = [], options: ExecOptions = {}): Promise<ExecResult> {
    return exec(this, command, args, options);
  }

  /**
   * Freezes the guest's filesystems, does the work (a snapshot, say) and thaws them, on every path out: when the work throws or
   * takes longer than `ttl`, when the freeze times out (it may have frozen), when the connection is lost, when the signal comes.
   * Only the end of this process is not covered.
   *
   * While frozen, only guest-ping, guest-info, the syncs, guest-fsfreeze-status and guest-fsfreeze-thaw are answered.
   * @param work gets the number of frozen filesystems; 0 means that nothing is held still
   * @throws what the work or the freeze throws; FreezeExpiredError; CommandError when all is thawed but the guest's hook failed;
   *   FrozenError when thawing failed for good: THE GUEST MAY STILL BE FROZEN then
   */
  frozen<T>(options: FreezeOptions, work: (frozen: number) => T | Promise<T>): Promise<Frozen<T>> {
    const freezer = {
      call: this.call.bind(this),
      capabilities: this.capabilities.bind(this),
      postThaw: () => {
        this.#dispatch.post('guest-fsfreeze-thaw');
      },
    };
    return withFrozen(freezer, this.environment.clock, work, options);
  }

  /** `frozen` with the work first. */
  withFrozenFilesystems<T>(work: (frozen: number) => T | Promise<T>, options: FreezeOptions = {}): Promise<Frozen<T>> {
    return this.frozen(options, work);
  }

  /**
   * What the agent knows of the freeze now and of the last one: when it began, the lease that is left, each mount point, how it ended.
   * @returns undefined when the agent does not have `__qga_fsfreeze-report`, as QEMU's own, or may not run it
   * @throws GuestError
   */
  freezeReport(): Promise<QgaFreezeReport | undefined> {
    return freezeReport(this);
  }

  /** Ends the connection. A call under way fails, later ones too. Files opened in the guest stay open there. */
  close(): void {
    this.#dispatch.close();
  }

  /** New agents refuse a blocked command and one that a frozen guest does not take with the same words. */
  async #blockedOrFrozen(error: CommandError): Promise<CommandError> {
    const status = await this.#dispatch.call('guest-fsfreeze-status', {}, {}).catch(() => undefined);
    if (status !== 'frozen') return error;
    const { command, errorClass, desc } = error;
    return new CommandError(command, errorClass, desc, 'frozen');
  }
}
