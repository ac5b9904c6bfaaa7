import type { Target } from '../../core/environment.js';
import { splitPort } from './numbers.js';
import { clientChannel, connectSocket, type Reasons } from './socket.js';

const OPEN_LIMIT = 10_000;

const REASONS: Reasons = {
  ECONNREFUSED: ['refused', 'nothing listens on that port'],
  ENOTFOUND: ['absent', 'there is no host of that name'],
  EHOSTUNREACH: ['absent', 'the host cannot be reached'],
  ENETUNREACH: ['absent', 'the network cannot be reached'],
  EACCES: ['forbidden', 'the connection is not permitted'],
};

/**
 * @param address `HOST:PORT`, an IPv6 address in brackets: QEMU's chardev on TCP, or something that forwards to it. Nothing on
 *   the way is encrypted, and whoever can connect is root in the guest
 */
export function tcpTarget(address: string): Target {
  const { rest: host, port } = splitPort(address, 'tcp:HOST:PORT');
  const name = `tcp:${address}`;
  return {
    name,
    open: async () => {
      const socket = await connectSocket({ host, port }, name, REASONS, OPEN_LIMIT);
      socket.setNoDelay(true);
      return clientChannel(socket, name);
    },
  };
}
