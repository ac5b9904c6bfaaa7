import fs from 'node:fs';
import net from 'node:net';
import { PushQueue, type ByteChannel, type Listener } from '@qga/protocol';
import { SocketChannel } from '@qga/protocol/node';
import { asSystemError } from '../errors.js';
import { TransportError } from '../../transports/transport-error.js';

/** Bytes of sun_path in struct sockaddr_un: unix(7). */
const PATH_LIMIT = 108;
const BACKLOG = 32;

/**
 * Listens on a unix socket, for its owner only. A socket file of an earlier process is replaced.
 * @throws TransportError when the path cannot be used
 */
export async function listenUnix(path: string): Promise<Listener> {
  if (Buffer.byteLength(path) >= PATH_LIMIT) throw new TransportError(`UNIX socket path '${path}' is too long`);
  await removeOldSocket(path);
  const channels = new PushQueue<ByteChannel>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    channels.push(new SocketChannel(socket, `client of ${path}`));
  });
  await bind(server, path);
  server.on('error', (error) => {
    channels.end(cannotOpen(path, error));
  });
  return {
    address: path,
    async accept() {
      const { value, done } = await channels.next();
      return done === true ? undefined : value;
    },
    close: () =>
      new Promise((resolve) => {
        channels.end();
        server.close();
        resolve();
      }),
  };
}

async function removeOldSocket(path: string): Promise<void> {
  try {
    if ((await fs.promises.lstat(path)).isSocket()) await fs.promises.unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw cannotOpen(path, error);
  }
}

function bind(server: net.Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(cannotOpen(path, error));
    });
    // the socket is made within listen, so the mask holds for nothing else
    const mask = process.umask(0o177);
    server.listen({ path, backlog: BACKLOG }, () => {
      server.removeAllListeners('error');
      resolve();
    });
    process.umask(mask);
  });
}

function cannotOpen(path: string, error: unknown): TransportError {
  const cause = asSystemError(error);
  return new TransportError(`error binding to unix socket '${path}': ${cause.message}`);
}
