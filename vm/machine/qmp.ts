import { limits, within } from '../time.js';
import { members, parse } from './json.js';
import type { Json } from './json.js';
import { LineSocket } from './line-socket.js';

/** An event of QEMU's monitor. */
export interface QmpEvent {
  readonly name: string;
  readonly data: { readonly [key: string]: Json };
}

/** QEMU's monitor, used for its events and to wake the machine. */
export class Qmp {
  readonly #socket: LineSocket;
  readonly #events: QmpEvent[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: LineSocket) {
    this.#socket = socket;
  }

  /** Connects and asks for events. @throws Error when the monitor does not answer */
  static async connect(path: string): Promise<Qmp> {
    const qmp = new Qmp(await LineSocket.connect(path));
    qmp.#socket.write('{"execute":"qmp_capabilities"}\n');
    await qmp.#socket.nextLine(limits.reply, 'greeting of the monitor');
    void qmp.#listen();
    return qmp;
  }

  /**
   * Waits for an event, or finds one that came before; each is found once.
   * @throws Error when it does not come within the limit
   */
  async event(name: string, wanted: (data: QmpEvent['data']) => boolean, ms: number): Promise<QmpEvent> {
    const find = async (): Promise<QmpEvent> => {
      for (;;) {
        const index = this.#events.findIndex((event) => event.name === name && wanted(event.data));
        const found = index < 0 ? undefined : this.#events.splice(index, 1)[0];
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    };
    return within(find(), ms, `event ${name}`);
  }

  /** Gives an order of which an event will tell the outcome. */
  send(execute: string, args: Json): void {
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
  }

  /** Wakes a machine that sleeps. */
  wakeUp(): void {
    this.#socket.write('{"execute":"system_wakeup"}\n');
  }

  close(): void {
    this.#socket.close();
  }

  /** Collects events until QEMU ends. */
  async #listen(): Promise<void> {
    for (;;) {
      const line = await this.#socket.nextLine(24 * 3600_000, 'event').catch(() => undefined);
      if (line === undefined) return;
      const { event, data } = members(parse(line.toString()));
      if (typeof event === 'string') this.#events.push({ name: event, data: members(data) });
      this.#wake();
    }
  }
}
