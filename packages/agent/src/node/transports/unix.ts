import net from 'node:net';
import { SocketChannel } from '@qga/protocol/node';
import type { Listener } from '@qga/protocol';
import type { Wires } from '../../descriptors.js';
import type { Admission } from '../../transports/admission.js';
import { listenUnix as listenShared } from '../../transports/unix.js';

/**
 * Listens on a unix socket as the native host does; the channels are Node's own sockets, which are faster than calls through the
 * C library.
 * @throws TransportError when the path cannot be used
 */
export function listenUnix(wires: Wires, path: string, admission: Admission): Listener {
  return listenShared(wires, path, admission, (_, fd, { peer, identity }) => {
    const socket = new net.Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
    return new SocketChannel(socket, peer, identity);
  });
}
