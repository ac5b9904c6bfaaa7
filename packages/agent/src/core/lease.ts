import type { Clock } from '../platform.js';

/** Timers of some hosts take no more than 31 bits; the lease looks again. */
const LONGEST_NAP = 3_600_000;

/** A time after which something happens, unless it is cancelled. Time in which the guest sleeps does not count. */
export class Lease {
  /** how long it is, in seconds */
  readonly seconds: number;
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #began: number;
  #cancelTimer = (): void => undefined;

  /** @param began when it began, on the monotonic clock; a time to come cannot be meant and counts as now */
  constructor(clock: Clock, began: number, seconds: number, onEnd: () => void) {
    this.#clock = clock;
    this.#began = Math.min(began, clock.monotonic());
    this.seconds = seconds;
    this.#onEnd = onEnd;
    this.#sleep();
  }

  /** Milliseconds to its end. */
  get remaining(): number {
    return Math.max(0, this.#began + this.seconds * 1000 - this.#clock.monotonic());
  }

  /** Begins anew. */
  refresh(): void {
    this.#began = this.#clock.monotonic();
  }

  cancel(): void {
    this.#cancelTimer();
  }

  #sleep(): void {
    this.#cancelTimer = this.#clock.after(Math.min(this.remaining, LONGEST_NAP), () => {
      if (this.remaining > 0) this.#sleep();
      else this.#onEnd();
    });
  }
}
