import type { Socket } from 'node:net';
import type { ByteChannel, PeerIdentity } from '../channel.js';
import { ChannelClosedError } from '../errors.js';
import { PushQueue } from '../queue.js';

/** How long a closed channel may take to send what was written before, in milliseconds. */
const LINGER = 5000;

/** A channel over a stream socket of Node's, paused while the session is busy. */
export class SocketChannel implements ByteChannel {
  readonly peer: string;
  readonly identity: PeerIdentity | undefined;
  readonly chunks: PushQueue<Uint8Array>;
  readonly #socket: Socket;

  constructor(socket: Socket, peer: string, identity?: PeerIdentity) {
    this.peer = peer;
    this.identity = identity;
    this.#socket = socket;
    this.chunks = new PushQueue(() => socket.resume());
    socket.on('data', (chunk: Buffer) => {
      if (!this.chunks.push(chunk)) socket.pause();
    });
    socket.on('end', () => {
      this.chunks.end();
    });
    socket.on('error', (error) => {
      this.chunks.end(new ChannelClosedError(error.message));
    });
    socket.on('close', () => {
      this.chunks.end();
    });
  }

  async write(parts: readonly Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) throw new ChannelClosedError(`${this.peer} is gone`);
    socket.cork();
    let room = true;
    for (const part of parts) room = socket.write(part);
    socket.uncork();
    if (!room) await this.#drained();
  }

  close(): void {
    const socket = this.#socket;
    this.chunks.end();
    // a peer that does not take what waits for it has lost it; what is on its way gets a moment
    if (socket.writableNeedDrain) socket.destroy();
    else {
      socket.destroySoon();
      socket.setTimeout(LINGER, () => socket.destroy());
    }
  }

  #drained(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        if (socket.destroyed) reject(new ChannelClosedError(`${this.peer} is gone`));
        else resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }
}
