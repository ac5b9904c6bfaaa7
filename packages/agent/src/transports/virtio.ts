import type { ByteChannel, Listener } from '@qga/protocol';
import { SystemError } from '../core/system-error.js';
import type { Wires } from '../descriptors.js';
import { EAGAIN, O_CLOEXEC, O_NONBLOCK, O_RDWR } from '../linux/constants.js';
import { FdChannel } from './fd-channel.js';
import { TransportError } from './transport-error.js';

/** While nobody on the host has the port open, it is asked this often, in milliseconds: the kernel only says «end of file». */
const HOST_POLL = 100;

/**
 * A virtio-serial port: one channel at a time, from the host's connecting to its leaving. The port stays open all the while,
 * because the host reads from it that an agent is there.
 * @throws TransportError when the port cannot be opened
 */
export function listenVirtio(wires: Wires, path: string): Listener {
  const fd = wires.descriptors.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
  if (fd < 0) throw new TransportError(`error opening channel '${path}': ${new SystemError(-fd).message}`);
  return new VirtioListener(wires, fd, path);
}

class VirtioListener implements Listener {
  readonly address: string;
  readonly #wires: Wires;
  readonly #fd: number;
  #channel: FdChannel | undefined;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(wires: Wires, fd: number, path: string) {
    this.#wires = wires;
    this.#fd = fd;
    this.address = path;
  }

  async accept(): Promise<ByteChannel | undefined> {
    const broke = await this.#channel?.ended;
    if (broke !== undefined && !this.#closed) throw new TransportError(broke.message);
    while (!this.#closed) {
      const first = this.#probe();
      if (first !== undefined) {
        const channel = new FdChannel(this.#wires, this.#fd, this.address, 'port', { transport: 'virtio-serial' });
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
    this.#wires.descriptors.close(this.#fd);
    return Promise.resolve();
  }

  /** Whether the host is there: undefined when not, else the first bytes, which may be none yet. */
  #probe(): Uint8Array | undefined {
    const chunk = this.#wires.descriptors.read(this.#fd);
    if (typeof chunk !== 'number') return chunk.length === 0 ? undefined : chunk;
    if (chunk === -EAGAIN) return new Uint8Array(0);
    throw new TransportError(`reading from ${this.address}: ${new SystemError(-chunk).message}`);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#wires.clock.after(HOST_POLL, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
