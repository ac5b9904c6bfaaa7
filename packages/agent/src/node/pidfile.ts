import fs from 'node:fs';
import { isErrno } from '../core/system-error.js';
import { asSystemError } from './errors.js';
import { lockFile } from './libc.js';

/** A pid file that cannot be had: unwritable, or another agent's. */
export class PidfileError extends Error {
  override readonly name = 'PidfileError';
}

/**
 * Writes the process's number into a file and holds a lock on it for the process's life.
 * @returns a function that removes the file
 * @throws PidfileError when it cannot be written or another process holds it
 */
export function takePidfile(path: string): () => void {
  let fd: number;
  try {
    fd = fs.openSync(path, fs.constants.O_CREAT | fs.constants.O_WRONLY, 0o600);
  } catch (error) {
    const cause = asSystemError(error);
    throw new PidfileError(`Cannot open pid file ${path}: ${cause.message}`);
  }
  try {
    lockFile(fd);
  } catch (error) {
    fs.closeSync(fd);
    if (!isErrno(error)) throw error;
    throw new PidfileError(`Cannot lock pid file ${path}: ${error.message}`);
  }
  fs.ftruncateSync(fd);
  fs.writeSync(fd, `${String(process.pid)}\n`);
  // the descriptor stays open: closing it would give the lock away
  return () => {
    fs.rmSync(path, { force: true });
  };
}
