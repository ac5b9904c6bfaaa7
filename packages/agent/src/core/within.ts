import type { Clock } from '../platform.js';

/** What came instead of a result: the time was over, or the wait was called off. */
export const LATE = Symbol('late');

/**
 * Waits for a promise, but not for ever. The work behind it goes on; whoever gets LATE must see to what it leaves.
 * @param milliseconds how long to wait
 * @param calledOff ends the wait early
 */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  work: Promise<T>,
  calledOff?: Promise<void>,
): Promise<T | typeof LATE> {
  let cancel = (): void => undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    const give = (): void => {
      resolve(LATE);
    };
    cancel = clock.after(milliseconds, give);
    void calledOff?.then(give);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
