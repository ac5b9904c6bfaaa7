import type { ByteKernels } from '@qga/protocol';
import type { Descriptors } from '../descriptors.js';

/** What a job does; the numbers are those of `enum operation` in native/jobs.h. */
export const Operation = {
  open: 0,
  close: 1,
  read: 2,
  write: 3,
  fstat: 4,
  stat: 5,
  fchmod: 6,
  fchown: 7,
  fsync: 8,
  rename: 9,
  unlink: 10,
  mkdir: 11,
  readdir: 12,
  readlink: 13,
  realpath: 14,
  statvfs: 15,
  executable: 16,
  ioctl: 17,
  readSmall: 18,
} as const;

/** A path, or bytes that must not change or move until the job is done. */
export type JobArgument = string | Uint8Array | undefined;

/**
 * What the native host offers, as the global of this name: system calls, and the kernels of ByteKernels. A number below zero is
 * the negative of an errno. native/*.c says what each does.
 */
export interface Primitives extends Descriptors, Omit<ByteKernels, 'decodeBase64' | 'decodeUtf8'> {
  readonly argv: readonly string[];
  decodeUtf8(bytes: Uint8Array): string | undefined;
  decodeBase64(parts: readonly Uint8Array[]): Uint8Array | undefined;

  sha256(parts: readonly Uint8Array[]): Uint8Array;

  /** Ends the loop, and the process with it. */
  exit(code: number): void;
  onSignal(signal: number, callback: () => void): number;
  /** @returns the timer's number */
  after(milliseconds: number, callback: () => void): number;
  cancel(timer: number): void;
  monotonic(): number;
  now(): bigint;
  setTime(seconds: number, microseconds: number): number;

  /** From now on jobs are done on threads of their own; before, at once. */
  threads(): void;
  /**
   * Makes a call that the kernel may hold up.
   * @returns 0, or below zero when the job cannot be begun
   */
  job(
    operation: number,
    callback: (result: number, details: readonly (string | number)[] | undefined) => void,
    first: number,
    second: number,
    third: number,
    one: JobArgument,
    other: JobArgument,
  ): number;
  /** Reads a file at its position when that needs no waiting; EAGAIN when it may, and at the end. */
  readCached(fd: number, into: Uint8Array): number;
  lseek(fd: number, offset: bigint, whence: number): bigint | number;

  /** mlockall(2) of what there is now, or the reverse */
  lockMemory(locked: boolean): number;
  uname(): [nodename: string, release: string, version: string, machine: string] | number;
  loadAverages(): [number, number, number] | number;
  environment(name: string): string | undefined;
  /** Takes a variable out of the environment. */
  forget(name: string): number;
  pid(): number;

  /** @returns the process and a descriptor that ends when the program runs; before, an errno may come out of it */
  spawn(
    file: string,
    argv: readonly string[],
    env: readonly string[] | undefined,
    stdin: number,
    stdout: number,
    stderr: number,
    session: boolean,
  ): [pid: number, status: number] | number;
  /** A child that has ended; of code and signal one is -1. */
  reap(): [pid: number, code: number, signal: number] | undefined;
  kill(pid: number, signal: number): number;
  /** @param reads whether this process keeps the reading end; its end does not block */
  pipe(reads: boolean): [own: number, other: number] | number;
  background(): number;
  ready(): number;
}
