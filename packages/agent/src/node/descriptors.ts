import koffi from 'koffi';
import fs from 'node:fs';
import { READABLE, WRITABLE, type Descriptors, type PeerCredentials } from '../descriptors.js';
import { SystemError } from '../core/system-error.js';
import { asSystemError } from './errors.js';

const libc = koffi.load(null);

const openCall = libc.func('int open(const char *path, int flags, unsigned int mode)');
const readCall = libc.func('int64_t read(int fd, _Out_ uint8_t *bytes, uint64_t length)');
const writeCall = libc.func('int64_t write(int fd, _In_ uint8_t *bytes, uint64_t length)');
const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, long argument)');
const ioctlBytesCall = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
const socketCall = libc.func('int socket(int domain, int type, int protocol)');
const optionCall = libc.func(
  'int getsockopt(int fd, int level, int option, _Out_ int *value, _Inout_ uint32_t *length)',
);
const bindCall = libc.func('int bind(int fd, _In_ uint8_t *address, uint32_t length)');
const connectCall = libc.func('int connect(int fd, _In_ uint8_t *address, uint32_t length)');
const listenCall = libc.func('int listen(int fd, int backlog)');
const acceptCall = libc.func('int accept4(int fd, _Out_ uint8_t *address, _Inout_ uint32_t *length, int flags)');
const getsockoptCall = libc.func(
  'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
);
const fcntlLockCall = libc.func('int fcntl(int fd, int command, _In_ uint8_t *lock)');

const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const SO_PEERCRED = 17;
const F_SETLK = 6;
const SOL_SOCKET = 1;
const INT_SIZE = 4;
/** What one read can take: as much as a port or a socket holds. */
const INPUT_SIZE = 262_144;

/** The result of a call of the C library, with the errno in place of -1. */
function result(value: unknown): number {
  const number = Number(value);
  return number < 0 ? -koffi.errno() : number;
}

/** The same for a call of Node's. */
function resultOf(call: () => number): number {
  try {
    return call();
  } catch (thrown) {
    const error = asSystemError(thrown);
    if (error instanceof SystemError) return -error.errno;
    throw thrown;
  }
}

function lockBytes(): Buffer {
  const flock = Buffer.alloc(32);
  flock.writeInt16LE(1, 0); // F_WRLCK, from SEEK_SET 0, length 0: to the end
  return flock;
}

/** Writes the first part that is not sent yet; the caller comes again for the next. */
function writeFrom(fd: number, parts: readonly Uint8Array[], from: number): number {
  let skip = from;
  for (const part of parts) {
    if (skip < part.length) {
      const rest = part.subarray(skip);
      return result(writeCall(fd, rest, rest.length));
    }
    skip -= part.length;
  }
  return 0;
}

/**
 * System calls through the C library; libuv watches. A watch's handle must be kept: one that is collected stops watching, in
 * silence.
 */
export class NodeDescriptors implements Descriptors {
  readonly #input = Buffer.allocUnsafeSlow(INPUT_SIZE);
  readonly #watches = new Map<number, { handle: ReturnType<typeof koffi.node.poll>; ready: () => void }>();

  open = (path: string, flags: number, mode: number): number => result(openCall(path, flags, mode));

  close = (fd: number): number =>
    resultOf(() => {
      fs.closeSync(fd);
      return 0;
    });

  read = (fd: number): Uint8Array | number => {
    const count = result(readCall(fd, this.#input, INPUT_SIZE));
    return count < 0 ? count : new Uint8Array(this.#input.subarray(0, count));
  };

  write = writeFrom;

  ioctl = (fd: number, request: number, argument?: Uint8Array): number =>
    result(argument === undefined ? ioctlCall(fd, request, 0) : ioctlBytesCall(fd, request, argument));

  socket = (domain: number, type: number, protocol: number): number => result(socketCall(domain, type, protocol));

  socketOption = (fd: number, option: number): number => {
    const value = [0];
    const status = result(optionCall(fd, SOL_SOCKET, option, value, [INT_SIZE]));
    return status < 0 ? status : (value[0] ?? 0);
  };

  bind = (fd: number, address: Uint8Array): number => result(bindCall(fd, address, address.length));

  connect = (fd: number, address: Uint8Array): number => result(connectCall(fd, address, address.length));

  listen = (fd: number, backlog: number): number => result(listenCall(fd, backlog));

  accept = (fd: number, address: Uint8Array): number =>
    result(acceptCall(fd, address, [address.length], SOCK_NONBLOCK_CLOEXEC));

  peerCredentials = (fd: number): PeerCredentials | number => {
    const ucred = Buffer.alloc(12);
    const error = result(getsockoptCall(fd, SOL_SOCKET, SO_PEERCRED, ucred, [ucred.length]));
    return error < 0 ? error : [ucred.readInt32LE(0), ucred.readUInt32LE(4), ucred.readUInt32LE(8)];
  };

  lock = (fd: number): number => result(fcntlLockCall(fd, F_SETLK, lockBytes()));

  truncate = (fd: number): number =>
    resultOf(() => {
      fs.ftruncateSync(fd);
      return 0;
    });

  unlink = (path: string): number =>
    resultOf(() => {
      fs.unlinkSync(path);
      return 0;
    });

  modeOf = (path: string): number => resultOf(() => fs.lstatSync(path).mode);

  umask = (mask: number): number => process.umask(mask);

  watch = (fd: number, ready: () => void): void => {
    const handle = koffi.node.poll(fd, { readable: false, writable: false }, ready);
    handle.stop();
    this.#watches.set(fd, { handle, ready });
  };

  interest = (fd: number, interest: number): void => {
    const watch = this.#watches.get(fd);
    if (watch === undefined) return;
    const events = { readable: (interest & READABLE) !== 0, writable: (interest & WRITABLE) !== 0 };
    if (interest === 0) watch.handle.stop();
    else watch.handle.start(events, watch.ready);
  };

  unwatch = (fd: number): void => {
    this.#watches.get(fd)?.handle.close();
    this.#watches.delete(fd);
  };
}
