import type { PushQueue } from './queue.js';

/** Who is at the other end, as far as the kernel vouches for it. */
export interface PeerIdentity {
  readonly transport: 'virtio-serial' | 'isa-serial' | 'unix' | 'vsock';
  /** the user and process that connected to a unix socket; the process may be gone by now */
  readonly uid?: number;
  readonly pid?: number;
  /** the machine at the other end of a vsock connection */
  readonly cid?: number;
}

/** A two-way stream of bytes with a peer: what every transport gives and every session takes. */
export interface ByteChannel {
  /** who is at the other end, for logs: `unix`, `vsock cid 2`, `/dev/ttyS0` … */
  readonly peer: string;
  /** missing where the channel is not of a transport: in memory, or towards an agent */
  readonly identity?: PeerIdentity | undefined;
  /** Chunks as they come; it ends when the peer ends its side, and throws when the channel breaks. To be iterated once. */
  readonly chunks: PushQueue<Uint8Array>;
  /**
   * Sends bytes, waiting while the peer does not take them. One call at a time.
   * @returns undefined when the peer's side took everything at once, which is the rule and costs no promise
   * @throws ChannelClosedError, at once or by the promise, when the channel ended before all was sent
   */
  write(parts: readonly Uint8Array[]): Promise<void> | undefined;
  /** Ends the channel at once; chunks end, a waiting write fails. Harmless when it has ended already. */
  close(): void;
}

/** Where channels come from. A transport keeps its quirks behind this: a serial line is a listener of one channel at a time. */
export interface Listener {
  /** where it listens, for logs */
  readonly address: string;
  /** @returns the next channel, or undefined after close; throws when the transport is lost for good */
  accept(): Promise<ByteChannel | undefined>;
  /** Stops accepting and releases the address; channels that it gave live on. */
  close(): Promise<void>;
}
