import { concatBytes, Framer, type CommandTable } from '@qga/protocol';
import type { Environment, Exchanger } from './environment.js';
import { ConnectError, ProtocolError, TimeoutError } from './errors.js';
import { replyLimits } from './limits.js';
import type { Link, Sent } from './link.js';
import { readReply } from './reply.js';

/** A link through something that makes whole calls. It is always in step: whoever makes the calls sees to that. */
export class ExchangeLink implements Link {
  readonly #exchanger: Exchanger;
  readonly #environment: Environment;
  readonly #replyLimit: number;
  #lost: string | undefined;
  /** Calls made side by side would reach the agent in any order, and reads and writes of a file count on theirs. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(exchanger: Exchanger, environment: Environment, replyLimit: number) {
    this.#exchanger = exchanger;
    this.#environment = environment;
    this.#replyLimit = replyLimit;
  }

  get lost(): string | undefined {
    return this.#lost;
  }

  /** There is nothing to get in step; the first call tells whether the agent answers. */
  async synchronise(): Promise<void> {
    if (this.#lost !== undefined) throw new ConnectError('lost', `${this.#exchanger.peer}: ${this.#lost}`);
  }

  async send(table: CommandTable, request: readonly Uint8Array[], limit: number): Promise<Sent> {
    await this.synchronise();
    const done = this.#last.then(async () => {
      await this.synchronise();
      return this.#exchange(table, concatBytes(request), limit);
    });
    this.#last = done.catch(() => undefined);
    return { done, abandon: () => undefined };
  }

  post(): void {
    // a call that nobody waits for is lost here
  }

  close(reason: string): void {
    this.#lost ??= reason;
    this.#exchanger.close();
  }

  async #exchange(table: CommandTable, request: Uint8Array, limit: number): Promise<unknown> {
    const reply = await this.#exchanger.exchange(table, request, limit);
    if (reply === undefined) {
      if (!table.successResponse) return {};
      throw new TimeoutError(`${table.name}: no answer within ${limit / 1000} s; whether it ran is unknown`);
    }
    const framer = new Framer(this.#environment.kernels, replyLimits(this.#replyLimit));
    const [frame] = [...framer.push(reply)];
    if (frame === undefined) throw new ProtocolError(`the reply to ${table.name} makes no sense: it is not whole`);
    return readReply(this.#environment.kernels, table, frame);
  }
}
