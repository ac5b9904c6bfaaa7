import { commandTables, type CommandName, type Commands } from '@qga/protocol';
import type { Caller, CallOptions, CallParameters } from './call.js';
import { Connection, type TraceEvent } from './connection.js';
import type { Environment, Target } from './environment.js';
import { ConnectError } from './errors.js';
import { GuestFile, readFile, writeFile } from './file.js';
import { withFrozen, type FreezeOptions, type Frozen } from './freeze.js';
import { CALL_LIMIT, callLimit, QUIET, REPLY_LIMIT, SYNC_LIMIT } from './limits.js';
import { printRequest } from './reply.js';
import { Turns } from './turns.js';

/** How to talk to a guest. All times in milliseconds. */
export interface GuestOptions {
  /** how long the agent may take to answer the greeting; default 5 s */
  readonly syncLimit?: number;
  /** how long a command may take; default 30 s, and longer for commands that are slow by nature */
  readonly callLimit?: number;
  /** how long a command without a success reply is given to fail; default 5 s */
  readonly quiet?: number;
  /** bytes that a reply may have; default 256 MiB */
  readonly replyLimit?: number;
  /** sees all bytes, passwords too */
  readonly trace?: (event: TraceEvent) => void;
}

/**
 * A guest's agent. Calls run one at a time, in the order of asking; a lost connection is opened again by the next call.
 * It keeps the process alive until it is closed.
 */
export class Guest implements Caller {
  readonly #target: Target;
  readonly #environment: Environment;
  readonly #options: GuestOptions;
  readonly #turns = new Turns();
  #connection: Connection | undefined;
  #closed = false;

  constructor(target: Target, environment: Environment, options: GuestOptions = {}) {
    this.#target = target;
    this.#environment = environment;
    this.#options = options;
  }

  /**
   * Connects and greets the agent now instead of with the first call.
   * @throws ConnectError
   */
  async open(): Promise<void> {
    await this.#turns.run(async () => {
      const connection = await this.#connected();
      await connection.synchronise();
    });
  }

  /**
   * Runs a command of the agent. The schema's documentation of each is at the member of `Commands`.
   * @returns its value, checked against the schema. Of a command without a success reply (guest-shutdown, guest-suspend-*):
   *   `{}`, when the connection ends or nothing was heard for `quiet` milliseconds; an error still shows as CommandError
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
    const table = commandTables[name];
    const request = printRequest(this.#environment.kernels, table, args);
    return this.#turns.run(async () => {
      const connection = await this.#connected();
      return connection.exchange(table, request, options.limit ?? this.#limit(name, table.successResponse));
    });
  }

  /**
   * Opens a file in the guest. Close it on every path out.
   * @param mode as for C's fopen: `r`, `w`, `a`, each with `+` or without
   * @throws GuestError
   */
  async openFile(path: string, mode = 'r'): Promise<GuestFile> {
    return new GuestFile(this, path, await this.call('guest-file-open', { path, mode }));
  }

  /**
   * Reads a whole file of the guest.
   * @param limit bytes; default 256 MiB
   * @throws GuestError; RangeError when the file is larger
   */
  readFile(path: string, limit?: number): Promise<Uint8Array> {
    return readFile(this, path, limit);
  }

  /** Makes or empties a file of the guest and writes the bytes to it. @throws GuestError */
  writeFile(path: string, bytes: Uint8Array): Promise<void> {
    return writeFile(this, path, bytes);
  }

  /**
   * Freezes the guest's filesystems, does the work (a snapshot, say) and thaws them, on every path out: when the work throws,
   * when the freeze times out (it may have frozen), when the connection is lost. Only the end of this process is not covered.
   *
   * While frozen, only guest-ping, guest-info, the syncs, guest-fsfreeze-status and guest-fsfreeze-thaw are answered.
   * @param work gets the number of frozen filesystems; 0 means that nothing is held still
   * @throws what the work or the freeze throws; CommandError when all is thawed but the guest's hook failed; FrozenError when
   *   thawing failed for good: THE GUEST MAY STILL BE FROZEN then
   */
  withFrozenFilesystems<T>(work: (frozen: number) => T | Promise<T>, options: FreezeOptions = {}): Promise<Frozen<T>> {
    const freezer = {
      call: this.call.bind(this),
      postThaw: () => {
        const { kernels } = this.#environment;
        this.#connection?.post(printRequest(kernels, commandTables['guest-fsfreeze-thaw'], {}));
      },
    };
    return withFrozen(freezer, this.#environment.clock, work, options);
  }

  /** Ends the connection. A call under way fails, later ones too. Files opened in the guest stay open there. */
  close(): void {
    this.#closed = true;
    this.#connection?.close('closed on this side');
  }

  #limit(name: CommandName, answers: boolean): number {
    if (!answers) return this.#options.quiet ?? QUIET;
    return callLimit(name, this.#options.callLimit ?? CALL_LIMIT);
  }

  /** The connection, a new one if there is none. */
  async #connected(): Promise<Connection> {
    this.#refuseIfClosed();
    if (this.#connection !== undefined && this.#connection.lost === undefined) return this.#connection;
    this.#connection?.close('replaced by another');
    const channel = await this.#target.open();
    const { syncLimit = SYNC_LIMIT, replyLimit = REPLY_LIMIT, trace = () => undefined } = this.#options;
    const connection = new Connection(channel, this.#environment, { syncLimit, replyLimit, trace });
    this.#connection = connection;
    if (this.#closed) connection.close('closed on this side');
    this.#refuseIfClosed();
    return connection;
  }

  #refuseIfClosed(): void {
    if (this.#closed)
      throw new ConnectError('closed', `the connection to ${this.#target.name} was closed on this side`);
  }
}
