import type { Clock } from '../platform.js';

/** Returns to the host's loop, so that what other clients have sent meanwhile is read before this work goes on. */
export function othersTurn(clock: Pick<Clock, 'after'>): Promise<undefined> {
  return new Promise((resolve) => {
    clock.after(0, () => {
      resolve(undefined);
    });
  });
}
