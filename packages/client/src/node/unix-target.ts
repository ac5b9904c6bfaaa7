import net from 'node:net';
import type { ByteChannel } from '@qga/protocol';
import { SocketChannel } from '@qga/protocol/node';
import type { Target } from '../core/environment.js';
import { ConnectError, type ConnectReason } from '../core/errors.js';

/** Milliseconds; a unix socket answers at once or not at all. */
const OPEN_LIMIT = 5000;

const REASONS: Readonly<Record<string, readonly [reason: ConnectReason, words: string]>> = {
  ENOENT: ['absent', 'there is no such socket; is the virtual machine (or the agent) running?'],
  ENOTDIR: ['absent', 'there is no such socket; part of the path is not a directory'],
  EACCES: ['forbidden', 'this user is not permitted to open the socket'],
  EPERM: ['forbidden', 'this user is not permitted to open the socket'],
  ECONNREFUSED: ['refused', 'nothing listens on it; what made the socket has ended'],
  EAGAIN: ['busy', 'too many clients wait for it already'],
};

/** @returns the agent behind a unix socket: QEMU's chardev, or an agent that listens itself */
export function unixTarget(path: string): Target {
  return { name: path, open: () => openUnix(path) };
}

function openUnix(path: string): Promise<ByteChannel> {
  return new Promise((resolve, reject) => {
    const socket = net.createConnection({ path });
    const fail = (error: NodeJS.ErrnoException): void => {
      socket.destroy();
      const [reason, words] = REASONS[error.code ?? ''] ?? ['failed', error.message];
      reject(new ConnectError(reason, `cannot connect to ${path}: ${words}`, { cause: error }));
    };
    socket.setTimeout(OPEN_LIMIT, () => {
      fail(new Error(`no answer within ${String(OPEN_LIMIT / 1000)} s`));
    });
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(clientChannel(socket, path));
    });
  });
}

/** As the agent's side of a socket, except that closing never waits for a peer that does not read. */
function clientChannel(socket: net.Socket, path: string): ByteChannel {
  const channel = new SocketChannel(socket, path);
  return {
    peer: path,
    chunks: channel.chunks,
    write: (parts) => channel.write(parts),
    close: () => {
      channel.close();
      socket.destroy();
    },
  };
}
