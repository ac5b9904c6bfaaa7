import fs from 'node:fs';
import { ChannelClosedError, PushQueue, type ByteChannel } from '@qga/protocol';
import { isErrno } from '../core/system-error.js';
import { EAGAIN } from '../linux/constants.js';
import { readNow, Watch, writeNow } from './libc.js';

const CHUNK = 65_536;
/** Pause before trying again when the kernel calls a descriptor writable and then takes nothing, in milliseconds. */
const BACK_OFF = 20;

/** A channel over a non-blocking descriptor that Node's streams refuse: character devices, vsock. */
export class FdChannel implements ByteChannel {
  readonly peer: string;
  readonly chunks: PushQueue<Uint8Array>;
  /** settles when the channel has ended, whoever ended it; with the error when it broke */
  readonly ended: Promise<Error | undefined>;
  readonly #fd: number;
  readonly #keep: boolean;
  readonly #watch: Watch;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);
  #resolveEnded: (error: Error | undefined) => void = () => undefined;
  #paused = false;
  #open = true;
  #writable: (() => void) | undefined;

  /** @param keep leave the descriptor open when the channel ends: it is the device itself */
  constructor(fd: number, peer: string, keep: boolean) {
    this.#fd = fd;
    this.peer = peer;
    this.#keep = keep;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.chunks = new PushQueue(() => {
      this.#paused = false;
      this.#update();
    });
    this.#watch = new Watch(fd, () => {
      this.#ready();
    });
    this.#update();
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      let woken = false;
      for (let at = 0; at < part.length;) {
        if (!this.#open) throw new ChannelClosedError(`${this.peer} is gone`);
        const count = this.#tryWrite(part.subarray(at));
        if (count === 0) await this.#untilWritable(woken);
        woken = count === 0;
        at += count;
      }
    }
  }

  close(): void {
    this.#end(undefined);
  }

  #tryWrite(bytes: Uint8Array): number {
    try {
      return writeNow(this.#fd, bytes);
    } catch (error) {
      if (isErrno(error, EAGAIN)) return 0;
      if (!isErrno(error)) throw error;
      const closed = new ChannelClosedError(`writing to ${this.peer}: ${error.message}`);
      this.#end(closed);
      throw closed;
    }
  }

  /**
   * Waits for room.
   * @param again it was called writable a moment ago and took nothing. So does a port whose host has left; reading tells.
   */
  async #untilWritable(again: boolean): Promise<void> {
    if (again) {
      this.#read();
      await new Promise((resolve) => setTimeout(resolve, BACK_OFF));
    }
    if (!this.#open) return;
    await new Promise<void>((resolve) => {
      this.#writable = resolve;
      this.#update();
    });
  }

  #ready(): void {
    const writable = this.#writable;
    this.#writable = undefined;
    if (writable !== undefined) writable();
    if (!this.#paused) this.#read();
    this.#update();
  }

  #read(): void {
    if (!this.#open) return;
    try {
      const count = readNow(this.#fd, this.#buffer);
      if (count === 0) this.#end(undefined);
      else this.#paused = !this.chunks.push(new Uint8Array(this.#buffer.subarray(0, count)));
    } catch (error) {
      if (isErrno(error, EAGAIN)) return;
      if (!isErrno(error)) throw error;
      this.#end(new ChannelClosedError(`reading from ${this.peer}: ${error.message}`));
    }
  }

  #update(): void {
    if (!this.#open) return;
    this.#watch.set({ readable: !this.#paused, writable: this.#writable !== undefined });
  }

  #end(error: Error | undefined): void {
    if (!this.#open) return;
    this.#open = false;
    this.#watch.close();
    if (!this.#keep) fs.closeSync(this.#fd);
    this.chunks.end(error);
    this.#writable?.();
    this.#resolveEnded(error);
  }
}
