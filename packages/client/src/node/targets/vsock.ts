import fs from 'node:fs';
import { ChannelClosedError, PushQueue, type ByteChannel } from '@qga/protocol';
import type { Target } from '../../core/environment.js';
import { ConnectError, type ConnectReason } from '../../core/errors.js';
import { TargetError } from './address-error.js';
import { splitPort } from './numbers.js';

const AF_VSOCK = 40;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SHUT_RDWR = 2;
const UINT32_MAX = 0xffff_ffff;

/** struct sockaddr_vm of vsock(7): family, reserved, port, cid, flags. */
const ADDRESS_SIZE = 16;
const PORT_AT = 4;
const CID_AT = 8;

const CHUNK = 256 * 1024;

const REASONS: Readonly<Record<number, readonly [reason: ConnectReason, words: string]>> = {
  1: ['forbidden', 'this user is not permitted to use vsock'],
  13: ['forbidden', 'this user is not permitted to use vsock'],
  19: ['absent', 'there is no such guest, or this machine has no vsock'],
  97: ['absent', 'this kernel has no vsock; load the module vhost_vsock'],
  104: ['refused', 'nothing listens on that port in the guest'],
  110: ['refused', 'the guest does not take the connection in time'],
  111: ['refused', 'nothing listens on that port in the guest'],
};

/** What is needed of the C library. */
interface Libc {
  socket(family: number, type: number, protocol: number): number;
  /** on a thread of its own, since it waits for the guest @returns 0, or the error's number */
  connect(fd: number, address: Uint8Array): Promise<number>;
  shutdown(fd: number, how: number): number;
  errno(): number;
}

async function loadLibc(name: string): Promise<Libc> {
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load('libc.so.6');
    const connect = libc.func('int connect(int fd, const void *address, unsigned int length)');
    return {
      socket: libc.func('int socket(int family, int type, int protocol)') as unknown as Libc['socket'],
      connect: (fd, address) =>
        new Promise((resolve, reject) => {
          connect.async(fd, address, address.length, (error: Error | null, result: number) => {
            if (error !== null) reject(error);
            else resolve(result === 0 ? 0 : koffi.errno());
          });
        }),
      shutdown: libc.func('int shutdown(int fd, int how)') as unknown as Libc['shutdown'],
      errno: () => koffi.errno(),
    };
  } catch (cause) {
    const words = `${name} needs the optional package koffi; install it beside @qga/client: npm install koffi`;
    throw new ConnectError('failed', words, { cause });
  }
}

/** @param address `CID:PORT`, both decimal: a guest that listens on vsock, on this machine's hypervisor */
export function vsockTarget(address: string): Target {
  const { rest, port } = splitPort(address, 'vsock:CID:PORT', UINT32_MAX);
  if (!/^\d+$/.test(rest) || Number(rest) > UINT32_MAX) throw new TargetError(`'${rest}' is no CID; it is a number`);
  const name = `vsock:${address}`;
  return { name, open: () => open(name, Number(rest), port) };
}

async function open(name: string, cid: number, port: number): Promise<ByteChannel> {
  const libc = await loadLibc(name);
  const address = Buffer.alloc(ADDRESS_SIZE);
  address.writeUInt16LE(AF_VSOCK, 0);
  address.writeUInt32LE(port, PORT_AT);
  address.writeUInt32LE(cid, CID_AT);
  const fd = libc.socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const errno = fd < 0 ? libc.errno() : await libc.connect(fd, address);
  if (errno === 0) return new VsockChannel(fd, name, libc);
  if (fd >= 0) fs.closeSync(fd);
  const [reason, words] = REASONS[errno] ?? ['failed', `error ${String(errno)}`];
  throw new ConnectError(reason, `cannot connect to ${name}: ${words}`);
}

/** Node's own sockets refuse vsock; reading and writing on its worker threads does as well. */
class VsockChannel implements ByteChannel {
  readonly peer: string;
  readonly chunks = new PushQueue<Uint8Array>();
  readonly #fd: number;
  readonly #libc: Libc;
  #open = true;

  constructor(fd: number, peer: string, libc: Libc) {
    this.#fd = fd;
    this.peer = peer;
    this.#libc = libc;
    this.#read();
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += await this.#writeSome(part.subarray(at));
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    // wakes the read on its thread, which then closes the descriptor
    this.#libc.shutdown(this.#fd, SHUT_RDWR);
    this.chunks.end();
  }

  #writeSome(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      if (!this.#open) reject(new ChannelClosedError(`${this.peer} is gone`));
      else {
        fs.write(this.#fd, bytes, (error, count) => {
          if (error === null) resolve(count);
          else reject(new ChannelClosedError(error.message));
        });
      }
    });
  }

  #read(): void {
    const chunk = Buffer.allocUnsafe(CHUNK);
    fs.read(this.#fd, chunk, 0, CHUNK, null, (error, count) => {
      if (error === null && count > 0 && this.#open) {
        this.chunks.push(chunk.subarray(0, count));
        this.#read();
        return;
      }
      this.#open = false;
      this.chunks.end(error === null ? undefined : new ChannelClosedError(error.message));
      fs.close(this.#fd, () => undefined);
    });
  }
}
