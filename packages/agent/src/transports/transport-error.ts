/** A channel that cannot be opened, or a device that is gone; the message names it. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}
