import { AgentError } from '@qga/protocol';
import { isErrno } from './system-error.js';

/**
 * Makes a system call; when the kernel refuses it, the client is told what was tried.
 * @throws AgentError `<what>: <errno text>`
 */
export async function said<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isErrno(error)) throw new AgentError(`${what}: ${error.message}`);
    throw error;
  }
}
