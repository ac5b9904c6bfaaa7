import koffi from 'koffi';
import { SystemError } from '../core/system-error.js';
import type { FilesystemRoom, Pointee } from '../platform.js';

/**
 * The calls of the C library that Node does not offer. Arguments and results are plain integers and byte arrays, laid out by
 * hand where the kernel wants a structure: few, fixed and 64-bit Linux only.
 */
const libc = koffi.load(null);

const ioctlCall = libc.func('int ioctl(int fd, unsigned long request, long argument)');
const ioctlBytesCall = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
const statvfsCall = libc.func('int statvfs(const char *path, _Out_ uint8_t *room)');
const settimeofdayCall = libc.func('int settimeofday(_In_ uint8_t *time, void *zone)');
const gettimeofdayCall = libc.func('int gettimeofday(_Out_ uint8_t *time, void *zone)');
const sysinfoCall = libc.func('int sysinfo(_Out_ uint8_t *info)');
const recvCall = libc.func('int64_t recv(int fd, _Out_ uint8_t *bytes, uint64_t length, int flags)');
const lseekCall = libc.func('int64_t lseek(int fd, int64_t offset, int whence)');
const socketCall = libc.func('int socket(int domain, int type, int protocol)');
const bindCall = libc.func('int bind(int fd, _In_ uint8_t *address, uint32_t length)');
const connectCall = libc.func('int connect(int fd, _In_ uint8_t *address, uint32_t length)');
const listenCall = libc.func('int listen(int fd, int backlog)');
const acceptCall = libc.func('int accept4(int fd, _Out_ uint8_t *address, _Inout_ uint32_t *length, int flags)');
const sendCall = libc.func('int64_t send(int fd, _In_ uint8_t *bytes, uint64_t length, int flags)');
const readCall = libc.func('int64_t read(int fd, _Out_ uint8_t *bytes, uint64_t length)');
const writeCall = libc.func('int64_t write(int fd, _In_ uint8_t *bytes, uint64_t length)');
const dup2Call = libc.func('int dup2(int from, int to)');
const pipeCall = libc.func('int pipe2(_Out_ int *ends, int flags)');
const fcntlLockCall = libc.func('int fcntl(int fd, int command, _In_ uint8_t *lock)');
const getattrCall = libc.func('int tcgetattr(int fd, _Out_ uint8_t *attributes)');
const setattrCall = libc.func('int tcsetattr(int fd, int when, _In_ uint8_t *attributes)');
const flushCall = libc.func('int tcflush(int fd, int queue)');

/** The result of a call, or its errno as an exception. */
function checked(result: number): number {
  if (result < 0) throw new SystemError(koffi.errno());
  return result;
}

interface AsyncCall {
  async(...args: unknown[]): void;
}

/** Runs a call on a worker thread, so that the event loop goes on while the kernel takes its time. */
function offLoop(call: AsyncCall, args: readonly unknown[]): Promise<number | bigint> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: Error | null, result: number | bigint) => {
      if (error !== null) reject(error);
      // the call's errno is restored for the callback
      else if (result < 0) reject(new SystemError(koffi.errno()));
      else resolve(result);
    });
  });
}

export const AF_UNIX = 1;
export const AF_NETLINK = 16;
export const AF_VSOCK = 40;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const F_SETLK = 6;
const O_CLOEXEC = 0o2000000;
const TCSANOW = 0;
const TCIFLUSH = 0;
/** struct termios of glibc: four flag words, the line discipline, 32 control characters, two speeds. */
const TERMIOS_SIZE = 60;

/** @param argument is read and overwritten in place; `pointee` is what the structure in it points to */
export async function ioctl(fd: number, request: number, argument?: Uint8Array, pointee?: Pointee): Promise<number> {
  if (argument === undefined) return Number(await offLoop(ioctlCall, [fd, request, 0]));
  const bytes = Buffer.from(argument.buffer, argument.byteOffset, argument.length);
  if (pointee !== undefined) bytes.writeBigUInt64LE(koffi.address(pointee.bytes), pointee.at);
  return Number(await offLoop(ioctlBytesCall, [fd, request, bytes]));
}

/** struct statvfs of 64-bit Linux: sizes and counts are its first words. */
const STATVFS_SIZE = 112;

export async function statvfs(path: string): Promise<FilesystemRoom> {
  const room = Buffer.alloc(STATVFS_SIZE);
  await offLoop(statvfsCall, [path, room]);
  const word = (at: number): number => Number(room.readBigUInt64LE(8 * at));
  return { fragmentSize: word(1), blocks: word(2), free: word(3), available: word(4) };
}

/** struct sysinfo of 64-bit Linux: after the uptime come the three load averages, in fractions of 65536. */
const SYSINFO_SIZE = 112;
const LOAD_UNIT = 65_536;

/** The kernel's own numbers; Node's are rounded to two digits. */
export function loadAverages(): [number, number, number] {
  const info = Buffer.alloc(SYSINFO_SIZE);
  checked(sysinfoCall(info) as number);
  const load = (index: number): number => Number(info.readBigUInt64LE(8 + 8 * index)) / LOAD_UNIT;
  return [load(0), load(1), load(2)];
}

/** The wall clock to the microsecond, in nanoseconds since the epoch; Node's clocks do not follow when it is set. */
export function timeOfDay(): bigint {
  const timeval = Buffer.alloc(16);
  checked(gettimeofdayCall(timeval, null) as number);
  return (timeval.readBigInt64LE(0) * 1_000_000n + timeval.readBigInt64LE(8)) * 1000n;
}

/** @param time nanoseconds since the epoch; the kernel takes microseconds */
export function setTimeOfDay(time: bigint): void {
  const timeval = Buffer.alloc(16);
  const microseconds = time / 1000n;
  timeval.writeBigInt64LE(microseconds / 1_000_000n, 0);
  timeval.writeBigInt64LE(microseconds % 1_000_000n, 8);
  checked(settimeofdayCall(timeval, null) as number);
}

/** Receives one datagram without waiting. @returns bytes received */
export function receiveNow(fd: number, into: Uint8Array): number {
  return checked(Number(recvCall(fd, into, into.length, MSG_DONTWAIT)));
}

export async function lseek(fd: number, offset: bigint, whence: number): Promise<bigint> {
  return BigInt(await offLoop(lseekCall, [fd, offset, whence]));
}

export function socket(domain: number, type: number): number {
  return checked(socketCall(domain, type, 0) as number);
}

export function bind(fd: number, address: Uint8Array): void {
  checked(bindCall(fd, address, address.length) as number);
}

export function connect(fd: number, address: Uint8Array): void {
  checked(connectCall(fd, address, address.length) as number);
}

export function listen(fd: number, backlog: number): void {
  checked(listenCall(fd, backlog) as number);
}

/** Accepts without waiting (EAGAIN when nobody is there). @returns the connection and the peer's raw address */
export function accept(fd: number): { fd: number; address: Buffer } {
  const address = Buffer.alloc(128);
  const length = [address.length];
  const connection = checked(acceptCall(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC) as number);
  return { fd: connection, address };
}

/** Sends one datagram without waiting. */
export function sendNow(fd: number, bytes: Uint8Array): void {
  checked(sendCall(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL) as number);
}

/** Reads from a non-blocking descriptor; EAGAIN when there is nothing. @returns bytes read, 0 at the end */
export function readNow(fd: number, into: Uint8Array): number {
  return checked(Number(readCall(fd, into, into.length)));
}

/** Writes to a non-blocking descriptor; EAGAIN when it takes nothing. */
export function writeNow(fd: number, bytes: Uint8Array): number {
  return checked(Number(writeCall(fd, bytes, bytes.length)));
}

/** @returns the reading and the writing end, both close-on-exec */
export function pipe(): [number, number] {
  const ends = [0, 0];
  checked(pipeCall(ends, O_CLOEXEC) as number);
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** Makes `to` another name of `from`. */
export function duplicate(from: number, to: number): void {
  checked(dup2Call(from, to) as number);
}

/** Locks a whole file for writing, for this process's life (fcntl F_SETLK); EAGAIN or EACCES when another process has it. */
export function lockFile(fd: number): void {
  const flock = Buffer.alloc(32);
  flock.writeInt16LE(1, 0); // F_WRLCK, from SEEK_SET 0, length 0: to the end
  checked(fcntlLockCall(fd, F_SETLK, flock) as number);
}

/** The attributes of a terminal, raw: termios(3). */
export function getTerminal(fd: number): Buffer {
  const attributes = Buffer.alloc(TERMIOS_SIZE);
  checked(getattrCall(fd, attributes) as number);
  return attributes;
}

export function setTerminal(fd: number, attributes: Uint8Array): void {
  checked(setattrCall(fd, TCSANOW, attributes) as number);
}

/** Throws away what a terminal has received and nobody has read. */
export function flushInput(fd: number): void {
  checked(flushCall(fd, TCIFLUSH) as number);
}

/** What a watched descriptor is watched for. */
export interface Interest {
  readonly readable: boolean;
  readonly writable: boolean;
}

/**
 * Watches one descriptor with libuv's poll. A hang-up or an error counts as whatever is waited for, so the next call on the
 * descriptor tells. Keep a reference: a watch that is collected watches no more, silently.
 */
export class Watch {
  readonly #handle: ReturnType<typeof koffi.node.poll>;
  readonly #callback: () => void;

  /** @param callback called again and again while something that is waited for is possible */
  constructor(fd: number, callback: () => void) {
    this.#callback = callback;
    this.#handle = koffi.node.poll(fd, { readable: false, writable: false }, callback);
    this.#handle.stop();
  }

  /** Says what to wait for from now on. */
  set(interest: Interest): void {
    if (interest.readable || interest.writable) this.#handle.start({ ...interest }, this.#callback);
    else this.#handle.stop();
  }

  close(): void {
    this.#handle.close();
  }
}
