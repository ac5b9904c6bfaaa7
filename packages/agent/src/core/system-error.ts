import { errnoText } from '../linux/errno.js';

/** A system call that failed; the message is the C library's text, as QEMU appends it to its own. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly errno: number;

  constructor(errno: number) {
    super(errnoText(errno));
    this.errno = errno;
  }
}

/** Whether the error is a system call's, with one of these numbers when any are given. */
export function isErrno(error: unknown, ...numbers: readonly number[]): error is SystemError {
  return error instanceof SystemError && (numbers.length === 0 || numbers.includes(error.errno));
}
