import { commandTables, type CommandName } from '@qga/protocol';
import type { CallOptions } from './call.js';
import { Connection, type TraceEvent } from './connection.js';
import type { Environment, Target } from './environment.js';
import { ConnectError } from './errors.js';
import { ExchangeLink } from './exchange-link.js';
import { CALL_LIMIT, callLimit, QUIET, REPLY_LIMIT, SYNC_LIMIT } from './limits.js';
import type { Link, Sent } from './link.js';
import { persist } from './ready.js';
import { printRequest } from './reply.js';
import { orCancelled, refuseIfCancelled } from './signal.js';
import { Turns } from './turns.js';

/** How to talk to a guest. All times in milliseconds. */
export interface GuestOptions {
  /** how long the agent may take to answer the greeting; default 5 s */
  readonly syncLimit?: number;
  /** how long a command may take; default 30 s, and longer for commands that are slow by nature */
  readonly callLimit?: number;
  /** how long a command without a success reply is given to fail when nothing else is heard either; default 5 s */
  readonly quiet?: number;
  /** how long a call tries to connect again, with growing pauses, before it fails; default 0: one attempt */
  readonly patience?: number;
  /** bytes that a reply may have; default 256 MiB */
  readonly replyLimit?: number;
  /** sees all bytes, passwords too */
  readonly trace?: (event: TraceEvent) => void;
}

/** Sends commands to a target in the order of asking, over a link that is opened when it is needed, and again when it is lost. */
export class Dispatch {
  readonly target: Target;
  readonly environment: Environment;
  readonly #options: GuestOptions;
  readonly #turns = new Turns();
  #link: Link | undefined;
  #closed = false;

  constructor(target: Target, environment: Environment, options: GuestOptions) {
    this.target = target;
    this.environment = environment;
    this.#options = options;
  }

  /** Connects and greets the agent. @throws ConnectError */
  async open(): Promise<void> {
    await this.#turns.run(async () => {
      const link = await this.#connected();
      await this.#explained(link.synchronise());
      return { done: Promise.resolve() };
    });
  }

  /** Makes a call. @throws GuestError; TypeError for bad arguments; the signal's reason */
  async call(name: CommandName, args: Readonly<Record<string, unknown>>, options: CallOptions): Promise<unknown> {
    const { signal, depth = 1 } = options;
    const table = commandTables[name];
    const request = printRequest(this.environment.kernels, table, args);
    const limit = options.limit ?? this.#limit(name, table.successResponse);
    let sent: Sent | undefined;
    const answer = this.#turns.run(async () => {
      refuseIfCancelled(signal);
      const link = await persist(this.environment.clock, () => this.#connected(), this.#options.patience ?? 0, {
        signal,
      });
      sent = await this.#explained(link.send(table, request, limit));
      return sent;
    }, depth);
    // answers to its neighbours in the pipeline are still wanted, so a pipelined call's answer is let come and is dropped
    return orCancelled(answer, signal, () => {
      if (depth === 1) sent?.abandon();
    });
  }

  /** See Link.post. */
  post(name: CommandName): void {
    this.#link?.post(printRequest(this.environment.kernels, commandTables[name], {}));
  }

  /** Ends the connection; calls under way fail, later ones too. */
  close(): void {
    this.#closed = true;
    this.#link?.close('closed on this side');
  }

  #limit(name: CommandName, answers: boolean): number {
    if (!answers) return this.#options.quiet ?? QUIET;
    return callLimit(name, this.#options.callLimit ?? CALL_LIMIT);
  }

  /** The link, a new one if there is none. */
  async #connected(): Promise<Link> {
    this.#refuseIfClosed();
    if (this.#link !== undefined && this.#link.lost === undefined) return this.#link;
    this.#link?.close('replaced by another');
    const way = await this.target.open();
    const { syncLimit = SYNC_LIMIT, replyLimit = REPLY_LIMIT, trace = () => undefined } = this.#options;
    const link =
      'exchange' in way
        ? new ExchangeLink(way, this.environment, replyLimit)
        : new Connection(way, this.environment, { syncLimit, replyLimit, trace });
    this.#link = link;
    if (this.#closed) link.close('closed on this side');
    this.#refuseIfClosed();
    return link;
  }

  /** Where the target can tell why nobody answers, its words are better. */
  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ConnectError) || error.reason !== 'silent') throw error;
      throw (await this.target.explainSilence?.()) ?? error;
    }
  }

  #refuseIfClosed(): void {
    if (this.#closed) {
      throw new ConnectError('closed', `the connection to ${this.target.name} was closed on this side`);
    }
  }
}
