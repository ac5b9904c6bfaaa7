import net from 'node:net';
import type { ByteChannel } from '@qga/protocol';
import { SocketChannel } from '@qga/protocol/node';
import { ConnectError, type ConnectReason } from '../../core/errors.js';

/** What a failure to connect means. */
export type Reasons = Readonly<Record<string, readonly [reason: ConnectReason, words: string]>>;

/** @returns a socket that is connected; nobody reads it yet @throws ConnectError */
export function connectSocket(
  address: net.NetConnectOpts,
  name: string,
  reasons: Reasons,
  limit: number,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.createConnection(address);
    const fail = (error: NodeJS.ErrnoException): void => {
      socket.destroy();
      const [reason, words] = reasons[error.code ?? ''] ?? ['failed', error.message];
      reject(new ConnectError(reason, `cannot connect to ${name}: ${words}`, { cause: error }));
    };
    socket.setTimeout(limit, () => {
      fail(new Error(`no answer within ${String(limit / 1000)} s`));
    });
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** As the agent's side of a socket, except that closing never waits for a peer that does not read. */
export function clientChannel(socket: net.Socket, peer: string): ByteChannel {
  const channel = new SocketChannel(socket, peer);
  return {
    peer,
    chunks: channel.chunks,
    write: (parts) => channel.write(parts),
    close: () => {
      channel.close();
      socket.destroy();
    },
  };
}
