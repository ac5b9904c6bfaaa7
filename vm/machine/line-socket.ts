import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';

const LF = 0x0a;

/** A unix socket that is written in bytes and read in lines, each wait with a limit. */
export class LineSocket {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // An error is always followed by 'close', and that is what readers are told.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /**
   * @param path of a listening unix socket
   * @throws Error from the system when nobody listens there
   */
  static async connect(path: string): Promise<LineSocket> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new LineSocket(socket);
  }

  write(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /**
   * The next line without its end.
   * @param ms limit of the wait
   * @param what completes the sentence «no … within 5 s»
   * @throws Error when the limit passes, or when the other side is gone
   */
  async nextLine(ms: number, what: string): Promise<Buffer> {
    const end = performance.now() + ms;
    for (let searched = 0; ;) {
      const lineEnd = this.#received.indexOf(LF, searched);
      if (lineEnd >= 0) {
        const line = this.#received.subarray(0, lineEnd);
        this.#received = this.#received.subarray(lineEnd + 1);
        return line;
      }
      if (this.#ended) throw new Error(`the connection ended while waiting for ${what}`);
      searched = this.#received.length;
      await this.#change(end, ms, what);
    }
  }

  /** Everything that arrives until the other side closes. @throws Error when it does not within the limit */
  async untilEnd(ms: number): Promise<Buffer> {
    const end = performance.now() + ms;
    while (!this.#ended) await this.#change(end, ms, 'end of the connection');
    return this.#received;
  }

  /** Hangs up at once; bytes that were not read are lost. */
  close(): void {
    this.#socket.destroy();
  }

  /** Hangs up once everything written has been handed to the other side. */
  async closeAfterWrites(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write('', () => resolve()));
    this.close();
  }

  /** Waits for news. The limit is kept here, so that no abandoned wait can swallow a line that comes late. */
  #change(end: number, ms: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = new Error(`no ${what} within ${Math.round(ms / 1000)} s`);
      const timer = setTimeout(() => reject(late), Math.max(0, end - performance.now()));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
