import type { ByteChannel, PeerIdentity } from '@qga/protocol';

/** Who makes a call: what the log calls the client, and what the kernel says of it. */
export interface Caller extends Partial<PeerIdentity> {
  readonly peer: string;
}

/** Who is at the other end of a channel. */
export function callerOf({ peer, identity }: ByteChannel): Caller {
  return { peer, ...identity };
}
