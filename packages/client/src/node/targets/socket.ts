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

/** Bytes below which a piece of a longer reply is not worth waking for. */
const CRUMB = 16 * 1024;

/** Milliseconds in which QEMU's agent fills about half of a unix socket's buffer. */
const REST = 0.25;

const LINE_FEED = 0x0a;
const bed = new Int32Array(new SharedArrayBuffer(4));

/**
 * QEMU's agent writes a reply in pieces of 2 KiB, and to wake a client for each costs both sides more than all else. So in the
 * middle of a long reply the thread sleeps for a moment; the agent meanwhile fills the socket's buffer without waking anybody.
 * No timer of Node's is short enough, and the end of a reply is never waited with.
 */
function letPiecesGather(chunk: Uint8Array): void {
  if (chunk.length < CRUMB && chunk.at(-1) !== LINE_FEED) Atomics.wait(bed, 0, 0, REST);
}

/** As the agent's side of a socket, except that closing never waits for a peer that does not read. */
export function clientChannel(socket: net.Socket, peer: string): ByteChannel {
  socket.on('data', letPiecesGather);
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
