/** The classes of error that today's agent puts on the wire. */
export type ErrorClass = 'GenericError' | 'CommandNotFound';

/**
 * A request that is answered with an error. Anything else that a command throws is a fault of ours.
 *
 * The message is the `desc` on the wire. Clients match on some of them, so they keep QEMU's wording.
 */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly errorClass: ErrorClass;

  constructor(desc: string, errorClass: ErrorClass = 'GenericError') {
    super(desc);
    this.errorClass = errorClass;
  }
}

/** The wire ended: the peer left, or we closed it. */
export class ChannelClosedError extends Error {
  override readonly name = 'ChannelClosedError';
}
