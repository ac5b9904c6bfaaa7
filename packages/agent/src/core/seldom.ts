import type { Clock } from '../platform.js';

/** Pause between two lines, in milliseconds. */
const QUIET = 10_000;

/**
 * Keeps a line that anybody can cause from filling the log: of many in a while the first is written, and the next one that is tells
 * how many were not.
 * @param write gets the line
 */
export function seldom(clock: Pick<Clock, 'monotonic'>, write: (line: string) => void): (line: string) => void {
  let quietUntil = -Infinity;
  let untold = 0;
  return (line) => {
    const now = clock.monotonic();
    if (now < quietUntil) {
      untold += 1;
      return;
    }
    write(untold === 0 ? line : `${line} (and ${String(untold)} more since the last such line)`);
    quietUntil = now + QUIET;
    untold = 0;
  };
}
