import type { ByteChannel, Listener } from '@qga/protocol';
import { LIMITS } from './limits.js';
import { seldom } from './seldom.js';
import { serve, type SessionParts } from './session.js';

/** Serves the clients of one listener, several at a time; further ones wait in the listener's backlog. */
export class Server {
  readonly #listener: Listener;
  readonly #parts: SessionParts;
  readonly #sessions = new Map<ByteChannel, Promise<void>>();

  constructor(listener: Listener, parts: SessionParts) {
    this.#listener = listener;
    this.#parts = parts;
  }

  /** Accepts until the listener closes or is lost. @throws what the listener threw */
  async run(): Promise<void> {
    const { clock, limits, log } = this.#parts;
    const tell = seldom(clock, (line) => {
      log.write('error', line);
    });
    for (;;) {
      const channel = await this.#listener.accept();
      if (channel === undefined) return;
      const session = this.#serve(channel);
      this.#sessions.set(channel, session);
      if (this.#sessions.size < limits.maxClients) continue;
      tell(`as many clients as may be: ${LIMITS.maxClients.key} is ${String(limits.maxClients)}, further ones wait`);
      await Promise.race(this.#sessions.values());
    }
  }

  /** Stops accepting and ends all sessions; commands that run are not waited for. */
  async stop(): Promise<void> {
    await this.#listener.close();
    for (const channel of this.#sessions.keys()) channel.close();
  }

  async #serve(channel: ByteChannel): Promise<void> {
    try {
      await serve(channel, this.#parts);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.log.write('error', `session of ${channel.peer}: ${reason}`);
    } finally {
      this.#sessions.delete(channel);
    }
  }
}
