import { SystemError } from './core/system-error.js';
import type { Clock } from './platform.js';

/** What `interest` waits for. A hang-up or an error counts as whatever is waited for, so the next call tells. */
export const READABLE = 1;
export const WRITABLE = 2;

/** The process at the other end of a unix socket, as it was when it connected. */
export type PeerCredentials = [pid: number, uid: number, gid: number];

/**
 * The system calls under the transports, by their names in section 2 of the manual: those that never wait for a disk. Every
 * result is the call's own, or the negative of the errno. Descriptors are opened non-blocking and close-on-exec by the caller's
 * flags; addresses are the bytes of the kernel's structures.
 */
export interface Descriptors {
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  /** @returns what there is to read, in an array of its own; empty at the end */
  read(fd: number): Uint8Array | number;
  /** @param from bytes of `parts`, taken together, that are not to be written again */
  write(fd: number, parts: readonly Uint8Array[], from: number): number;
  /** @param argument bytes that the kernel reads and may overwrite; without it the argument is 0 */
  ioctl(fd: number, request: number, argument?: Uint8Array): number;
  socket(domain: number, type: number, protocol: number): number;
  /** @returns an integer option of the level SOL_SOCKET: socket(7) */
  socketOption(fd: number, option: number): number;
  bind(fd: number, address: Uint8Array): number;
  connect(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  /** Accepts non-blocking and close-on-exec. @param address gets the peer's address */
  accept(fd: number, address: Uint8Array): number;
  /** Who connected to a unix socket, or began to listen on it: SO_PEERCRED of unix(7). @returns an errno when it cannot be told */
  peerCredentials(fd: number): PeerCredentials | number;
  /** A write lock on the whole file, for this process's life: fcntl(2), F_SETLK. */
  lock(fd: number): number;
  /** Empties a file. */
  truncate(fd: number): number;
  unlink(path: string): number;
  /** Type and permission bits, symbolic links not followed: lstat(2). */
  modeOf(path: string): number;
  /** @returns the mask before */
  umask(mask: number): number;
  /** @param ready called again and again while something is possible that `interest` waits for; at first it waits for nothing */
  watch(fd: number, ready: () => void): void;
  interest(fd: number, interest: number): void;
  /** To be called before the descriptor is closed. */
  unwatch(fd: number): void;
}

/** What a transport is made of. */
export interface Wires {
  readonly descriptors: Descriptors;
  readonly clock: Clock;
}

/** The result of a call, or its errno as an exception. */
export function checked(result: number): number {
  if (result < 0) throw new SystemError(-result);
  return result;
}

/** Lets that much time pass. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}
