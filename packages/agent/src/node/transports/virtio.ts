import fs from 'node:fs';
import type { ByteChannel, Listener } from '@qga/protocol';
import { isErrno, SystemError } from '../../core/system-error.js';
import { EAGAIN, O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../../linux/constants.js';
import { asSystemError } from '../errors.js';
import { FdChannel } from '../fd-channel.js';
import { readNow } from '../libc.js';
import { TransportError } from './transport-error.js';

/** While nobody on the host has the port open, it is asked this often, in milliseconds: the kernel only says «end of file». */
const HOST_POLL = 100;

/**
 * A virtio-serial port: one channel at a time, from the host's connecting to its leaving. The port stays open all the while,
 * because the host reads from it that an agent is there.
 * @throws TransportError when the port cannot be opened
 */
export function listenVirtio(path: string): Listener {
  let fd: number;
  try {
    fd = fs.openSync(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  } catch (error) {
    const cause = asSystemError(error);
    throw new TransportError(`error opening channel '${path}': ${cause.message}`);
  }
  return new VirtioListener(fd, path);
}

class VirtioListener implements Listener {
  readonly address: string;
  readonly #fd: number;
  #channel: FdChannel | undefined;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.address = path;
  }

  async accept(): Promise<ByteChannel | undefined> {
    const broke = await this.#channel?.ended;
    if (broke !== undefined && !this.#closed) throw new TransportError(broke.message);
    while (!this.#closed) {
      const first = this.#probe();
      if (first !== undefined) {
        const channel = new FdChannel(this.#fd, this.address, true);
        if (first.length > 0) channel.chunks.push(first);
        this.#channel = channel;
        return channel;
      }
      await this.#pause();
    }
    return undefined;
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#channel?.close();
    this.#wake();
    fs.closeSync(this.#fd);
    return Promise.resolve();
  }

  /** Whether the host is there: undefined when not, else the first bytes, which may be none yet. */
  #probe(): Uint8Array | undefined {
    const chunk = new Uint8Array(4096);
    try {
      const count = readNow(this.#fd, chunk);
      return count === 0 ? undefined : chunk.subarray(0, count);
    } catch (error) {
      if (isErrno(error, EAGAIN)) return chunk.subarray(0, 0);
      if (error instanceof SystemError) throw new TransportError(`reading from ${this.address}: ${error.message}`);
      throw error;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, HOST_POLL);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
