import { seldom } from '../core/seldom.js';
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

/**
 * Tells of refused clients, of many in one line.
 * @param write gets the line
 */
export function refusals(clock: Clock, write: (line: string) => void): (peer: string) => void {
  const tell = seldom(clock, write);
  return (peer) => {
    tell(`refused ${peer}: it may not connect`);
  };
}
