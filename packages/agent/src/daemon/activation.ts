import type { Method } from '../core/settings.js';
import { methodOf } from '../transports/inherited.js';
import type { ProgramHost } from './host.js';

/** The first descriptor that a service manager hands over: sd_listen_fds(3). */
const FIRST = 3;
const VARIABLES = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'];

/** Descriptors handed over that cannot be served. */
export class ActivationError extends Error {
  override readonly name = 'ActivationError';
}

/** A listening socket that the process was started with. */
export interface Activation {
  readonly fd: number;
  readonly method: Method;
}

/**
 * Looks whether a service manager has handed over a listening socket, and takes the variables that say so out of the environment:
 * they are not meant for the programs that the agent starts.
 * @returns undefined when there is none, or it is meant for another process
 * @throws ActivationError when there are several, or it is neither a unix nor a vsock socket
 */
export function takeActivation(host: ProgramHost): Activation | undefined {
  const [pid, count] = VARIABLES.map((name) => host.environment(name) ?? '');
  for (const name of VARIABLES) host.forget(name);
  if (pid !== String(host.pid) || count === undefined || !/^\d+$/.test(count) || Number(count) === 0) return undefined;
  if (Number(count) > 1) throw new ActivationError('qemu-ga only supports listening on one socket');
  const method = methodOf(host.wires, FIRST);
  if (method === undefined) throw new ActivationError('unsupported listen fd type');
  return { fd: FIRST, method };
}
