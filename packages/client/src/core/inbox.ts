import { Framer, type ByteKernels, type Frame, type MessageLimits } from '@qga/protocol';
import type { Clock } from './environment.js';

/** How waiting for a message ended. */
export type Outcome =
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** nothing came in time; `behind`: not even what an earlier one waited for */
  | { readonly kind: 'silence'; readonly behind: boolean }
  /** given up on this side, for this or an earlier one */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'lost'; readonly reason: string };

interface Waiting {
  readonly limit: number;
  wanted(frame: Frame): boolean;
  settle(outcome: Outcome): void;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/**
 * Reads what the agent sends, all the time, so that its end is noticed; what nobody waits for is dropped, unread.
 * Messages go to those who wait in the order of their asking; the time of each begins when it is first in line.
 */
export class Inbox {
  readonly #clock: Clock;
  readonly #newFramer: () => Framer;
  #framer: Framer;
  readonly #line: Waiting[] = [];
  #stopTimer: () => void = () => undefined;
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
    return new Promise((settle) => {
      this.#line.push({ limit, wanted, settle });
      if (this.#line.length === 1) this.#startTimer();
    });
  }

  /** Gives up on all that is waited for: nobody can tell any more which message answers what. */
  drop(): void {
    this.#clear(() => ({ kind: 'dropped' }));
  }

  /** Takes bytes from the agent. */
  receive(chunk: Uint8Array): void {
    if (this.#line.length === 0) {
      // a line's end after its message is no disturbance
      if (!chunk.every(isBlank)) this.#disturbed = true;
      return;
    }
    for (const frame of this.#framer.push(chunk)) this.#take(frame);
    if (this.#framer.midMessage && this.#isIdle()) this.#disturbed = true;
  }

  /** Nothing will come any more. */
  end(reason: string): void {
    const lost = (this.#lost ??= reason);
    this.#clear(() => ({ kind: 'lost', reason: lost }));
  }

  #take(frame: Frame): void {
    const [first] = this.#line;
    if (first === undefined) {
      this.#disturbed = true;
    } else if (first.wanted(frame)) {
      this.#line.shift();
      this.#stopTimer();
      if (this.#line.length > 0) this.#startTimer();
      first.settle({ kind: 'frame', frame });
    }
  }

  #startTimer(): void {
    this.#stopTimer = this.#clock.after(this.#line[0]?.limit ?? 0, () => {
      this.#clear((position) => ({ kind: 'silence', behind: position > 0 }));
    });
  }

  #clear(outcome: (position: number) => Outcome): void {
    this.#stopTimer();
    this.#line.splice(0).forEach((waiting, position) => {
      waiting.settle(outcome(position));
    });
  }

  /** A method because the compiler takes the field for unchanged while frames are taken. */
  #isIdle(): boolean {
    return this.#line.length === 0;
  }
}
