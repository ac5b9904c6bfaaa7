import { ENOENT } from '../linux/constants.js';
import { SystemError } from '../core/system-error.js';

/** What Node throws, as the port wants it: an errno becomes a SystemError, a path with a NUL in it does not exist. */
export function asSystemError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { errno, code } = error as NodeJS.ErrnoException;
  if (typeof errno === 'number' && errno < 0) return new SystemError(-errno);
  return code === 'ERR_INVALID_ARG_VALUE' ? new SystemError(ENOENT) : error;
}

/** Runs a call of Node's; its system errors come out as SystemError. */
export async function systemCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asSystemError(error);
  }
}
