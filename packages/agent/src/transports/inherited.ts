import type { Listener } from '@qga/protocol';
import type { Method } from '../core/settings.js';
import { isErrno } from '../core/system-error.js';
import { checked, type Wires } from '../descriptors.js';
import { AF_UNIX, AF_VSOCK } from '../linux/constants.js';
import type { Admission } from './admission.js';
import { acceptFrom } from './socket-listener.js';
import { TransportError } from './transport-error.js';
import { identifyUnix } from './unix.js';
import { identifyVsock } from './vsock.js';

/** socket(7) */
const SO_ACCEPTCONN = 30;
const SO_DOMAIN = 39;
/** Whether a descriptor waits; the argument is an int: ioctl(2). */
const FIONBIO = 0x5421;

/** How a listening socket of this address family is called as a method; undefined for any other descriptor. */
export function methodOf({ descriptors }: Wires, fd: number): Method | undefined {
  const domain = descriptors.socketOption(fd, SO_DOMAIN);
  if (domain === AF_UNIX) return 'unix-listen';
  return domain === AF_VSOCK ? 'vsock-listen' : undefined;
}

/**
 * Serves the clients of a socket that another program listens on for us. What it is bound to stays that program's.
 * @throws TransportError when it is no listening socket
 */
export function listenInherited(wires: Wires, fd: number, admission: Admission): Listener {
  const { descriptors } = wires;
  try {
    if (checked(descriptors.socketOption(fd, SO_ACCEPTCONN)) === 0) throw new TransportError('it does not listen');
    // a client that has gone before it is accepted must not hold up the others
    checked(descriptors.ioctl(fd, FIONBIO, new Uint8Array(new Int32Array([1]).buffer)));
  } catch (error) {
    if (!isErrno(error) && !(error instanceof TransportError)) throw error;
    throw new TransportError(`cannot use the inherited socket: ${error.message}`);
  }
  const identify =
    methodOf(wires, fd) === 'vsock-listen' ? identifyVsock(admission) : identifyUnix(wires, fd, admission);
  return acceptFrom(wires, { fd, address: 'the inherited socket', identify, refused: admission.refused });
}
