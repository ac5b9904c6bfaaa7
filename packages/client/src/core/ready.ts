import { pause, type Clock } from './environment.js';
import { ConnectError } from './errors.js';
import { refuseIfCancelled, type CancelSignal } from './signal.js';

/** How long to wait for a guest; times in milliseconds. */
export interface ReadyOptions {
  /** how long at most; default 2 minutes */
  readonly timeout?: number;
  /** gives up early */
  readonly signal?: CancelSignal | undefined;
  /** hears of each attempt that failed: what to show to somebody who waits */
  readonly onAttempt?: (error: ConnectError) => void;
}

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/** Pauses that double, so that a guest that boots is found soon and one that is off is not pestered. */
export class Backoff {
  readonly #clock: Clock;
  #pause = FIRST_PAUSE;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param remaining milliseconds that the pause may take at most */
  async wait(remaining: number): Promise<void> {
    const length = Math.min(this.#pause, Math.max(remaining, 0));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    await pause(this.#clock, length);
  }
}

/** Reasons that time may cure; the others are for somebody to act on. */
const PASSING: ReadonlySet<ConnectError['reason']> = new Set(['absent', 'refused', 'busy', 'silent', 'lost', 'failed']);

/**
 * Tries until it works.
 * @param patience milliseconds; 0 tries once
 * @throws what the last attempt threw; the signal's reason
 */
export async function persist<T>(
  clock: Clock,
  attempt: () => Promise<T>,
  patience: number,
  options: Pick<ReadyOptions, 'signal' | 'onAttempt'> = {},
): Promise<T> {
  const end = clock.now() + patience;
  const backoff = new Backoff(clock);
  for (;;) {
    refuseIfCancelled(options.signal);
    try {
      return await attempt();
    } catch (error) {
      const remaining = end - clock.now();
      if (!(error instanceof ConnectError) || !PASSING.has(error.reason) || remaining <= 0) throw error;
      options.onAttempt?.(error);
      await backoff.wait(remaining);
    }
  }
}
