import { Framer, type ByteKernels, type Frame, type MessageLimits } from '@qga/protocol';
import type { Clock } from './environment.js';

/** How waiting for a message ended. */
export type Outcome =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'silence' }
  | { readonly kind: 'lost'; readonly reason: string };

interface Waiting {
  wanted(frame: Frame): boolean;
  settle(outcome: Outcome): void;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/**
 * Reads what the agent sends, all the time, so that its end is noticed; what nobody waits for is dropped, unread.
 * At most one message is waited for at a time.
 */
export class Inbox {
  readonly #clock: Clock;
  readonly #newFramer: () => Framer;
  #framer: Framer;
  #waiting: Waiting | undefined;
  #lost: string | undefined;
  #disturbed = false;

  constructor(kernels: ByteKernels, clock: Clock, limits: MessageLimits) {
    this.#clock = clock;
    this.#newFramer = () => new Framer(kernels, limits);
    this.#framer = this.#newFramer();
  }

  /** Why nothing will come any more; undefined while something may. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Whether something came that nobody waited for: what comes next cannot be trusted to be an answer. */
  get disturbed(): boolean {
    return this.#disturbed;
  }

  /** Forgets an unfinished message and all disturbance. */
  restart(): void {
    this.#framer = this.#newFramer();
    this.#disturbed = false;
  }

  /**
   * Waits for the next message that is wanted; others are dropped. It never rejects.
   * @param limit in milliseconds
   */
  expect(limit: number, wanted: (frame: Frame) => boolean = () => true): Promise<Outcome> {
    if (this.#lost !== undefined) return Promise.resolve({ kind: 'lost', reason: this.#lost });
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        cancel();
        this.#waiting = undefined;
        resolve(outcome);
      };
      const cancel = this.#clock.after(limit, () => {
        settle({ kind: 'silence' });
      });
      this.#waiting = { wanted, settle };
    });
  }

  /** Takes bytes from the agent. */
  receive(chunk: Uint8Array): void {
    if (this.#waiting === undefined) {
      // a line's end after its message is no disturbance
      if (!chunk.every(isBlank)) this.#disturbed = true;
      return;
    }
    for (const frame of this.#framer.push(chunk)) this.#take(frame);
    if (this.#framer.midMessage && this.#isIdle()) this.#disturbed = true;
  }

  /** Nothing will come any more. */
  end(reason: string): void {
    this.#lost ??= reason;
    this.#waiting?.settle({ kind: 'lost', reason: this.#lost });
  }

  #take(frame: Frame): void {
    const waiting = this.#waiting;
    if (waiting === undefined) this.#disturbed = true;
    else if (waiting.wanted(frame)) waiting.settle({ kind: 'frame', frame });
  }

  /** A method because the compiler takes the field for unchanged while frames are taken. */
  #isIdle(): boolean {
    return this.#waiting === undefined;
  }
}
