import { ChannelClosedError, PushQueue, type ByteChannel, type PeerIdentity } from '@qga/protocol';
import { SystemError } from '../core/system-error.js';
import { pause, READABLE, WRITABLE, type Wires } from '../descriptors.js';
import { EAGAIN } from '../linux/constants.js';

/** Pause before trying again when the kernel calls a descriptor writable and then takes nothing, in milliseconds. */
const BACK_OFF = 20;
/**
 * How long a port must be at its end of file before its host counts as gone, and how often it is asked, in milliseconds. The
 * kernel learns of a host's coming by another queue than of its data, so a request may be read before the port is «open»; an
 * answer that gave up then would be lost.
 */
const HOST_GONE = 500;
const ASK_AGAIN = 50;

/**
 * What the descriptor is: of a socket the peer may end one direction and still read the other; a line is gone with its end of
 * file; a port is, too, but its descriptor is the device itself and stays open.
 */
export type WireKind = 'socket' | 'line' | 'port';

/** A channel over a non-blocking descriptor. */
export class FdChannel implements ByteChannel {
  readonly peer: string;
  readonly identity: PeerIdentity;
  readonly chunks: PushQueue<Uint8Array>;
  /** settles when the channel has ended, whoever ended it; with the error when it broke */
  readonly ended: Promise<Error | undefined>;
  readonly #wires: Wires;
  readonly #fd: number;
  readonly #kind: WireKind;
  #resolveEnded: (error: Error | undefined) => void = () => undefined;
  #reading = true;
  #atEnd = false;
  #open = true;
  #goneSince: number | undefined;
  #resting = false;
  #interest = 0;
  #writable: (() => void) | undefined;

  constructor(wires: Wires, fd: number, peer: string, kind: WireKind, identity: PeerIdentity) {
    this.#wires = wires;
    this.#fd = fd;
    this.peer = peer;
    this.#kind = kind;
    this.identity = identity;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.chunks = new PushQueue(() => {
      this.#reading = true;
      this.#update();
    });
    wires.descriptors.watch(fd, () => {
      this.#ready();
    });
    this.#update();
  }

  write(parts: readonly Uint8Array[]): Promise<void> | undefined {
    let total = 0;
    // by index: the engine of the native host makes an object a round for `for … of`
    for (let at = 0; at < parts.length; at++) total += parts[at]?.length ?? 0;
    if (!this.#open) throw new ChannelClosedError(`${this.peer} is gone`);
    const sent = this.#tryWrite(parts, 0);
    return sent === total ? undefined : this.#writeRest(parts, sent, total);
  }

  async #writeRest(parts: readonly Uint8Array[], from: number, total: number): Promise<void> {
    let woken = false;
    for (let sent = from; sent < total;) {
      await this.#untilWritable(woken);
      if (!this.#open) throw new ChannelClosedError(`${this.peer} is gone`);
      const count = this.#tryWrite(parts, sent);
      sent += count;
      woken = count === 0;
    }
  }

  close(): void {
    this.#end(undefined);
  }

  #tryWrite(parts: readonly Uint8Array[], from: number): number {
    const count = this.#wires.descriptors.write(this.#fd, parts, from);
    if (count >= 0) return count;
    if (count === -EAGAIN) return 0;
    const closed = new ChannelClosedError(`writing to ${this.peer}: ${new SystemError(-count).message}`);
    this.#end(closed);
    throw closed;
  }

  /**
   * Waits for room.
   * @param again it was called writable a moment ago and took nothing. So does a port whose host has left; reading tells.
   */
  async #untilWritable(again: boolean): Promise<void> {
    if (again) {
      this.#read();
      await pause(this.#wires.clock, BACK_OFF);
    }
    if (!this.#open) return;
    await new Promise<void>((resolve) => {
      this.#writable = resolve;
      this.#update();
    });
  }

  #ready(): void {
    const writable = this.#writable;
    if (writable !== undefined) {
      this.#writable = undefined;
      writable();
    }
    if (this.#reading) this.#read();
    this.#update();
  }

  #read(): void {
    if (!this.#open || this.#atEnd) return;
    const chunk = this.#wires.descriptors.read(this.#fd);
    if (typeof chunk !== 'number' && chunk.length === 0) {
      this.#endOfFile();
      return;
    }
    this.#goneSince = undefined;
    if (typeof chunk !== 'number') this.#reading = this.chunks.push(chunk);
    else if (chunk !== -EAGAIN) {
      this.#end(new ChannelClosedError(`reading from ${this.peer}: ${new SystemError(-chunk).message}`));
    }
  }

  #endOfFile(): void {
    if (this.#kind === 'line') this.#end(undefined);
    else if (this.#kind === 'port') this.#hostMayBeGone();
    else {
      this.#atEnd = true;
      // replies to what was asked before still go out; the session closes the channel then
      this.chunks.end();
    }
  }

  #hostMayBeGone(): void {
    const { clock } = this.#wires;
    const now = clock.monotonic();
    this.#goneSince ??= now;
    if (now - this.#goneSince >= HOST_GONE) {
      this.#end(undefined);
      return;
    }
    if (this.#resting) return;
    this.#resting = true;
    clock.after(ASK_AGAIN, () => {
      this.#resting = false;
      this.#read();
      this.#update();
    });
  }

  #update(): void {
    if (!this.#open) return;
    const wanted = (this.#reading && !this.#atEnd ? READABLE : 0) | (this.#writable === undefined ? 0 : WRITABLE);
    const interest = this.#resting ? 0 : wanted;
    if (interest === this.#interest) return;
    this.#interest = interest;
    this.#wires.descriptors.interest(this.#fd, interest);
  }

  #end(error: Error | undefined): void {
    if (!this.#open) return;
    this.#open = false;
    this.#wires.descriptors.unwatch(this.#fd);
    if (this.#kind !== 'port') this.#wires.descriptors.close(this.#fd);
    this.chunks.end(error);
    this.#writable?.();
    this.#resolveEnded(error);
  }
}
