import { once } from 'node:events';

const NEWLINE = 10;

/** Prints bytes as they come, or, of several guests, whole lines with a prefix that says whose they are. */
export class LinePrinter {
  readonly #stream: NodeJS.WriteStream;
  readonly #prefix: string;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: NodeJS.WriteStream, prefix: string) {
    this.#stream = stream;
    this.#prefix = prefix;
  }

  /** Prints what can be; waits while the reader of our output does not keep up. */
  async print(bytes: Uint8Array): Promise<void> {
    if (this.#prefix === '') return this.#write(bytes);
    const all = Buffer.concat([this.#rest, bytes]);
    const end = all.lastIndexOf(NEWLINE) + 1;
    this.#rest = all.subarray(end);
    await this.#write(this.#prefixed(all.subarray(0, end)));
  }

  /** Prints a last line that has no end. */
  async end(): Promise<void> {
    if (this.#rest.length > 0) await this.#write(Buffer.concat([this.#prefixed(this.#rest), Buffer.from('\n')]));
  }

  #prefixed(lines: Uint8Array): Uint8Array {
    const text = Buffer.from(lines).toString('latin1');
    const prefix = Buffer.from(this.#prefix).toString('latin1');
    return Buffer.from(
      text.replace(/[^\n]*\n|[^\n]+$/g, (line) => prefix + line),
      'latin1',
    );
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0 && !this.#stream.write(bytes)) await once(this.#stream, 'drain');
  }
}
