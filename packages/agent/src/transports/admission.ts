import type { Clock } from '../platform.js';

/** Who may connect, besides those whom the transport always lets in. */
export interface Admission {
  /** users, on a unix socket; root and the agent's own user always may */
  readonly uids: ReadonlySet<number>;
  /** machines, over vsock; the host always may */
  readonly cids: ReadonlySet<number>;
  /** Told of everybody who was turned away. */
  readonly refused: (peer: string) => void;
}

/** Pause between two lines about refused clients, in milliseconds: who is refused must not fill the log. */
const QUIET = 10_000;

/**
 * Tells of refused clients, of many in one line.
 * @param write gets the line
 */
export function refusals(clock: Clock, write: (line: string) => void): (peer: string) => void {
  let quietUntil = -Infinity;
  let untold = 0;
  return (peer) => {
    const now = clock.monotonic();
    if (now < quietUntil) {
      untold += 1;
      return;
    }
    const more = untold === 0 ? '' : ` (and ${String(untold)} more since the last such line)`;
    write(`refused ${peer}: it may not connect${more}`);
    quietUntil = now + QUIET;
    untold = 0;
  };
}
