import koffi from 'koffi';
import fs from 'node:fs';
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
const lseekCall = libc.func('int64_t lseek(int fd, int64_t offset, int whence)');
const dup2Call = libc.func('int dup2(int from, int to)');
const fcntlCall = libc.func('int fcntl(int fd, int command, long argument)');
const pipeCall = libc.func('int pipe2(_Out_ int *ends, int flags)');

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

const O_CLOEXEC = 0o2000000;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const STDERR = 2;

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

export async function lseek(fd: number, offset: bigint, whence: number): Promise<bigint> {
  return BigInt(await offLoop(lseekCall, [fd, offset, whence]));
}

/** @returns the reading and the writing end, both close-on-exec */
export function pipe(): [number, number] {
  const ends = [0, 0];
  checked(pipeCall(ends, O_CLOEXEC) as number);
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/**
 * Marks every descriptor that this process was started with, but the standard ones, to be closed in programs that it starts. Node
 * does that for the lowest only.
 */
export function keepFromChildren(): void {
  for (const name of fs.readdirSync('/proc/self/fd')) {
    // the one that listed the folder is gone by now: no error is of interest
    if (Number(name) > STDERR) fcntlCall(Number(name), F_SETFD, FD_CLOEXEC);
  }
}

/** Makes `to` another name of `from`. */
export function duplicate(from: number, to: number): void {
  checked(dup2Call(from, to) as number);
}
