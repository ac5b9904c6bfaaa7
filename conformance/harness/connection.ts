import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A mark is always the last thing received, so that only the end is searched: replies may be tens of megabytes. */
const TAIL_BYTES = 4096;

/** Why waiting ended. */
export type WaitResult = 'found' | 'timeout' | 'closed';

/** One client connection, as raw bytes. */
export class Connection {
  readonly #socket: Socket;
  readonly #slowness: number;
  #chunks: Buffer[] = [];
  #tail: Buffer = Buffer.alloc(0);
  #closed = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, slowness: number) {
    this.#socket = socket;
    this.#slowness = slowness;
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-TAIL_BYTES);
      this.#wake?.();
    });
    const close = (): void => {
      this.#closed = true;
      this.#wake?.();
    };
    socket.on('end', close).on('close', close).on('error', close);
  }

  /**
   * Connects to a unix socket, again and again until it is there.
   *
   * @param timeoutMs when to give up
   * @param isAlive asked between attempts; `false` ends them
   * @param slowness how many times as long every wait is, this one and those for replies
   * @throws Error when nobody listens in time
   */
  static async open(path: string, timeoutMs: number, isAlive: () => boolean, slowness: number): Promise<Connection> {
    const end = Date.now() + timeoutMs * slowness;
    for (;;) {
      const socket = await attempt(path);
      if (socket) return new Connection(socket, slowness);
      if (!isAlive()) throw new Error('the agent ended');
      if (Date.now() > end) throw new Error(`nobody listens on ${path}`);
      await sleep(15);
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends bytes; resolves when the kernel has them, or when the connection has ended. */
  async send(bytes: Buffer): Promise<void> {
    if (this.#closed || this.#socket.writableEnded) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('close', resolve);
      this.#socket.write(bytes, () => {
        this.#socket.off('close', resolve);
        resolve();
      });
    });
  }

  /** Stops reading, so that the peer's replies pile up. */
  pause(): void {
    this.#socket.pause();
  }

  /** Waits until the received bytes contain `mark`; `undefined` waits for the end of the connection. */
  async waitFor(mark: Buffer | undefined, timeoutMs: number): Promise<WaitResult> {
    const end = Date.now() + timeoutMs * this.#slowness;
    for (;;) {
      if (mark && this.#tail.includes(mark)) return 'found';
      if (this.#closed) return 'closed';
      const left = end - Date.now();
      if (left <= 0) return 'timeout';
      await this.#nextEvent(left);
    }
  }

  /** Takes all received bytes. */
  take(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#tail = Buffer.alloc(0);
    return all;
  }

  /** Closes our direction only. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Closes for good. */
  close(): void {
    this.#socket.destroy();
    this.#closed = true;
  }

  async #nextEvent(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

async function attempt(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true });
    const fail = (): void => resolve(undefined);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
