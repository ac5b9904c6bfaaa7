import type { Frame } from '@qga/protocol';
import type { Clock } from '../platform.js';

/** What gets a guest or a connection out of trouble is answered however much a client asks. */
const NEVER_LIMITED: ReadonlySet<unknown> = new Set([
  'guest-sync',
  'guest-sync-delimited',
  'guest-fsfreeze-status',
  'guest-fsfreeze-thaw',
]);

/** How many requests one client may make: so many each second, and those of one second at once. */
export class RequestRate {
  readonly #perMillisecond: number;
  readonly #most: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #left: number;
  #counted: number;

  /** @param perSecond more than 0 */
  constructor(perSecond: number, clock: Pick<Clock, 'monotonic'>) {
    this.#perMillisecond = perSecond / 1000;
    this.#most = perSecond;
    this.#clock = clock;
    this.#left = perSecond;
    this.#counted = clock.monotonic();
  }

  /** Counts a request. @returns false when it is one too many */
  admits(frame: Frame): boolean {
    const isNamed = frame.kind === 'message' && frame.value instanceof Map;
    if (isNamed && NEVER_LIMITED.has(frame.value.get('execute'))) return true;
    const now = this.#clock.monotonic();
    this.#left = Math.min(this.#most, this.#left + (now - this.#counted) * this.#perMillisecond);
    this.#counted = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
