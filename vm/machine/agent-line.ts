import { limits } from '../time.js';
import { members, parse } from './json.js';
import type { Json } from './json.js';
import { LineSocket } from './line-socket.js';

const DELIMITER = 0xff;

/** An error reply. */
export interface ErrorReply {
  readonly class: string;
  readonly desc: string;
}

let lastId = 1000;

/** The host's end of an agent's line: commands and replies, and raw bytes where a test needs them. */
export class AgentLine {
  readonly #socket: LineSocket;

  private constructor(socket: LineSocket) {
    this.#socket = socket;
  }

  static async connect(path: string): Promise<AgentLine> {
    return new AgentLine(await LineSocket.connect(path));
  }

  /** Sends bytes as they are. */
  write(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Sends a command, does not wait. */
  send(execute: string, args?: Json): void {
    this.write(`${JSON.stringify(args === undefined ? { execute } : { execute, arguments: args })}\n`);
  }

  /** The next reply. @throws Error when none comes within the limit or it is no JSON object */
  async reply(what = 'reply', ms: number = limits.reply): Promise<{ readonly [key: string]: Json }> {
    const line = await this.#socket.nextLine(ms, what);
    return members(parse(line.toString()));
  }

  /** Runs a command that has to succeed. @returns its `return` value; @throws Error with the agent's error text */
  async command(execute: string, args?: Json): Promise<Json> {
    this.send(execute, args);
    const reply = await this.reply(`reply to ${execute}`);
    const value = reply['return'];
    if (value === undefined) throw new Error(`${execute} answered ${JSON.stringify(reply)}`);
    return value;
  }

  /** Runs a command that has to fail. @throws Error when it succeeds */
  async failure(execute: string, args?: Json): Promise<ErrorReply> {
    this.send(execute, args);
    const reply = await this.reply(`reply to ${execute}`);
    const { class: name, desc } = members(reply['error']);
    if (typeof name !== 'string' || typeof desc !== 'string') {
      throw new Error(`${execute} should fail but answered ${JSON.stringify(reply)}`);
    }
    return { class: name, desc };
  }

  /**
   * Gets in step whatever went before: 0xFF, then guest-sync-delimited; everything in front of its answer is dropped.
   * @throws Error when the answer does not come within the limit
   */
  async sync(ms: number = limits.reply): Promise<void> {
    const id = ++lastId;
    this.write(Uint8Array.of(DELIMITER));
    this.send('guest-sync-delimited', { id });
    const end = performance.now() + ms;
    for (;;) {
      const line = await this.#socket.nextLine(Math.max(1, end - performance.now()), 'answer to guest-sync-delimited');
      const start = line.lastIndexOf(DELIMITER) + 1;
      if (start > 0 && members(parse(line.toString('utf8', start)))['return'] === id) return;
    }
  }

  /** The next line as it came. @throws Error when none comes within the limit */
  rawLine(what: string): Promise<Buffer> {
    return this.#socket.nextLine(limits.reply, what);
  }

  /** Everything that arrives until the machine closes the line, which is when QEMU ends. */
  untilEnd(ms: number): Promise<Buffer> {
    return this.#socket.untilEnd(ms);
  }

  /** Hangs up at once. */
  close(): void {
    this.#socket.close();
  }

  /** Hangs up once everything written is on its way. */
  closeAfterWrites(): Promise<void> {
    return this.#socket.closeAfterWrites();
  }
}

/** Opens a line, hands it over, and hangs up afterwards whatever happened. */
export async function withLine<T>(path: string, use: (line: AgentLine) => Promise<T>): Promise<T> {
  const line = await AgentLine.connect(path);
  try {
    return await use(line);
  } finally {
    line.close();
  }
}
