import { encodeModifiedUtf8 } from '@qga/protocol';
import { isErrno, SystemError } from '../core/system-error.js';
import { checked, type Descriptors } from '../descriptors.js';
import { O_CLOEXEC, O_CREAT, O_WRONLY } from '../linux/constants.js';

/** A pid file that cannot be had: unwritable, or another agent's. */
export class PidfileError extends Error {
  override readonly name = 'PidfileError';
}

/**
 * Writes the process's number into a file and holds a lock on it for the process's life.
 * @returns a function that removes the file
 * @throws PidfileError when it cannot be written or another process holds it
 */
export function takePidfile(descriptors: Descriptors, path: string, pid: number): () => void {
  const fd = descriptors.open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600);
  if (fd < 0) throw new PidfileError(`Cannot open pid file ${path}: ${new SystemError(-fd).message}`);
  try {
    checked(descriptors.lock(fd));
    checked(descriptors.truncate(fd));
    checked(descriptors.write(fd, [encodeModifiedUtf8(`${String(pid)}\n`)], 0));
  } catch (error) {
    descriptors.close(fd);
    if (!isErrno(error)) throw error;
    throw new PidfileError(`Cannot lock pid file ${path}: ${error.message}`);
  }
  // the descriptor stays open: closing it would give the lock away
  return () => {
    descriptors.unlink(path);
  };
}
