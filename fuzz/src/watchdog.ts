import { Worker } from 'node:worker_threads';

/** Seconds after which an input that is still at work has hung. */
const LIMIT = 30;
/** Where the shared memory has what: a counter, the input's length, the input. */
const HEADER = 2;

/**
 * The other thread: a loop that never ends blocks everything of its own thread, standard output too, so somebody else has to
 * tell and to end the process.
 */
const GUARD = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const header = new Int32Array(workerData.shared, 0, ${HEADER});
let last = -1;
setInterval(() => {
  const now = Atomics.load(header, 0);
  if (now === last && now % 2 === 1) {
    const input = Buffer.from(new Uint8Array(workerData.shared, ${4 * HEADER}, Atomics.load(header, 1)));
    writeSync(2, 'FOUND an input that hangs: ' + JSON.stringify(input.toString('latin1')) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
}, ${1000 * LIMIT}).unref();
`;

/** Ends the process, with the input in its last words, when an input never comes to an end. */
export class Watchdog {
  readonly #shared: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #worker: Worker;

  /** @param largest bytes that an input may have */
  constructor(largest: number) {
    this.#shared = new SharedArrayBuffer(4 * HEADER + largest);
    this.#header = new Int32Array(this.#shared, 0, HEADER);
    this.#worker = new Worker(GUARD, { eval: true, workerData: { shared: this.#shared } });
    this.#worker.unref();
  }

  /** An input begins. */
  begin(input: Uint8Array): void {
    new Uint8Array(this.#shared, 4 * HEADER).set(input);
    Atomics.store(this.#header, 1, input.length);
    Atomics.add(this.#header, 0, 1);
  }

  /** It has ended. */
  end(): void {
    Atomics.add(this.#header, 0, 1);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
