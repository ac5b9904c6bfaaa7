import { isErrno } from '../core/system-error.js';
import type { Log } from '../core/log.js';
import type { AuditSink } from './sink.js';

/** Lines and characters that wait for the sink; what comes on top is counted, not kept. */
const MOST_LINES = 10_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** Lines that are handed over at a time. */
const BATCH = 256;

/** Lines on their way to the sink. Nobody waits for it; while filesystems are frozen it is left alone. */
export class AuditQueue {
  readonly #sink: AuditSink;
  readonly #log: Log;
  readonly #drops: (count: number) => string;
  #lines: string[] = [];
  #characters = 0;
  #dropped = 0;
  #failing = false;
  #working: Promise<void> | undefined;

  /** @param drops makes the line that tells how many were dropped */
  constructor(sink: AuditSink, log: Log, drops: (count: number) => string) {
    this.#sink = sink;
    this.#log = log;
    this.#drops = drops;
    log.onRelease(() => {
      this.#start();
    });
  }

  add(line: string): void {
    if (this.#lines.length >= MOST_LINES || this.#characters + line.length > MOST_CHARACTERS) {
      this.#dropped += 1;
      return;
    }
    this.#lines.push(line);
    this.#characters += line.length;
    this.#start();
  }

  /** Settles when everything that can be written has been. */
  async flush(): Promise<void> {
    await this.#working;
  }

  #start(): void {
    // work that has nothing to do would end before it is noted as under way, and be noted for ever
    if (this.#log.held || (this.#lines.length === 0 && this.#dropped === 0)) return;
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    while (!this.#log.held && (this.#lines.length > 0 || this.#dropped > 0)) {
      const dropped = this.#dropped;
      const batch = this.#lines.splice(0, BATCH);
      for (const line of batch) this.#characters -= line.length;
      // those that were dropped came after those that were kept, and before what comes now
      const last = dropped > 0 && this.#lines.length === 0 ? [this.#drops(dropped)] : [];
      const written = await this.#write([...batch, ...last]);
      if (last.length > 0 && written) this.#dropped -= dropped;
      if (!written) {
        this.#dropped += batch.length;
        break;
      }
    }
    this.#working = undefined;
  }

  async #write(lines: readonly string[]): Promise<boolean> {
    try {
      await this.#sink.write(lines);
      this.#failing = false;
      return true;
    } catch (error) {
      if (!isErrno(error)) throw error;
      if (!this.#failing) this.#log.write('error', `audit: lines are lost: ${error.message}`);
      this.#failing = true;
      return false;
    }
  }
}
